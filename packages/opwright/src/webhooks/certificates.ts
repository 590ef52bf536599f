import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Client, createAuthority } from '@opwright/client';
import { Secret } from '@opwright/kubernetes/core';
import { type Clock, type Infer, isAlreadyExists, isConflict } from '@opwright/machinery';
import { undefinedIfNotFound } from '../not-found.ts';

/** What a webhook server proves itself with. */
export interface ServingCertificate {
  /** PEM. */
  readonly cert: string;
  /** PEM. */
  readonly key: string;
  /**
   * PEM of the authorities that the API server is to trust, written into the webhook configurations. During a change the old
   * one is in it beside the new one. Absent: somebody else takes care of the configurations (cert-manager).
   */
  readonly caBundle?: string;
  /**
   * PEM of the authorities of which the API server must show a certificate, which it does when it is configured to. Absent:
   * everybody may ask. A source gives it always or never.
   *
   * @see https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#authenticate-apiservers
   */
  readonly clientCa?: string;
}

/** Where the certificate comes from. It is asked again and again; a new answer is put to use without a restart. */
export interface CertificateSource {
  /** The certificate to use from now on. A failure keeps the former one. */
  read(signal?: AbortSignal): Promise<ServingCertificate>;
  readonly checkEveryMs: number;
}

/** Made by an authority of this process: for development, and for a single replica. */
export function ownCertificates({ clock, hosts }: { clock: Clock; hosts: readonly string[] }): CertificateSource {
  let current: ServingCertificate | undefined;
  return {
    checkEveryMs: 3600_000,
    async read() {
      if (current === undefined || isDue(current.cert, clock.now())) current = issue(hosts, clock.now(), current);
      return current;
    },
  };
}

/**
 * From files that somebody else renews, such as a mounted Secret of cert-manager. Swapped files are noticed within ten
 * seconds, also those that are links; a certificate without its key is not used.
 */
export function certificateFiles(directory: string, names: CertificateFileNames = {}): CertificateSource {
  const { cert = 'tls.crt', key = 'tls.key', ca = 'ca.crt', clientCa } = names;
  const text = (name: string) => readFile(join(directory, name), 'utf8');
  return {
    checkEveryMs: 10_000,
    async read() {
      const caBundle = await text(ca).catch(() => undefined);
      const pair = { cert: await text(cert), key: await text(key) };
      if (!new X509Certificate(pair.cert).checkPrivateKey(createPrivateKey(pair.key))) {
        throw new Error(`${join(directory, cert)} and ${join(directory, key)} do not belong together`);
      }
      return {
        ...pair,
        ...(caBundle !== undefined && { caBundle }),
        ...(clientCa !== undefined && { clientCa: await text(clientCa) }),
      };
    },
  };
}

export interface CertificateFileNames {
  /** Default `tls.crt`. */
  readonly cert?: string;
  /** Default `tls.key`. */
  readonly key?: string;
  /** Default `ca.crt`. Where there is no such file, somebody else writes the authorities into the configurations. */
  readonly ca?: string;
  /** The authorities of clients; default: clients need no certificate. Swapped as the others are. */
  readonly clientCa?: string;
}

export interface SecretCertificatesOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly namespace: string;
  readonly name: string;
  /** What the API server calls the webhook: `foo-webhook.foo-system.svc`. */
  readonly hosts: readonly string[];
}

/**
 * From a Secret that all replicas share: the first one that finds it missing or two thirds through its life makes the next
 * certificate. The key of the authority is not kept: each certificate has its own authority, of which the bundle keeps the
 * former one.
 */
export function secretCertificates(options: SecretCertificatesOptions): CertificateSource {
  const { client, clock, hosts, namespace, name } = options;
  async function read(signal?: AbortSignal): Promise<ServingCertificate> {
    const request = signal === undefined ? {} : { signal };
    const secret = await client.get(Secret, { namespace, name }, request).catch(undefinedIfNotFound);
    const current = secret && fromSecret(secret);
    if (current && !isDue(current.cert, clock.now())) return current;
    const next = issue(hosts, clock.now(), current);
    const object = {
      metadata: {
        name,
        namespace,
        ...(secret && { resourceVersion: secret.metadata.resourceVersion }),
      },
      type: 'kubernetes.io/tls',
      data: { 'tls.crt': base64(next.cert), 'tls.key': base64(next.key), 'ca.crt': base64(next.caBundle) },
    };
    try {
      await (secret ? client.update(Secret, object, request) : client.create(Secret, object, request));
      return next;
    } catch (error) {
      // Another replica was faster: its certificate is as good.
      if (isConflict(error) || isAlreadyExists(error)) return read(signal);
      throw error;
    }
  }
  return { read, checkEveryMs: 60_000 };
}

function fromSecret({ data }: Infer<typeof Secret>): IssuedCertificate | undefined {
  const text = (key: string) => Buffer.from(data?.[key] ?? '', 'base64').toString('utf8');
  const [cert, key, caBundle] = [text('tls.crt'), text('tls.key'), text('ca.crt')];
  return cert === '' || key === '' || caBundle === '' ? undefined : { cert, key, caBundle };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

type IssuedCertificate = ServingCertificate & { readonly caBundle: string };

/** A certificate of a new authority, trusted together with the one before. */
function issue(hosts: readonly string[], nowMs: number, before: ServingCertificate | undefined): IssuedCertificate {
  const authority = createAuthority('opwright webhooks', nowMs);
  const [first = 'localhost'] = hosts;
  const [former = ''] =
    before?.caBundle?.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----\n?/g) ?? [];
  return {
    ...authority.issue({ commonName: first, usage: 'server', hosts }),
    caBundle: `${authority.certificate}${former}`,
  };
}

/** Two thirds of its life are over. */
function isDue(cert: string, nowMs: number): boolean {
  const { validFrom, validTo } = new X509Certificate(cert);
  const [from, to] = [Date.parse(validFrom), Date.parse(validTo)];
  return nowMs >= from + ((to - from) * 2) / 3;
}
