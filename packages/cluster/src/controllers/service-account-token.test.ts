import { isNotFound } from '@opwright/client';
import { Secret, ServiceAccount } from '@opwright/kubernetes/core';
import { expect, test, vi } from 'vitest';
import { send } from '../../test/exchange.ts';
import { startCluster } from '../index.ts';

const key = { namespace: 'default', name: 'robot-token' };
const metadata = { ...key, annotations: { 'kubernetes.io/service-account.name': 'robot' } };
const type = 'kubernetes.io/service-account-token';

test('a secret that asks for a token gets one that works, and goes with its account', async () => {
  await using cluster = await startCluster();
  const { client, transport } = cluster;
  const account = { namespace: 'default', name: 'robot' };
  const { metadata: owner } = await client.create(ServiceAccount, { metadata: account });
  await client.create(Secret, { metadata, type });
  const { data = {}, metadata: filled } = await vi.waitFor(async () => {
    const secret = await client.get(Secret, key);
    expect(secret.data?.token).toBeDefined();
    return secret;
  });
  const text = (field: string) => Buffer.from(data[field] ?? '', 'base64').toString();
  expect(text('namespace')).toBe('default');
  expect(text('ca.crt')).toMatch(/^-----BEGIN CERTIFICATE-----/);
  expect(filled.annotations).toMatchObject({ 'kubernetes.io/service-account.uid': owner.uid });
  const review = () =>
    send(transport, 'POST /apis/authentication.k8s.io/v1/tokenreviews', { spec: { token: text('token') } });
  expect((await review()).body).toMatchObject({
    status: { authenticated: true, user: { username: 'system:serviceaccount:default:robot', uid: owner.uid } },
  });
  await client.delete(ServiceAccount, account);
  await vi.waitFor(() => expect(client.get(Secret, key)).rejects.toSatisfy(isNotFound));
  expect((await review()).body).toMatchObject({
    status: { error: '[invalid bearer token, Token has been invalidated]' },
  });
});

test('a secret that asks for the token of nobody is deleted', async () => {
  await using cluster = await startCluster();
  const { client } = cluster;
  await client.create(Secret, { metadata, type });
  await vi.waitFor(() => expect(client.get(Secret, key)).rejects.toSatisfy(isNotFound));
});
