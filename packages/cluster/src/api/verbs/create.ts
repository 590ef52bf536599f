import type { JsonObject, JsonValue } from '@opwright/machinery';
import type { Call, Result } from '../context.ts';
import { createObject } from '../create-object.ts';
import { decodeBody } from '../decode.ts';
import { badRequest } from '../errors.ts';
import { trackUpdate } from '../field-manager.ts';
import { dropSystemFields, settleNamespace } from '../metadata.ts';
import { writeOptions } from '../options.ts';
import { withConversions } from '../version-converter.ts';

/** POST on a collection. */
export async function create(call: Call): Promise<Result> {
  const { kind, info, request, server, warnings } = call;
  const options = writeOptions('CreateOptions', info.query);
  if (kind.scope === 'Namespaced' && info.namespace === '') {
    throw badRequest('an empty namespace may not be set during creation');
  }
  const draft = decodeBody(request, kind, options.fieldValidation, warnings, server.protobuf);
  dropSystemFields(draft);
  settleNamespace(kind, draft, info.namespace);
  await withConversions(call, () => trackUpdate(call, options.fieldManager, '', undefined, draft));
  const object = await createObject(call, draft, {
    dryRun: options.dryRun,
    admissionOptions: optionsObject('CreateOptions', options),
  });
  return { code: 201, kind, object };
}

/** Options as admission sees them. */
export function optionsObject(
  kind: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions' | 'DeleteOptions',
  {
    dryRun,
    fieldManager,
    givenFieldValidation,
  }: { dryRun: boolean; fieldManager?: string; givenFieldValidation?: string },
): JsonObject {
  const object: { [option: string]: JsonValue } = { kind, apiVersion: 'meta.k8s.io/v1' };
  if (dryRun) object.dryRun = ['All'];
  if (fieldManager) object.fieldManager = fieldManager;
  if (givenFieldValidation) object.fieldValidation = givenFieldValidation;
  return object;
}
