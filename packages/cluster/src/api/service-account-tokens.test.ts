import { seededRandom, VirtualClock } from '@opwright/machinery';
import { expect, test } from 'vitest';
import { messageOf, send } from '../../test/exchange.ts';
import { startCluster } from '../index.ts';
import { createStore } from '../store/store.ts';
import { serviceAccountTokens } from './service-account-tokens.ts';

test('a token names its account until it expires or the account is gone', async () => {
  const clock = new VirtualClock();
  const store = createStore();
  const metadata = { name: 'sa', namespace: 'default', uid: 'u1', resourceVersion: '', creationTimestamp: '' };
  const account = store.create('serviceaccounts', 'default/sa', {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata,
  })!;
  const tokens = serviceAccountTokens(store, clock, seededRandom(1));
  const request = { namespace: 'default', name: 'sa', uid: 'u1', audiences: ['a'], expirationSeconds: 600 };
  const token = tokens.issue(request);
  expect(await tokens.authenticate(token)).toMatchObject({
    name: 'system:serviceaccount:default:sa',
    groups: ['system:serviceaccounts', 'system:serviceaccounts:default'],
  });
  const [header, payload, signature] = token.split('.');
  expect(await tokens.authenticate(`${header}.${payload}x.${signature}`)).toBeUndefined();
  await clock.advance(600_000);
  expect(await tokens.authenticate(token)).toBeUndefined();
  const fresh = tokens.issue(request);
  store.delete('serviceaccounts', 'default/sa', account);
  expect(await tokens.authenticate(fresh)).toBeUndefined();
});

test('tokens are asked for through the account, and not for a few minutes only', async () => {
  await using cluster = await startCluster({ profile: 'envtest' });
  const { transport } = cluster;
  await send(transport, 'POST /api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'sa' } });
  const path = 'POST /api/v1/namespaces/default/serviceaccounts/sa/token';
  expect(messageOf(await send(transport, path, { spec: { expirationSeconds: 5 } }))).toMatch(
    /spec\.expirationSeconds: Invalid value: 5: may not specify a duration less than 10 minutes$/,
  );
  const { status, body } = await send(transport, path, {});
  expect([status, body]).toMatchObject([
    201,
    { kind: 'TokenRequest', spec: { expirationSeconds: 3600 }, status: { token: expect.any(String) } },
  ]);
});
