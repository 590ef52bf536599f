import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { bitString, integer, oid, sequence, set, tagged } from './der.ts';
import { DerError, type Element, readElement, readElements, readOid } from './der-reader.ts';
import { distinguishedName, ECDSA_WITH_SHA256, extension, generalName, newKeys, pem, pemKey } from './x509.ts';

/** What a certificate request (PKCS #10, RFC 2986) asks for. */
export interface SigningRequest {
  /** Of clients: user and groups. */
  readonly commonName: string;
  readonly organizations: readonly string[];
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly emailAddresses: readonly string[];
  readonly uris: readonly string[];
  readonly publicKey: KeyObject;
  /** DER of the whole name. */
  readonly subject: Buffer;
  /** DER of the alternative names, where there are any. */
  readonly alternativeNames?: Buffer;
  /** Why the request does not prove that its sender holds the key; undefined when it does. */
  readonly signatureProblem?: string;
}

/** A request and the key that it is for (PKCS #8), both PEM. */
export interface RequestAndKey {
  readonly request: string;
  readonly key: string;
}

/** Asks for a certificate for a new key. */
export function createSigningRequest(
  commonName: string,
  {
    organizations = [],
    hosts = [],
  }: { readonly organizations?: readonly string[]; readonly hosts?: readonly string[] } = {},
): RequestAndKey {
  const { publicKey, privateKey } = newKeys();
  const names = extension('2.5.29.17', sequence(...hosts.map(generalName)));
  const wanted = sequence(oid(EXTENSION_REQUEST), set(sequence(names)));
  const info = sequence(
    integer(Uint8Array.of(0)),
    distinguishedName(commonName, organizations),
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0, ...(hosts.length > 0 ? [wanted] : [])),
  );
  const signature = bitString(sign('sha256', info, privateKey));
  return { request: pem('CERTIFICATE REQUEST', sequence(info, ECDSA_WITH_SHA256, signature)), key: pemKey(privateKey) };
}

const EXTENSION_REQUEST = '1.2.840.113549.1.9.14';

/** A text that is no certificate request, in the words of Go's crypto/x509. */
export class SigningRequestError extends Error {
  override readonly name = 'SigningRequestError';
}

/** @throws SigningRequestError */
export function parseSigningRequest(pem: string): SigningRequest {
  const [, label, body = ''] = /-----BEGIN ([^-\n]+)-----\r?\n([\s\S]*?)-----END \1-----/.exec(pem) ?? [];
  if (label !== 'CERTIFICATE REQUEST') throw new SigningRequestError('PEM block type must be CERTIFICATE REQUEST');
  try {
    return parse(Buffer.from(body, 'base64'));
  } catch (error) {
    if (error instanceof DerError) throw new SigningRequestError(error.message);
    throw error;
  }
}

/** CertificationRequest { info { version, subject, publicKey, attributes }, algorithm, signature } */
function parse(der: Buffer): SigningRequest {
  const outer = readElement(der, 0, { tag: 0x30, name: 'certificateRequest' });
  if (outer.bytes.length < der.length) throw new DerError('asn1: syntax error: trailing data');
  const [info, algorithm, signature] = readElements(outer.content);
  if (info === undefined || algorithm === undefined || signature === undefined) {
    throw new DerError('asn1: syntax error: sequence truncated');
  }
  readElement(info.content, 0, { tag: 0x02, name: 'int' });
  const [, subject, key, attributes] = readElements(info.content);
  if (subject === undefined || key === undefined) throw new DerError('asn1: syntax error: sequence truncated');
  const publicKey = readKey(key);
  const alternativeNames = attributes && readAlternativeNames(attributes);
  const names = (tag: number) =>
    (alternativeNames === undefined ? [] : readElements(readElement(alternativeNames).content))
      .filter((name) => name.tag === tag)
      .map(({ content }) => content);
  const signatureProblem = problemOf(info.bytes, algorithm, signature, publicKey);
  return {
    commonName: attributeValues(subject, '2.5.4.3').at(-1) ?? '',
    organizations: attributeValues(subject, '2.5.4.10'),
    emailAddresses: names(0x81).map(String),
    dnsNames: names(0x82).map(String),
    uris: names(0x86).map(String),
    ipAddresses: names(0x87).map(addressText),
    publicKey,
    subject: subject.bytes,
    ...(alternativeNames !== undefined && { alternativeNames }),
    ...(signatureProblem !== undefined && { signatureProblem }),
  };
}

function readKey(key: Element): KeyObject {
  try {
    return createPublicKey({ key: key.bytes, format: 'der', type: 'spki' });
  } catch {
    throw new SigningRequestError('x509: unsupported public key');
  }
}

/** Name { SET { SEQUENCE { type, value } … } … } */
function attributeValues(name: Element, type: string): string[] {
  return readElements(name.content)
    .flatMap(({ content }) => readElements(content))
    .map(({ content }) => readElements(content))
    .flatMap(([id, value]) => (id && value && readOid(id) === type ? [textOf(value)] : []));
}

/** BMPString is UTF-16, the other kinds are read as UTF-8. */
function textOf({ tag, content }: Element): string {
  return tag === 0x1e ? Buffer.from(content).swap16().toString('utf16le') : content.toString();
}

/** attributes { { extensionRequest, SET { SEQUENCE { { id, critical?, value } … } } } … } */
function readAlternativeNames(attributes: Element): Buffer | undefined {
  for (const { content } of readElements(attributes.content)) {
    const [type, values] = readElements(content);
    if (type === undefined || values === undefined || readOid(type) !== EXTENSION_REQUEST) continue;
    const extensions = readElements(values.content).flatMap((list) => readElements(list.content));
    for (const extension of extensions) {
      const [id, ...rest] = readElements(extension.content);
      const value = rest.at(-1);
      if (id !== undefined && value !== undefined && readOid(id) === '2.5.29.17') return value.content;
    }
  }
  return undefined;
}

function addressText(bytes: Buffer): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: bytes.length / 2 }, (_, at) => bytes.readUInt16BE(at * 2).toString(16));
  return groups.join(':');
}

/** Of a signature algorithm: the hash (none for Ed25519), and how Go calls a signature that is wrong. */
const RSA_FAILURE = 'crypto/rsa: verification error';
const ECDSA_FAILURE = 'x509: ECDSA verification failure';
const ALGORITHMS: Readonly<Record<string, readonly [hash: string | undefined, failure: string]>> = {
  '1.2.840.113549.1.1.5': ['sha1', RSA_FAILURE],
  '1.2.840.113549.1.1.11': ['sha256', RSA_FAILURE],
  '1.2.840.113549.1.1.12': ['sha384', RSA_FAILURE],
  '1.2.840.113549.1.1.13': ['sha512', RSA_FAILURE],
  '1.2.840.10045.4.1': ['sha1', ECDSA_FAILURE],
  '1.2.840.10045.4.3.2': ['sha256', ECDSA_FAILURE],
  '1.2.840.10045.4.3.3': ['sha384', ECDSA_FAILURE],
  '1.2.840.10045.4.3.4': ['sha512', ECDSA_FAILURE],
  '1.3.101.112': [undefined, 'x509: Ed25519 verification failure'],
};

function problemOf(signed: Buffer, algorithm: Element, signature: Element, key: KeyObject): string | undefined {
  const [id] = readElements(algorithm.content);
  const known = id && ALGORITHMS[readOid(id)];
  if (known === undefined) return 'x509: cannot verify signature: algorithm unimplemented';
  const [hash, failure] = known;
  // A bit string begins with the number of bits that do not count.
  return verify(hash, signed, key, signature.content.subarray(1)) ? undefined : failure;
}
