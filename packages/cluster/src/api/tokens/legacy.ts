import type { KubeObject } from '@opwright/machinery';
import { storeKey } from '../../store/object.ts';
import type { Store } from '../../store/store.ts';
import { serviceAccountGroups } from '../authenticate.ts';
import { readToken, type TokenKeys } from './keys.ts';
import { type TokenAuthenticator, TokenError } from './token.ts';

/*
 * Tokens that do not expire, in secrets of the type kubernetes.io/service-account-token. They are good as long as the
 * secret and the account are there.
 */

const ISSUER = 'kubernetes/serviceaccount';
const CLAIM = 'kubernetes.io/serviceaccount';
const INVALID_SINCE = 'kubernetes.io/legacy-token-invalid-since';

/** The token for such a secret. */
export function legacyToken(keys: TokenKeys, account: KubeObject, secret: KubeObject): string {
  const { namespace = '', name, uid } = account.metadata;
  return keys.sign({
    iss: ISSUER,
    [`${CLAIM}/namespace`]: namespace,
    [`${CLAIM}/secret.name`]: secret.metadata.name,
    [`${CLAIM}/service-account.name`]: name,
    [`${CLAIM}/service-account.uid`]: uid,
    sub: `system:serviceaccount:${namespace}:${name}`,
  });
}

/** @param apiAudiences whom these tokens, which name no audience, are meant for */
export function legacyAuthenticator(
  store: Store,
  keys: TokenKeys,
  apiAudiences: readonly string[],
): TokenAuthenticator {
  return (token, audiences) => {
    const read = readToken(token);
    if (read === undefined || read.claims.iss !== ISSUER) return undefined;
    const problem = keys.problem(read);
    if (problem !== undefined) throw new TokenError(problem);
    const common = apiAudiences.filter((audience) => audiences.includes(audience));
    if (common.length === 0) {
      const [own, wanted] = [apiAudiences, audiences].map(
        (list) => `[${list.map((a) => JSON.stringify(a)).join(' ')}]`,
      );
      throw new TokenError(`token audiences ${own} is invalid for the target audiences ${wanted}`);
    }
    const claim = (name: string): string => String(read.claims[`${CLAIM}/${name}`] ?? '');
    const [namespace, name, uid] = [claim('namespace'), claim('service-account.name'), claim('service-account.uid')];
    const secretName = claim('secret.name');
    const secret = store.get('secrets', storeKey(namespace, secretName));
    if (secret === undefined || secret.metadata.deletionTimestamp !== undefined) {
      throw new TokenError('Token has been invalidated');
    }
    const kept = (secret.data as { token?: string } | undefined)?.token ?? '';
    if (Buffer.from(kept, 'base64').toString() !== token) throw new TokenError("Token does not match server's copy");
    const account = store.get('serviceaccounts', storeKey(namespace, name));
    if (account === undefined) throw new TokenError(`serviceaccounts "${name}" not found`);
    if (account.metadata.deletionTimestamp !== undefined) {
      throw new TokenError(`ServiceAccount ${namespace}/${name} has been deleted`);
    }
    if (account.metadata.uid !== uid) {
      throw new TokenError(`ServiceAccount UID (${account.metadata.uid}) does not match claim (${uid})`);
    }
    if (secret.metadata.labels?.[INVALID_SINCE]) {
      throw new TokenError(
        `the token in secret ${namespace}/${secretName} for service account ${namespace}/${name} has been marked invalid. Use tokens from the TokenRequest API or manually created secret-based tokens, or remove the '${INVALID_SINCE}' label from the secret to temporarily allow use of this token`,
      );
    }
    const user = `system:serviceaccount:${namespace}:${name}`;
    return { user: { name: user, uid, groups: serviceAccountGroups(user) ?? [] }, audiences: common };
  };
}
