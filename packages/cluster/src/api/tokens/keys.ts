import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { keptText, type Vault } from '../../store/vault.ts';

/** Signs and verifies JSON web tokens. */
export interface TokenKeys {
  sign(claims: object): string;
  /** Why the signature of a token does not count, in Kubernetes' words; undefined when it does. */
  problem(token: ReadToken): string | undefined;
  /** The public keys as a JSON web key set. */
  keySet(): { readonly keys: readonly WebKey[] };
}

/** A token taken apart; nobody has verified what it says. */
export interface ReadToken {
  readonly kid: string;
  readonly claims: { readonly [name: string]: unknown };
  readonly signed: string;
  readonly signature: Buffer;
}

interface PublicKey {
  readonly kid: string;
  readonly algorithm: Algorithm;
  readonly key: KeyObject;
}

type WebKey = Readonly<Record<string, string>>;
type Algorithm = 'RS256' | 'ES256' | 'ES384' | 'ES512';

/** Where the vault has the key, PEM. */
const KEY = 'service-account.key';

/**
 * The keys of the service account issuer.
 *
 * @param signing PEM of a private RSA or EC key; default: one that the cluster makes, and keeps in the vault
 * @param verifying PEMs of further keys, public or private, whose tokens count
 * @throws Error for a text that is no such key
 */
export function tokenKeys(vault: Vault, signing?: string, verifying: readonly string[] = []): TokenKeys {
  // An RSA key costs tens of milliseconds: it is made when it is needed first.
  let made: { readonly key: KeyObject; readonly own: PublicKey; readonly all: readonly PublicKey[] } | undefined;
  const others = verifying.map((pem) => publicKey(createPublicKey(pem)));
  const keys = () => {
    if (made !== undefined) return made;
    const key = createPrivateKey(signing ?? keptText(vault, KEY, newKey));
    const own = publicKey(createPublicKey(key));
    made = { key, own, all: [own, ...others.filter(({ kid }) => kid !== own.kid)] };
    return made;
  };
  if (signing !== undefined) keys();

  return {
    sign(claims) {
      const { key, own } = keys();
      const text = `${encode({ alg: own.algorithm, kid: own.kid })}.${encode(claims)}`;
      const signature = sign(digestOf(own), Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' });
      return `${text}.${signature.toString('base64url')}`;
    },
    problem({ kid, signed, signature }) {
      const candidates = kid === '' ? keys().all : keys().all.filter((each) => each.kid === kid);
      if (candidates.length === 0) return 'invalid signature, no keys found';
      const isGood = candidates.some((each) =>
        verify(digestOf(each), Buffer.from(signed), { key: each.key, dsaEncoding: 'ieee-p1363' }, signature),
      );
      return isGood ? undefined : 'square/go-jose: error in cryptographic primitive';
    },
    keySet: () => ({ keys: keys().all.map(webKey) }),
  };
}

/** Undefined for what is no token with a signature. */
export function readToken(token: string): ReadToken | undefined {
  const [header, payload, signature, ...more] = token.split('.');
  if (header === undefined || payload === undefined || !signature || more.length > 0) return undefined;
  const [head, claims] = [decode(header), decode(payload)];
  if (head === undefined || claims === undefined) return undefined;
  return {
    kid: typeof head.kid === 'string' ? head.kid : '',
    claims,
    signed: `${header}.${payload}`,
    signature: Buffer.from(signature, 'base64url'),
  };
}

function publicKey(key: KeyObject): PublicKey {
  // Nobody finds the key from its name.
  const kid = createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('base64url');
  return { kid, key, algorithm: algorithmOf(key) };
}

const CURVES: Readonly<Record<string, Algorithm>> = { prime256v1: 'ES256', secp384r1: 'ES384', secp521r1: 'ES512' };

function algorithmOf({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): Algorithm {
  if (type === 'rsa') return 'RS256';
  const algorithm = type === 'ec' ? CURVES[details?.namedCurve ?? ''] : undefined;
  if (algorithm === undefined) {
    throw new Error(
      `the key of the service account issuer is of type ${type}: use RSA, or EC on P-256, P-384 or P-521`,
    );
  }
  return algorithm;
}

const digestOf = ({ algorithm }: PublicKey): string => `sha${algorithm.slice(2)}`;

function webKey({ kid, key, algorithm }: PublicKey): WebKey {
  const { kty = '', n, e, crv, x, y } = key.export({ format: 'jwk' });
  const own = { n, e, crv, x, y };
  const parts = Object.entries(own).filter((part): part is [string, string] => typeof part[1] === 'string');
  return { use: 'sig', kty, kid, ...(crv && { crv }), alg: algorithm, ...Object.fromEntries(parts) };
}

function newKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function decode(part: string): { readonly [name: string]: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return typeof value === 'object' && value !== null ? (value as { [name: string]: unknown }) : undefined;
  } catch {
    return undefined;
  }
}
