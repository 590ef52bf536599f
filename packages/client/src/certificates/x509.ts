import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { boolean, octetString, oid, sequence, set, taggedBytes, utf8String } from './der.ts';

/** Parts of certificates and of requests for them (RFC 5280, RFC 2986). */

export const ECDSA_WITH_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));
const COMMON_NAME = oid('2.5.4.3');
const ORGANIZATION = oid('2.5.4.10');
const IPV4 = /^\d{1,3}(\.\d{1,3}){3}$/;

export function newKeys(): { publicKey: KeyObject; privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

export function keysOf(key: string): { publicKey: KeyObject; privateKey: KeyObject } {
  const privateKey = createPrivateKey(key);
  return { publicKey: createPublicKey(privateKey), privateKey };
}

/** With a label that names the kind of key: clients in Java take others for RSA keys. */
export function pemKey(key: KeyObject): string {
  return key.export({ type: 'sec1', format: 'pem' }).toString();
}

export function keyIdentifier(publicKey: KeyObject): Buffer {
  return createHash('sha1')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest();
}

export function distinguishedName(commonName: string, organizations: readonly string[]): Buffer {
  return sequence(
    ...organizations.map((organization) => set(sequence(ORGANIZATION, utf8String(organization)))),
    set(sequence(COMMON_NAME, utf8String(commonName))),
  );
}

export function extension(id: string, value: Buffer, critical = false): Buffer {
  return critical ? sequence(oid(id), boolean(true), octetString(value)) : sequence(oid(id), octetString(value));
}

export function generalName(host: string): Buffer {
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

export function pem(label: string, bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
