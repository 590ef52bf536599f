import { isStatusError } from '@opwright/machinery';
import type { MutableObject, ServedKind } from '../../kinds/kind.ts';
import type { Call, Result } from '../context.ts';
import { decodeAs } from '../decode.ts';
import type { Endpoint } from '../endpoint.ts';
import { invalid } from '../errors.ts';
import { trackThrough } from '../field-manager.ts';
import { metaText, settleNamespace } from '../metadata.ts';
import { writeOptions } from '../options.ts';
import { readBody } from '../read-body.ts';
import { checkName, updateObject, type Written } from '../update-object.ts';
import { optionsObject } from './create.ts';
import { stored } from './get.ts';

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
  let decoded = decodeFirst(call, body.value, () => decode(warnings));
  let used = false;
  if (endpoint.bodies === kind) settleNamespace(kind, decoded, info.namespace);
  checkName(call, decoded);
  const uid = metaText(decoded, 'uid');

  const written = await updateObject(call, {
    endpoint,
    dryRun: options.dryRun,
    admissionOptions: optionsObject('UpdateOptions', options),
    createsMissing: createsThrough(kind, endpoint),
    ...(uid === '' ? {} : { uid }),
    next(old) {
      if (used) decoded = decode([]);
      used = true;
      const errors = endpoint.validateBody?.(decoded) ?? [];
      if (errors.length > 0) throw invalid(kind.custom ? kind : endpoint.bodies, info.name, errors);
      const next = old === undefined || endpoint.merge === undefined ? decoded : endpoint.merge(decoded, old);
      trackThrough(call, options.fieldManager, endpoint, old, decoded, next);
      return next;
    },
  });
  return writeResult(call, endpoint, written);
}

/** An object of another kind is refused only where there is one to replace. */
function decodeFirst(call: Call, body: unknown, decode: () => MutableObject): MutableObject {
  try {
    return decode();
  } catch (error) {
    if (!isStatusError(error) || error.status.code !== 422) throw error;
    checkName(call, body as MutableObject);
    stored(call);
    throw error;
  }
}

/** Whether a PUT creates what is missing. The status of such a kind does so, too. */
export function createsThrough(kind: ServedKind, { subresource }: Endpoint): boolean {
  return kind.allowCreateOnUpdate && (subresource === '' || subresource === 'status');
}

/** The answer to a PUT or PATCH, in the endpoint's form. */
export function writeResult({ kind }: Call, endpoint: Endpoint, { object, created }: Written): Result {
  const code = created ? 201 : 200;
  if (endpoint.view !== undefined) return { code, plain: endpoint.view(object) };
  return { code, kind, object };
}
