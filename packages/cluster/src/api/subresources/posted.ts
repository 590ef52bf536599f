import { typeOf } from '@opwright/kubernetes/data';
import { type JsonObject, joinApiVersion, orderFields } from '@opwright/machinery';
import type { MutableObject } from '../../kinds/kind.ts';
import type { AdmissionAttributes } from '../admission/admission.ts';
import type { Call } from '../context.ts';
import { decodeAs } from '../decode.ts';
import { metadataOf } from '../metadata.ts';
import { writeOptions } from '../options.ts';
import { type ExpectedKind, readBody } from '../read-body.ts';
import { optionsObject } from '../verbs/create.ts';
import { admissionAttributes } from '../write.ts';

/** What was posted to do something, not to be stored: a Binding, an Eviction, a TokenRequest. */
export interface Posted {
  /** As the mutating admission has left it. */
  readonly body: MutableObject;
  readonly kind: ExpectedKind;
  readonly dryRun: boolean;
  /** Lets the validating admission see the body. @throws StatusError when it refuses */
  validate(): Promise<void>;
}

/** The built-in kind of a body. */
export function postedKind(group: string, version: string, kind: string): ExpectedKind {
  const apiVersion = joinApiVersion(group, version);
  const type = typeOf(apiVersion, kind);
  if (type === undefined) throw new Error(`the data of the built-in kinds lacks ${kind}`);
  return { group, version, apiVersion, kind, type, custom: false };
}

/**
 * Reads a body and lets the mutating admission see it, as a CREATE of what the URL names.
 *
 * @param prepare what is done to the body before anybody sees it: defaults, tracking
 * @throws StatusError 400, 403, 413, 415, 422
 */
export async function readPosted(
  call: Call,
  kind: ExpectedKind,
  prepare: (body: MutableObject, fieldManager: string) => void = () => {},
): Promise<Posted> {
  const { info, request, server, warnings } = call;
  const options = writeOptions('CreateOptions', info.query);
  const body: MutableObject = decodeAs(
    readBody(request, kind, server.protobuf),
    kind,
    options.fieldValidation,
    warnings,
  );
  settlePosted(body, info.namespace);
  prepare(body, options.fieldManager);
  const attributes: AdmissionAttributes = {
    ...admissionAttributes(call, 'CREATE', info.subresource, info.name || nameOf(body), {
      dryRun: options.dryRun,
      admissionOptions: optionsObject('CreateOptions', options),
    }),
    posted: kind,
  };
  await server.admission.mutate(attributes, body);
  return {
    body,
    kind,
    dryRun: options.dryRun,
    validate: async () => server.admission.validate(attributes, orderFields(kind.type, body) as JsonObject),
  };
}

/** A body is in the namespace of the URL. */
function settlePosted(body: MutableObject, namespace: string): void {
  const metadata = metadataOf(body);
  if (namespace !== '' && (metadata.namespace ?? '') === '') metadata.namespace = namespace;
}

/** metadata.name of a body. */
export function nameOf({ metadata }: MutableObject): string {
  const { name } = (metadata ?? {}) as { name?: unknown };
  return typeof name === 'string' ? name : '';
}
