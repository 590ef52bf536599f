import { type Clock, parseTime, type Random } from '@opwright/machinery';
import { type StoredObject, storeKey } from '../../store/object.ts';
import type { Store } from '../../store/store.ts';
import { serviceAccountGroups } from '../authenticate.ts';
import type { UserInfo } from '../http-types.ts';
import { readToken, type TokenKeys } from './keys.ts';
import { type TokenAuthenticator, TokenError } from './token.ts';

/** An object that a token names. */
export interface Reference {
  readonly name: string;
  readonly uid: string;
}

/** What a token is to say. */
export interface TokenContent {
  readonly namespace: string;
  readonly account: Reference;
  readonly audiences: readonly string[];
  readonly expirationSeconds: number;
  /** Seconds after which a use of the token is worth a warning. */
  readonly warnAfterSeconds?: number;
  /** What the token is bound to; of a pod, the node with it. */
  readonly pod?: Reference;
  readonly secret?: Reference;
  /** A node that is not there has no uid. */
  readonly node?: { readonly name: string; readonly uid?: string };
}

/** The claim of Kubernetes in a token. */
interface KubernetesClaim {
  readonly namespace: string;
  readonly serviceaccount: Reference;
  readonly pod?: Reference;
  readonly secret?: Reference;
  readonly node?: { readonly name: string; readonly uid?: string };
}

/** Clocks of others may be so far behind. */
const LEEWAY_MS = 60_000;

/** Issues and recognizes the tokens that TokenRequests ask for. */
export interface ServiceAccountTokens {
  /** @throws nothing; the caller has looked the objects up */
  issue(content: TokenContent): string;
  readonly authenticate: TokenAuthenticator;
}

/** @param issuers the first one issues; tokens of the others count, too */
export function serviceAccountTokens(
  store: Store,
  clock: Clock,
  random: Random,
  keys: TokenKeys,
  issuers: readonly string[],
): ServiceAccountTokens {
  return {
    issue({ namespace, account, audiences, expirationSeconds, warnAfterSeconds, pod, secret, node }) {
      const now = Math.floor(clock.now() / 1000);
      return keys.sign({
        aud: audiences,
        exp: now + expirationSeconds,
        iat: now,
        iss: issuers[0],
        jti: random.uuid(),
        'kubernetes.io': {
          namespace,
          ...(node && { node }),
          ...(pod && { pod }),
          ...(secret && { secret }),
          serviceaccount: account,
          ...(warnAfterSeconds !== undefined && { warnafter: now + warnAfterSeconds }),
        },
        nbf: now,
        sub: `system:serviceaccount:${namespace}:${account.name}`,
      });
    },

    authenticate(token, audiences) {
      const read = readToken(token);
      if (read === undefined || !issuers.includes(String(read.claims.iss))) return undefined;
      const problem = keys.problem(read);
      if (problem !== undefined) throw new TokenError(problem);
      const own = Array.isArray(read.claims.aud) ? read.claims.aud.map(String) : [];
      const common = own.filter((audience) => audiences.includes(audience));
      if (common.length === 0) {
        throw new TokenError(`token audiences ${goList(own)} is invalid for the target audiences ${goList(audiences)}`);
      }
      checkTimes(read.claims, clock.now());
      const claim = read.claims['kubernetes.io'] as KubernetesClaim;
      checkObjects(store, claim, clock.now() - LEEWAY_MS);
      return { user: userOf(claim, String(read.claims.jti ?? '')), audiences: common };
    },
  };
}

function checkTimes({ exp, nbf, iat }: { readonly [claim: string]: unknown }, nowMs: number): void {
  if (Number(exp) * 1000 < nowMs - LEEWAY_MS) throw new TokenError('service account token has expired');
  if (Number(nbf ?? 0) * 1000 > nowMs + LEEWAY_MS) throw new TokenError('service account token is not valid yet');
  if (Number(iat ?? 0) * 1000 > nowMs + LEEWAY_MS)
    throw new TokenError('service account token is issued in the future');
}

/** A token ends with its account, and with what it is bound to. */
function checkObjects(store: Store, claim: KubernetesClaim, deletedBeforeMs: number): void {
  const { namespace, serviceaccount, pod, secret, node } = claim;
  const account = store.get('serviceaccounts', storeKey(namespace, serviceaccount.name));
  if (account === undefined) throw new TokenError(`serviceaccounts "${serviceaccount.name}" not found`);
  if (account.metadata.uid !== serviceaccount.uid) {
    throw new TokenError(`service account UID (${account.metadata.uid}) does not match claim (${serviceaccount.uid})`);
  }
  if (wentBefore(account, deletedBeforeMs)) {
    throw new TokenError(`service account ${namespace}/${serviceaccount.name} has been deleted`);
  }
  const checkBound = (kind: string, storage: string, place: string, { name, uid = '' }: Partial<Reference>): void => {
    const object = store.get(storage, storeKey(place, name ?? ''));
    if (object !== undefined && object.metadata.uid !== uid) {
      const claimed = `service account ${kind} ref claim (${uid})`;
      throw new TokenError(`${kind} UID (${object.metadata.uid}) does not match ${claimed}`);
    }
    if (object === undefined || wentBefore(object, deletedBeforeMs)) {
      throw new TokenError('service account token has been invalidated');
    }
  };
  if (secret !== undefined) checkBound('secret', 'secrets', namespace, secret);
  if (pod !== undefined) checkBound('pod', 'pods', namespace, pod);
  else if (node !== undefined) checkBound('node', 'nodes', '', node);
}

function wentBefore({ metadata }: StoredObject, ms: number): boolean {
  const { deletionTimestamp } = metadata;
  return typeof deletionTimestamp === 'string' && (parseTime(deletionTimestamp) ?? 0) < ms;
}

function userOf({ namespace, serviceaccount, pod, node }: KubernetesClaim, jti: string): UserInfo {
  const name = `system:serviceaccount:${namespace}:${serviceaccount.name}`;
  const about = 'authentication.kubernetes.io';
  return {
    name,
    uid: serviceaccount.uid,
    groups: serviceAccountGroups(name) ?? [],
    extra: {
      ...(jti !== '' && { [`${about}/credential-id`]: [`JTI=${jti}`] }),
      ...(node && { [`${about}/node-name`]: [node.name] }),
      ...(node?.uid && { [`${about}/node-uid`]: [node.uid] }),
      ...(pod && { [`${about}/pod-name`]: [pod.name], [`${about}/pod-uid`]: [pod.uid] }),
    },
  };
}

const goList = (texts: readonly string[]): string => `[${texts.map((text) => JSON.stringify(text)).join(' ')}]`;
