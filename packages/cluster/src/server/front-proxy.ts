import type { X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { JsonObject } from '@opwright/machinery';
import { authenticated } from '../api/authenticate.ts';
import type { UserInfo } from '../api/http-types.ts';
import { readAuthorities } from './authorities.ts';

/**
 * A proxy that has found out who somebody is, and says so in headers (kube-apiserver's `--requestheader-*`). Header names
 * count whatever their case.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/authentication/#authenticating-proxy
 */
export interface FrontProxy {
  /** Certificates that sign those of the proxy, PEM. */
  readonly clientCa: string;
  /** The common names that the proxy's certificate may have; none: any. */
  readonly allowedNames?: readonly string[];
  /** Headers with the name of the user, of which the first that is there counts. */
  readonly usernameHeaders?: readonly string[];
  /** Headers with groups, one for each line. */
  readonly groupHeaders?: readonly string[];
  /** What the names of headers with more about the user begin with. */
  readonly extraHeaderPrefixes?: readonly string[];
}

/** Finds out who a request comes from by its headers; undefined where the certificate is not the proxy's. */
export type ProxiedUser = (
  certificate: X509Certificate,
  headers: IncomingMessage['headersDistinct'],
) => UserInfo | undefined;

export function proxiedUser(proxy: FrontProxy): ProxiedUser {
  const { allowedNames = [], usernameHeaders = [], groupHeaders = [], extraHeaderPrefixes = [] } = proxy;
  const isIssued = readAuthorities(proxy.clientCa);
  return (certificate, headers) => {
    const { CN = '' } = certificate.toLegacyObject().subject;
    if (!isIssued(certificate) || (allowedNames.length > 0 && !allowedNames.includes(CN))) return undefined;
    const valuesOf = (name: string) => (headers[name.toLowerCase()] ?? []).filter((value) => value !== '');
    const name = usernameHeaders.flatMap((header) => valuesOf(header).slice(0, 1))[0];
    if (name === undefined) return undefined;
    const extra: Record<string, string[]> = {};
    for (const prefix of extraHeaderPrefixes) {
      for (const [header, values = []] of Object.entries(headers)) {
        if (!header.startsWith(prefix.toLowerCase())) continue;
        const key = unescaped(header.slice(prefix.length));
        extra[key] = [...(extra[key] ?? []), ...values];
      }
    }
    return authenticated({ name, groups: groupHeaders.flatMap(valuesOf), extra });
  };
}

/** As other API servers read it, from the config map `extension-apiserver-authentication`. */
export function frontProxyData(proxy: FrontProxy): JsonObject {
  const { clientCa, allowedNames = [], usernameHeaders = [], groupHeaders = [], extraHeaderPrefixes = [] } = proxy;
  return {
    'requestheader-allowed-names': JSON.stringify(allowedNames),
    'requestheader-client-ca-file': clientCa,
    'requestheader-extra-headers-prefix': JSON.stringify(extraHeaderPrefixes),
    'requestheader-group-headers': JSON.stringify(groupHeaders),
    'requestheader-username-headers': JSON.stringify(usernameHeaders),
  };
}

function unescaped(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}
