import { type JsonObject, orderFields } from '@opwright/machinery';
import type { MutableObject } from '../../kinds/kind.ts';
import type { AdmissionAttributes } from '../admission/admission.ts';
import type { Call, Result } from '../context.ts';
import { badRequest } from '../errors.ts';
import { admissionAttributes } from '../write.ts';
import type { ConnectOptions } from './options.ts';

/** Connects with the options that admission has let pass. */
export type Connect = (call: Call, options: JsonObject) => Promise<Result>;

/**
 * Asks admission before anything else is looked at. It sees the options as the object of a CONNECT and may change them:
 * they, and no longer the query, say what is connected to.
 */
export function admitted({ kind, read }: ConnectOptions, connect: Connect): (call: Call) => Promise<Result> {
  return async (call) => {
    const { info, server } = call;
    if (info.query.has('dryRun')) throw badRequest('dryRun is not supported');
    const options: MutableObject = { kind: kind.kind, apiVersion: kind.apiVersion, ...read(info) };
    const attributes: AdmissionAttributes = {
      ...admissionAttributes(call, 'CONNECT', info.subresource, info.name, { dryRun: false, admissionOptions: null }),
      posted: kind,
    };
    await server.admission.mutate(attributes, options);
    const settled = orderFields(kind.type, options) as JsonObject;
    await server.admission.validate(attributes, settled);
    return connect(call, settled);
  };
}
