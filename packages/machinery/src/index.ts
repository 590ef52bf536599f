export * from './addresses/address.ts';
export * from './addresses/loose.ts';
export * from './clock.ts';
export * from './encoding/base64.ts';
export * from './hash.ts';
export * from './json/encode.ts';
export { NumberLexeme } from './json/number-lexeme.ts';
export * from './json/parse.ts';
export * from './json/plain.ts';
export { JsonSyntaxError } from './json/syntax-error.ts';
export * from './json.ts';
export * from './jsonpath/evaluate.ts';
export * from './jsonpath/parse.ts';
export * from './jsonpath/path.ts';
export * from './managed-fields/index.ts';
export * from './meta.ts';
export type { MetricLabels } from './metrics/exposition.ts';
export * from './metrics/registry.ts';
export * from './names/dns.ts';
export * from './names/generate.ts';
export * from './names/parts.ts';
export * from './names/qualified.ts';
export * from './objects/conditions.ts';
export * from './objects/keys.ts';
export * from './objects/owners.ts';
export * from './patch/create-json-patch.ts';
export * from './patch/json-patch.ts';
export * from './patch/merge-patch.ts';
export { encodeProtobuf, encodeProtobufList, encodeWatchFrame } from './protobuf/encode-envelope.ts';
export { type DecodedProtobuf, decodeProtobuf, isProtobuf } from './protobuf/envelope.ts';
export { WireWriter } from './protobuf/wire-writer.ts';
export * from './quantity.ts';
export * from './random.ts';
export * from './resource.ts';
export * from './seeded-random.ts';
export * from './selectors/field-selector.ts';
export * from './selectors/from-label-selector.ts';
export {
  EVERYTHING,
  formatLabelSelector,
  type LabelOperator,
  type LabelRequirement,
  type LabelSelector,
  type Labels,
  labelRequirement,
  labelSelector,
  matchLabels,
  SelectorError,
} from './selectors/label-selector.ts';
export * from './selectors/parse-label-selector.ts';
export * from './status/field-error.ts';
export * from './status/guards.ts';
export * from './status/status-of.ts';
export * from './status.ts';
export * from './strategic-merge/index.ts';
export * from './text/go-quote.ts';
export * from './text/utf8.ts';
export * from './time/duration.ts';
export * from './time/human-duration.ts';
export * from './time/time.ts';
export * from './trees/deep-equal.ts';
export * from './trees/deep-freeze.ts';
export * from './trees/map.ts';
export * from './trees/mutable-copy.ts';
export * from './trees/own.ts';
export { type DecodedObject, DecodeError, decodeObject } from './typed/decode.ts';
export { jsonTypeName } from './typed/decode-scalar.ts';
export * from './typed/defaults.ts';
export * from './typed/encode-order.ts';
export * from './typed/path.ts';
export { checkJson } from './typed/plain-tree.ts';
export * from './typed/prune.ts';
export * from './typed/type-node.ts';
export { unknownFields } from './typed/unknown.ts';
export * from './virtual-clock.ts';
