import { typeOf } from '@opwright/kubernetes/data';
import { formatTime, getOwn, invalidValue, isPlainObject, orderFields } from '@opwright/machinery';
import type { MutableObject } from '../../kinds/kind.ts';
import type { Call, Result } from '../context.ts';
import { decodeAs, readBody } from '../decode.ts';
import { invalid } from '../errors.ts';
import { stored } from '../verbs/get.ts';

const GROUP = 'authentication.k8s.io';
const HOUR = 3600;
const SHORTEST = 600;

/** POST of a TokenRequest: a token of the service account. */
export async function requestToken(call: Call): Promise<Result> {
  const { info, request, server, warnings } = call;
  const type = typeOf(`${GROUP}/v1`, 'TokenRequest');
  if (type === undefined) throw new Error('the data of the built-in kinds lacks TokenRequest');
  const expected = {
    group: GROUP,
    version: 'v1',
    apiVersion: `${GROUP}/v1`,
    kind: 'TokenRequest',
    type,
    custom: false,
  };
  const body: MutableObject = decodeAs(readBody(request, expected, server.protobuf), expected, 'Warn', warnings);
  const account = stored(call);
  const spec = isPlainObject(body.spec) ? body.spec : {};
  const seconds = getOwn(spec, 'expirationSeconds');
  const expirationSeconds = typeof seconds === 'number' ? seconds : HOUR;
  if (expirationSeconds < SHORTEST) {
    const error = invalidValue(
      'spec.expirationSeconds',
      expirationSeconds,
      'may not specify a duration less than 10 minutes',
    );
    throw invalid(expected, info.name, [error]);
  }
  const wanted = getOwn(spec, 'audiences');
  const audiences = Array.isArray(wanted) && wanted.length > 0 ? wanted.map(String) : [server.accountTokens.issuer];
  const { name, namespace = '', uid } = account.metadata;
  const token = server.accountTokens.issue({ name, namespace, uid, audiences, expirationSeconds });
  const nowMs = server.clock.now();
  const answer = {
    kind: 'TokenRequest',
    apiVersion: `${GROUP}/v1`,
    metadata: { name, namespace, creationTimestamp: formatTime(nowMs) },
    spec: { ...spec, audiences, expirationSeconds },
    status: { token, expirationTimestamp: formatTime(nowMs + expirationSeconds * 1000) },
  };
  return { code: 201, plain: orderFields(type, answer) };
}
