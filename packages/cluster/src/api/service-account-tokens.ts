import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import type { Clock, Random } from '@opwright/machinery';
import { storeKey } from '../store/object.ts';
import type { Store } from '../store/store.ts';
import { createVault, keptText, type Vault } from '../store/vault.ts';
import { serviceAccountGroups, type TokenAuthenticator } from './authenticate.ts';

/** Issues and recognizes the tokens of service accounts: JWTs that this cluster alone can sign. */
export interface ServiceAccountTokens {
  readonly issuer: string;
  /** @throws nothing; the caller has looked the account up */
  issue(request: TokenRequest): string;
  readonly authenticate: TokenAuthenticator;
}

export interface TokenRequest {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly audiences: readonly string[];
  readonly expirationSeconds: number;
}

interface Claims {
  readonly exp: number;
  readonly sub: string;
  readonly jti: string;
  readonly 'kubernetes.io': {
    readonly namespace: string;
    readonly serviceaccount: { readonly name: string; readonly uid: string };
  };
}

/** Where the vault has the key, PEM. */
const KEY = 'service-account.key';

export function serviceAccountTokens(
  store: Store,
  clock: Clock,
  random: Random,
  vault: Vault = createVault(),
): ServiceAccountTokens {
  const issuer = 'https://kubernetes.default.svc.cluster.local';
  let keys: { readonly privateKey: KeyObject; readonly publicKey: KeyObject } | undefined;
  const read = (pem: string) => {
    const privateKey = createPrivateKey(pem);
    keys = { privateKey, publicKey: createPublicKey(privateKey) };
    return keys;
  };
  const kept = vault.get(KEY);
  if (kept !== undefined) read(kept);
  // An RSA key costs tens of milliseconds: it is made for the first token.
  const signingKeys = () => keys ?? read(keptText(vault, KEY, newKey));
  return {
    issuer,
    issue({ namespace, name, uid, audiences, expirationSeconds }) {
      const { privateKey } = signingKeys();
      const now = Math.floor(clock.now() / 1000);
      const claims: Claims & object = {
        aud: audiences,
        exp: now + expirationSeconds,
        iat: now,
        iss: issuer,
        jti: random.uuid(),
        'kubernetes.io': { namespace, serviceaccount: { name, uid } },
        nbf: now,
        sub: `system:serviceaccount:${namespace}:${name}`,
      } as Claims & object;
      const text = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}`;
      return `${text}.${sign('sha256', Buffer.from(text), privateKey).toString('base64url')}`;
    },
    authenticate(token) {
      const [header, payload, signature] = token.split('.');
      if (keys === undefined || header === undefined || payload === undefined || signature === undefined)
        return undefined;
      const signed = Buffer.from(`${header}.${payload}`);
      if (!verify('sha256', signed, keys.publicKey, Buffer.from(signature, 'base64url'))) return undefined;
      const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims;
      if (claims.exp * 1000 <= clock.now()) return undefined;
      const { namespace, serviceaccount } = claims['kubernetes.io'];
      const account = store.get('serviceaccounts', storeKey(namespace, serviceaccount.name));
      if (account?.metadata.uid !== serviceaccount.uid) return undefined;
      return {
        name: claims.sub,
        uid: serviceaccount.uid,
        groups: serviceAccountGroups(claims.sub) ?? [],
        extra: { 'authentication.kubernetes.io/credential-id': [`JTI=${claims.jti}`] },
      };
    },
  };
}

function newKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
