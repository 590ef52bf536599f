import { createHash, type KeyObject, sign } from 'node:crypto';
import { bitString, boolean, integer, octetString, sequence, tagged, taggedBytes, time } from './der.ts';
import type { SigningRequest } from './signing-request.ts';
import { usageExtensions } from './usages.ts';
import {
  distinguishedName,
  ECDSA_WITH_SHA256,
  extension,
  generalName,
  keyIdentifier,
  keysOf,
  newKeys,
  pem,
  pemKey,
} from './x509.ts';

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

/** Issues certificates that live for a year, and signs what others ask for. Its keys are ECDSA P-256 and exist nowhere else, unless the caller keeps them. */
export interface CertificateAuthority {
  /** Its own certificate, PEM: what clients and servers trust. */
  readonly certificate: string;
  /** Its private key, PEM: for who wants the same authority again. */
  readonly key: string;
  issue(request: CertificateRequest): KeyAndCertificate;
  /** A certificate, PEM, for the key and the names of a request. Whether it should have one is for the caller to know. */
  sign(request: SigningRequest, terms: SigningTerms): string;
}

/** What a signed certificate may be used for, and when. */
export interface SigningTerms {
  /** By the names of the certificates API: `client auth`, `digital signature`. Unknown ones count for nothing. */
  readonly usages: readonly string[];
  /** ms since the epoch. */
  readonly notBefore: number;
  /** ms since the epoch. */
  readonly notAfter: number;
}

const YEAR_MS = 365 * 24 * 3600 * 1000;
/** Clocks of machines differ a little. */
const SKEW_MS = 3600 * 1000;

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
  const lasting = (lifetimeMs: number) => ({ notBefore: nowMs - SKEW_MS, notAfter: nowMs + lifetimeMs });

  const certificate = (
    subject: Buffer,
    publicKey: KeyObject,
    { notBefore, notAfter }: Validity,
    extensions: readonly Buffer[],
  ): string => {
    const subjectKeyId = keyIdentifier(publicKey);
    const content = sequence(
      tagged(0, integer(Uint8Array.of(2))),
      integer(serialNumber(subjectKeyId, notBefore)),
      ECDSA_WITH_SHA256,
      name,
      sequence(time(notBefore), time(notAfter)),
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
    certificate(name, keys.publicKey, lasting(10 * YEAR_MS), [
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
        cert: certificate(distinguishedName(commonName, organizations), own.publicKey, lasting(YEAR_MS), [
          ...usageExtensions(['digital signature', `${usage} auth`]),
          extension('2.5.29.19', sequence(), true),
          ...(hosts.length > 0 ? [extension('2.5.29.17', sequence(...hosts.map(generalName)))] : []),
        ]),
        key: pemKey(own.privateKey),
      };
    },
    sign({ subject, publicKey, alternativeNames }, { usages, ...validity }) {
      return certificate(subject, publicKey, validity, [
        ...usageExtensions(usages),
        extension('2.5.29.19', sequence(), true),
        ...(alternativeNames === undefined ? [] : [extension('2.5.29.17', Buffer.from(alternativeNames))]),
      ]);
    },
  };
}

interface Validity {
  readonly notBefore: number;
  readonly notAfter: number;
}

/** Unique as the key and its time are, and without a source of chance. */
function serialNumber(subjectKeyId: Buffer, notBefore: number): Buffer {
  const digest = createHash('sha256').update(subjectKeyId).update(String(notBefore)).digest();
  return Buffer.concat([Uint8Array.of(1), digest.subarray(0, 15)]);
}
