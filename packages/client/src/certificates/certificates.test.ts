import { createPrivateKey, X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { createAuthority } from './certificates.ts';

const now = Date.parse('2026-03-01T12:00:00Z');
const authority = createAuthority('opwright', now);
const ca = new X509Certificate(authority.certificate);

test('an authority signs itself and may sign others', () => {
  expect(ca.ca).toBe(true);
  expect(ca.subject).toBe('CN=opwright');
  expect(ca.verify(ca.publicKey)).toBe(true);
  expect(ca.checkIssued(ca)).toBe(true);
});

test('a server certificate is for its hosts, names and addresses', () => {
  const hosts = ['127.0.0.1', '::1', 'fd00::12:3', 'localhost', 'kubernetes.default.svc'];
  const server = new X509Certificate(authority.issue({ commonName: 'kube-apiserver', usage: 'server', hosts }).cert);
  expect(server.verify(ca.publicKey)).toBe(true);
  expect(server.checkIssued(ca)).toBe(true);
  expect(server.ca).toBe(false);
  for (const ip of ['127.0.0.1', '::1', 'fd00::12:3']) expect(server.checkIP(ip)).toBe(ip);
  for (const name of ['localhost', 'kubernetes.default.svc']) expect(server.checkHost(name)).toBe(name);
  expect(server.checkHost('elsewhere')).toBeUndefined();
  expect(server.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
});

test('a client certificate carries user and groups, and its own key', () => {
  const { cert, key } = authority.issue({
    commonName: 'jane',
    organizations: ['system:masters', 'größe'],
    usage: 'client',
  });
  const client = new X509Certificate(cert);
  expect(client.toLegacyObject().subject).toEqual({ O: ['system:masters', 'größe'], CN: 'jane' });
  expect(client.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
  expect(client.checkPrivateKey(createPrivateKey(key))).toBe(true);
});

test('certificates count from an hour ago for a year, the authority for ten', () => {
  const { cert } = authority.issue({ commonName: 'x', usage: 'client' });
  const { validFrom, validTo } = new X509Certificate(cert);
  expect(Date.parse(validFrom)).toBe(Date.parse('2026-03-01T11:00:00Z'));
  expect(Date.parse(validTo)).toBe(Date.parse('2027-03-01T12:00:00Z'));
  expect(Date.parse(ca.validTo) - now).toBe(3650 * 24 * 3600 * 1000);
});

test('dates from 2050 on are written, too', () => {
  const late = new X509Certificate(createAuthority('late', Date.parse('2049-06-01T00:00:00Z')).certificate);
  expect(new Date(late.validFrom).getUTCFullYear()).toBe(2049);
  expect(new Date(late.validTo).getUTCFullYear()).toBe(2059);
});

test('serial numbers differ', () => {
  const serial = () => new X509Certificate(authority.issue({ commonName: 'x', usage: 'client' }).cert).serialNumber;
  expect(serial()).not.toBe(serial());
});
