import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { createAuthority } from './certificates.ts';
import { createSigningRequest, parseSigningRequest } from './signing-request.ts';

const now = Date.parse('2026-03-01T12:00:00Z');
const hosts = ['node-a', '10.1.2.3', 'fd00::1'];
const { request, key } = createSigningRequest('jane', { organizations: ['team', 'größe'], hosts });

test('a request says who asks, for which names and for which key', () => {
  const parsed = parseSigningRequest(request);
  expect(parsed).toMatchObject({
    commonName: 'jane',
    organizations: ['team', 'größe'],
    dnsNames: ['node-a'],
    ipAddresses: ['10.1.2.3', 'fd00:0:0:0:0:0:0:1'],
    emailAddresses: [],
    uris: [],
  });
  expect(parsed.signatureProblem).toBeUndefined();
  expect(parseSigningRequest(createSigningRequest('x').request).alternativeNames).toBeUndefined();
});

test('a certificate that is signed for a request has its names and its key, and the usages and times that were given', () => {
  const authority = createAuthority('opwright', now);
  const terms = {
    usages: ['client auth', 'digital signature', 'decipher only'],
    notBefore: now,
    notAfter: now + 3_600_000,
  };
  const certificate = new X509Certificate(authority.sign(parseSigningRequest(request), terms));
  expect(certificate.toLegacyObject().subject).toEqual({ O: ['team', 'größe'], CN: 'jane' });
  expect(certificate.checkPrivateKey(createPrivateKey(key))).toBe(true);
  expect(certificate.verify(new X509Certificate(authority.certificate).publicKey)).toBe(true);
  expect(certificate.checkHost('node-a')).toBe('node-a');
  expect(certificate.checkIP('10.1.2.3')).toBe('10.1.2.3');
  expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
  expect([certificate.validFrom, certificate.validTo].map(Date.parse)).toEqual([now, now + 3_600_000]);
  expect(certificate.ca).toBe(false);
});

test('who does not hold the key signs nothing', () => {
  const lines = request.split('\n');
  const last = lines.length - 3;
  const der = Buffer.from(lines.slice(1, -2).join(''), 'base64');
  der[der.length - 1]! ^= 1;
  const pem = [lines[0], der.toString('base64'), lines[last + 1], ''].join('\n');
  expect(parseSigningRequest(pem).signatureProblem).toBe('x509: ECDSA verification failure');
});

test('what is no request is refused in the words of Go', () => {
  const block = (bytes: Uint8Array, label = 'CERTIFICATE REQUEST') =>
    `-----BEGIN ${label}-----\n${Buffer.from(bytes).toString('base64')}\n-----END ${label}-----\n`;
  const { publicKey } = generateKeyPairSync('ed25519');
  const bare = publicKey.export({ type: 'spki', format: 'der' });
  for (const [text, message] of [
    ['', 'PEM block type must be CERTIFICATE REQUEST'],
    [block(bare, 'PUBLIC KEY'), 'PEM block type must be CERTIFICATE REQUEST'],
    [block(Uint8Array.of()), 'asn1: syntax error: sequence truncated'],
    [block(Uint8Array.of(0x30)), 'asn1: syntax error: truncated tag or length'],
    [block(Uint8Array.of(0x30, 5, 0)), 'asn1: syntax error: data truncated'],
    [block(Uint8Array.of(0x30, 0x80)), 'asn1: syntax error: indefinite length found (not DER)'],
    [block(Uint8Array.of(0x30, 0x85, 1, 1, 1, 1, 1)), 'asn1: structure error: length too large'],
    [block(Uint8Array.of(0x30, 0, 0)), 'asn1: syntax error: trailing data'],
    [block(bare), 'asn1: syntax error: sequence truncated'],
  ] as const) {
    expect(() => parseSigningRequest(text), message).toThrow(message);
  }
});
