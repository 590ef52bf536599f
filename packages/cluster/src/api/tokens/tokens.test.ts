import { createPublicKey, generateKeyPairSync, type JsonWebKey, verify } from 'node:crypto';
import { seededRandom, VirtualClock } from '@opwright/machinery';
import { expect, test } from 'vitest';
import { send } from '../../../test/exchange.ts';
import { startCluster } from '../../index.ts';
import { createStore } from '../../store/store.ts';
import { createVault } from '../../store/vault.ts';
import { tokenIssuer } from './issuer.ts';
import { identify } from './token.ts';

const pem = (type: 'rsa' | 'ec', options: object) =>
  generateKeyPairSync(type as 'rsa', options as { modulusLength: number })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();
const account = { name: 'sa', uid: 'u1' };

function surroundings() {
  const clock = new VirtualClock();
  const store = createStore();
  const metadata = { ...account, namespace: 'default', resourceVersion: '', creationTimestamp: '' };
  const object = { apiVersion: 'v1', kind: 'ServiceAccount', metadata };
  const stored = store.create('serviceaccounts', 'default/sa', object)!;
  return { clock, store, stored, random: seededRandom(1) };
}

test('a token names its account until it expires, with a minute for clocks that are behind, or the account is gone', async () => {
  const { clock, store, stored, random } = surroundings();
  const issuer = tokenIssuer(store, clock, random, createVault(), { signingKey: pem('rsa', { modulusLength: 2048 }) });
  const content = { namespace: 'default', account, audiences: issuer.audiences, expirationSeconds: 600 };
  const who = (token: string) => identify(token, issuer.audiences, issuer.authenticators).user;
  const token = issuer.issue(content);
  expect(who(token)).toMatchObject({
    name: 'system:serviceaccount:default:sa',
    uid: 'u1',
    groups: ['system:serviceaccounts', 'system:serviceaccounts:default'],
  });
  const [header, payload, signature] = token.split('.');
  const other = signature!.startsWith('A') ? 'B' : 'A';
  expect(() => who(`${header}.${payload}.${other}${signature!.slice(1)}`)).toThrow(
    /invalid bearer token, .*cryptographic/,
  );
  await clock.advance(660_000);
  expect(who(token).uid).toBe('u1');
  await clock.advance(1_000);
  expect(() => who(token)).toThrow('[invalid bearer token, service account token has expired]');
  const fresh = issuer.issue(content);
  store.delete('serviceaccounts', 'default/sa', stored);
  expect(() => who(fresh)).toThrow('[invalid bearer token, serviceaccounts "sa" not found]');
});

test.each([
  ['RS256', pem('rsa', { modulusLength: 2048 })],
  ['ES256', pem('ec', { namedCurve: 'P-256' })],
  ['ES384', pem('ec', { namedCurve: 'P-384' })],
  ['ES512', pem('ec', { namedCurve: 'P-521' })],
])('anybody verifies an %s token with the keys that the issuer publishes', async (algorithm, signingKey) => {
  await using cluster = await startCluster({ profile: 'envtest', serviceAccounts: { signingKey } });
  const { transport } = cluster;
  await send(transport, 'POST /api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'sa' } });
  const path = '/api/v1/namespaces/default/serviceaccounts/sa/token';
  const { body } = (await send(transport, `POST ${path}`, {})) as { body: { status: { token: string } } };
  const [header = '', payload = '', signature = ''] = body.status.token.split('.');
  const { kid, alg } = JSON.parse(Buffer.from(header, 'base64url').toString());
  expect(alg).toBe(algorithm);
  const discovered = await send(transport, 'GET /.well-known/openid-configuration');
  expect(discovered.body).toMatchObject({
    issuer: 'https://kubernetes.default.svc.cluster.local',
    id_token_signing_alg_values_supported: [algorithm],
  });
  const { keys } = (await send(transport, 'GET /openid/v1/jwks')).body as { keys: (JsonWebKey & { kid: string })[] };
  const key = createPublicKey({ key: keys.find((each) => each.kid === kid)!, format: 'jwk' });
  const signed = Buffer.from(`${header}.${payload}`);
  const bytes = Buffer.from(signature, 'base64url');
  expect(verify(`sha${algorithm.slice(2)}`, signed, { key, dsaEncoding: 'ieee-p1363' }, bytes)).toBe(true);
});

test('tokens of an issuer and a key of before still count, those of others do not', () => {
  const { clock, store, random } = surroundings();
  const [old, now] = [pem('ec', { namedCurve: 'P-256' }), pem('ec', { namedCurve: 'P-256' })];
  const before = tokenIssuer(store, clock, random, createVault(), { issuer: 'https://old', signingKey: old });
  const token = before.issue({ namespace: 'default', account, audiences: ['api'], expirationSeconds: 600 });
  const after = (options: object) => {
    const issuer = tokenIssuer(store, clock, random, createVault(), {
      signingKey: now,
      audiences: ['api'],
      ...options,
    });
    return () => identify(token, issuer.audiences, issuer.authenticators).user.uid;
  };
  const issuer = ['https://new', 'https://old'];
  expect(after({ issuer, verificationKeys: [old] })()).toBe('u1');
  expect(after({ issuer })).toThrow('[invalid bearer token, invalid signature, no keys found]');
  expect(after({ verificationKeys: [old] })).toThrow(/^invalid bearer token$/);
});

test('the cluster shortens a token to the longest life that it gives, and says so', async () => {
  await using cluster = await startCluster({
    profile: 'envtest',
    serviceAccounts: { maxTokenExpirationSeconds: 7200, signingKey: pem('ec', { namedCurve: 'P-256' }) },
  });
  const { transport } = cluster;
  await send(transport, 'POST /api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'sa' } });
  const path = 'POST /api/v1/namespaces/default/serviceaccounts/sa/token';
  const { body, headers } = await send(transport, path, { spec: { expirationSeconds: 86_400 } });
  expect(body).toMatchObject({ spec: { expirationSeconds: 7200 } });
  expect(headers.warning).toEqual(['299 - "requested expiration of 86400 seconds shortened to 7200 seconds"']);
});

test('a key that cannot sign is refused with the remedy', () => {
  const { clock, store, random } = surroundings();
  const { privateKey } = generateKeyPairSync('ed25519');
  const signingKey = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  expect(() => tokenIssuer(store, clock, random, createVault(), { signingKey })).toThrow(
    'the key of the service account issuer is of type ed25519: use RSA, or EC on P-256, P-384 or P-521',
  );
});
