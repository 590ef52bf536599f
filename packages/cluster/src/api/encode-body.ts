import { typeOf } from '@opwright/kubernetes/data';
import { encodeJson, encodeProtobuf, getOwn, isPlainObject, type StructNode } from '@opwright/machinery';
import type { ServerBody } from './http-types.ts';
import { type Negotiated, PROTOBUF } from './negotiate.ts';
import { objectText } from './object-text.ts';
import { yamlText } from './write-yaml.ts';

/**
 * A JSON value as a body of the media type that was negotiated.
 *
 * @param asValue a reader of values takes JSON as it is
 */
export function encodeBody(
  value: unknown,
  { mediaType, pretty }: Pick<Negotiated, 'mediaType' | 'pretty'>,
  asValue: boolean,
): ServerBody {
  switch (mediaType) {
    case PROTOBUF:
      return { bytes: encodeProtobuf(...withType(value)) };
    case 'application/yaml':
      return { text: yamlText(value) };
    case 'application/json':
      if (asValue) return { json: value };
      return { text: pretty ? encodeJson(value, { pretty }) : `${objectText(value)}\n` };
  }
}

/** An object with the type of its message. @throws Error where the kind has none */
export function withType(value: unknown): [type: StructNode, object: { readonly [key: string]: unknown }] {
  const object = isPlainObject(value) ? value : {};
  const apiVersion = String(getOwn(object, 'apiVersion'));
  const kind = String(getOwn(object, 'kind'));
  const type = typeOf(apiVersion, kind);
  if (type === undefined) throw new Error(`${apiVersion} ${kind} has no protobuf message`);
  return [type, object];
}
