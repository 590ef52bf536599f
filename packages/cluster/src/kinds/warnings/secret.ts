import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { JsonObject } from '@opwright/machinery';
import { at, text } from '../tree.ts';

/** What would keep a TLS server from using the secret, in Go's words. */
export function secretWarnings(secret: JsonObject): string[] {
  if (text(secret, 'type') !== 'kubernetes.io/tls') return [];
  const data = at(secret, 'data');
  const problem = keyPairProblem(pemBlocks(text(data, 'tls.crt')), pemBlocks(text(data, 'tls.key')));
  return problem === undefined ? [] : [problem];
}

interface PemBlock {
  readonly type: string;
  readonly text: string;
}

const PEM = /-----BEGIN ([^-\r\n]+)-----\r?\n[A-Za-z0-9+/=:,\-\s]*?-----END \1-----/g;

function pemBlocks(base64: string): PemBlock[] {
  const pem = Buffer.from(base64, 'base64').toString('latin1');
  return [...pem.matchAll(PEM)].map(([text, type]) => ({ text, type: type! }));
}

function keyPairProblem(certificates: readonly PemBlock[], keys: readonly PemBlock[]): string | undefined {
  const certificate = certificates.find(({ type }) => type === 'CERTIFICATE');
  if (certificate === undefined) return missingCertificate(certificates.map(({ type }) => type));
  const key = keys.find(({ type }) => type.endsWith('PRIVATE KEY'));
  if (key === undefined) return missingKey(keys.map(({ type }) => type));
  let parsed: X509Certificate;
  try {
    parsed = new X509Certificate(certificate.text);
  } catch {
    return 'x509: malformed certificate';
  }
  let privateKey: KeyObject;
  try {
    privateKey = createPrivateKey(key.text);
  } catch {
    return 'tls: failed to parse private key';
  }
  if (parsed.publicKey.asymmetricKeyType !== privateKey.asymmetricKeyType) {
    return 'tls: private key type does not match public key type';
  }
  return parsed.checkPrivateKey(privateKey) ? undefined : 'tls: private key does not match public key';
}

function missingCertificate(found: readonly string[]): string {
  if (found.length === 0) return 'tls: failed to find any PEM data in certificate input';
  if (found.length === 1 && found[0]?.endsWith('PRIVATE KEY')) {
    return 'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched';
  }
  return `tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: [${found.join(' ')}]`;
}

function missingKey(found: readonly string[]): string {
  if (found.length === 0) return 'tls: failed to find any PEM data in key input';
  if (found.length === 1 && found[0] === 'CERTIFICATE') {
    return 'tls: found a certificate rather than a key in the PEM for the private key';
  }
  return `tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of the following types: [${found.join(' ')}]`;
}
