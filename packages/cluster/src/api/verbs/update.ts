import type { Call, Result } from '../context.ts';
import { decodeAs, readBody } from '../decode.ts';
import type { Endpoint } from '../endpoint.ts';
import { invalid } from '../errors.ts';
import { trackThrough } from '../field-manager.ts';
import { metaText } from '../metadata.ts';
import { writeOptions } from '../options.ts';
import { checkName, updateObject, type Written } from '../write.ts';
import { optionsObject } from './create.ts';

/** PUT on an object or a subresource. */
export async function update(call: Call, endpoint: Endpoint): Promise<Result> {
  const { kind, info, request, server, warnings } = call;
  const options = writeOptions('UpdateOptions', info.query);
  const body = readBody(request, endpoint.bodies, server.protobuf);
  const decode = (into: string[]) => {
    const object = decodeAs(body, endpoint.bodies, options.fieldValidation, into);
    if (endpoint.bodies === kind) kind.setDefaults(object);
    return object;
  };
  let decoded = decode(warnings);
  let used = false;
  checkName(call, decoded);
  const errors = endpoint.validateBody?.(decoded) ?? [];
  if (errors.length > 0) throw invalid(endpoint.bodies, info.name, errors);
  const uid = metaText(decoded, 'uid');

  const written = await updateObject(call, {
    endpoint,
    dryRun: options.dryRun,
    admissionOptions: optionsObject('UpdateOptions', options),
    createsMissing: endpoint.subresource === '' && kind.allowCreateOnUpdate,
    ...(uid === '' ? {} : { uid }),
    next(old) {
      if (used) decoded = decode([]);
      used = true;
      const next = old === undefined || endpoint.merge === undefined ? decoded : endpoint.merge(decoded, old);
      trackThrough(call, options.fieldManager, endpoint, old, decoded, next);
      return next;
    },
  });
  return writeResult(call, endpoint, written);
}

/** The answer to a PUT or PATCH, in the endpoint's form. */
export function writeResult({ kind }: Call, endpoint: Endpoint, { object, created }: Written): Result {
  const code = created ? 201 : 200;
  if (endpoint.view !== undefined) return { code, plain: endpoint.view(object) };
  return { code, kind, object };
}
