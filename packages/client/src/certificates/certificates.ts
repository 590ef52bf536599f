import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import {
  bitString,
  boolean,
  integer,
  octetString,
  oid,
  sequence,
  set,
  tagged,
  taggedBytes,
  time,
  utf8String,
} from './der.ts';

/** A certificate and its private key (PKCS #8), both PEM. */
export interface KeyAndCertificate {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateRequest {
  /** Of clients: the user's name. */
  readonly commonName: string;
  /** Of clients: the user's groups. */
  readonly organizations?: readonly string[];
  readonly usage: 'server' | 'client';
  /** Host names and IP addresses that a server is reached by. */
  readonly hosts?: readonly string[];
}

/** Signs certificates that live for a year. Keys are ECDSA P-256 and exist nowhere else, unless the caller keeps them. */
export interface CertificateAuthority {
  /** Its own certificate, PEM: what clients and servers trust. */
  readonly certificate: string;
  /** Its private key, PEM: for who wants the same authority again. */
  readonly key: string;
  issue(request: CertificateRequest): KeyAndCertificate;
}

const YEAR_MS = 365 * 24 * 3600 * 1000;
/** Clocks of machines differ a little. */
const SKEW_MS = 3600 * 1000;

const ECDSA_WITH_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));
const COMMON_NAME = oid('2.5.4.3');
const ORGANIZATION = oid('2.5.4.10');
const IPV4 = /^\d{1,3}(\.\d{1,3}){3}$/;
const USAGES = { server: oid('1.3.6.1.5.5.7.3.1'), client: oid('1.3.6.1.5.5.7.3.2') } as const;

/**
 * Makes an authority with a key of its own.
 *
 * @param nowMs from when its certificates count, ms since the epoch
 * @param kept the authority of this name that it is to be again
 */
export function createAuthority(commonName: string, nowMs: number, kept?: KeyAndCertificate): CertificateAuthority {
  const keys = kept === undefined ? newKeys() : keysOf(kept.key);
  const name = distinguishedName(commonName, []);
  const keyId = keyIdentifier(keys.publicKey);
  const notBefore = nowMs - SKEW_MS;

  const certificate = (
    subject: Buffer,
    publicKey: KeyObject,
    lifetimeMs: number,
    extensions: readonly Buffer[],
  ): string => {
    const subjectKeyId = keyIdentifier(publicKey);
    const content = sequence(
      tagged(0, integer(Uint8Array.of(2))),
      // Unique as the key is, and without a source of chance.
      integer(Buffer.concat([Uint8Array.of(1), subjectKeyId.subarray(0, 15)])),
      ECDSA_WITH_SHA256,
      name,
      sequence(time(notBefore), time(nowMs + lifetimeMs)),
      subject,
      publicKey.export({ type: 'spki', format: 'der' }),
      tagged(
        3,
        sequence(
          ...extensions,
          extension('2.5.29.14', octetString(subjectKeyId)),
          extension('2.5.29.35', sequence(taggedBytes(0, keyId))),
        ),
      ),
    );
    const signature = sign('sha256', content, keys.privateKey);
    return pem('CERTIFICATE', sequence(content, ECDSA_WITH_SHA256, bitString(signature)));
  };

  const ownCertificate = () =>
    certificate(name, keys.publicKey, 10 * YEAR_MS, [
      extension('2.5.29.19', sequence(boolean(true)), true),
      // digitalSignature, keyCertSign
      extension('2.5.29.15', bitString(Uint8Array.of(0x84), 2), true),
    ]);

  return {
    certificate: kept?.cert ?? ownCertificate(),
    key: pemKey(keys.privateKey),
    issue({ commonName, organizations = [], usage, hosts = [] }) {
      const own = newKeys();
      return {
        cert: certificate(distinguishedName(commonName, organizations), own.publicKey, YEAR_MS, [
          // digitalSignature
          extension('2.5.29.15', bitString(Uint8Array.of(0x80), 7), true),
          extension('2.5.29.37', sequence(USAGES[usage])),
          extension('2.5.29.19', sequence(), true),
          ...(hosts.length > 0 ? [extension('2.5.29.17', sequence(...hosts.map(generalName)))] : []),
        ]),
        key: pemKey(own.privateKey),
      };
    },
  };
}

function newKeys(): { publicKey: KeyObject; privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function keysOf(key: string): { publicKey: KeyObject; privateKey: KeyObject } {
  const privateKey = createPrivateKey(key);
  return { publicKey: createPublicKey(privateKey), privateKey };
}

function pemKey(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function keyIdentifier(publicKey: KeyObject): Buffer {
  return createHash('sha1')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest();
}

function distinguishedName(commonName: string, organizations: readonly string[]): Buffer {
  return sequence(
    ...organizations.map((organization) => set(sequence(ORGANIZATION, utf8String(organization)))),
    set(sequence(COMMON_NAME, utf8String(commonName))),
  );
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  return critical ? sequence(oid(id), boolean(true), octetString(value)) : sequence(oid(id), octetString(value));
}

function generalName(host: string): Buffer {
  return isAddress(host) ? taggedBytes(7, addressBytes(host)) : taggedBytes(2, Buffer.from(host));
}

/** No host name has a colon or ends in a number. */
function isAddress(host: string): boolean {
  return host.includes(':') || IPV4.test(host);
}

function addressBytes(address: string): Buffer {
  if (IPV4.test(address)) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail] = address.split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16)));
  const front = groups(head);
  const back = tail === undefined ? [] : groups(tail);
  const all = [...front, ...new Array<number>(8 - front.length - back.length).fill(0), ...back];
  return Buffer.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}

function pem(label: string, bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
