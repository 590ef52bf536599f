import { orderFields } from '@opwright/machinery';
import type { MutableObject } from '../../kinds/kind.ts';
import type { Call, Result } from '../context.ts';
import { decodeBody } from '../decode.ts';
import { trackUpdate } from '../field-manager.ts';
import { metaText } from '../metadata.ts';
import { writeOptions } from '../options.ts';
import { optionsObject } from '../verbs/create.ts';
import { admissionAttributes } from '../write.ts';

/** The question in a request, tracked as an object that is to be created. @throws StatusError */
export function readReview(call: Call): MutableObject {
  const { request, kind, warnings, server, info } = call;
  const options = writeOptions('CreateOptions', info.query);
  const review = decodeBody(request, kind, options.fieldValidation, warnings, server.protobuf);
  trackUpdate(call, options.fieldManager, '', undefined, review);
  return review;
}

/** Lets admission see a question, which it may change or refuse, before it is answered. */
export async function admitReview(call: Call, review: MutableObject): Promise<void> {
  const options = writeOptions('CreateOptions', call.info.query);
  const write = { dryRun: options.dryRun, admissionOptions: optionsObject('CreateOptions', options) };
  const attributes = admissionAttributes(call, 'CREATE', '', metaText(review, 'name'), write);
  await call.server.admission.mutate(attributes, review);
  await call.server.admission.validate(attributes, review as never);
}

export function answered({ kind }: Call, review: MutableObject): Result {
  return { code: 201, plain: orderFields(kind.type, review) };
}
