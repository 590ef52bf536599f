import { formatTime, getOwn, invalidValue, isPlainObject, orderFields } from '@opwright/machinery';
import type { Call, Result } from '../context.ts';
import { invalid } from '../errors.ts';
import { stored } from '../verbs/get.ts';
import { postedKind, readPosted } from './posted.ts';

const GROUP = 'authentication.k8s.io';
const TOKEN_REQUEST = postedKind(GROUP, 'v1', 'TokenRequest');
const HOUR = 3600;
const SHORTEST = 600;

/** POST of a TokenRequest: a token of the service account. */
export async function requestToken(call: Call): Promise<Result> {
  const { info, server } = call;
  const posted = await readPosted(call, TOKEN_REQUEST);
  const { body } = posted;
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
    throw invalid(TOKEN_REQUEST, info.name, [error]);
  }
  await posted.validate();
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
  return { code: 201, plain: orderFields(TOKEN_REQUEST.type, answer) };
}
