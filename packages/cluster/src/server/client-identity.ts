import type { X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { ClientCertificate, UserInfo } from '../api/http-types.ts';
import { readAuthorities } from './authorities.ts';
import { type FrontProxy, proxiedUser } from './front-proxy.ts';

/** Who sends a request, as far as its connection tells. */
export interface ClientIdentity {
  readonly clientCertificate?: ClientCertificate;
  /** Whom a front proxy speaks for. */
  readonly user?: UserInfo;
}

/** What a connection has shown. Reading a certificate costs more than most requests, so each is read once. */
interface Shown {
  readonly certificate: X509Certificate;
  /** Undefined when no authority of clients has signed it. */
  readonly client: ClientCertificate | undefined;
}

const NOBODY: ClientIdentity = {};

/** Finds out who sends a request; `invalid` for a certificate that nobody here has signed. */
export function identityReader(
  clientCa: string,
  frontProxy?: FrontProxy,
): (incoming: IncomingMessage) => ClientIdentity | 'invalid' {
  const connections = new WeakMap<TLSSocket, Shown | 'none' | 'invalid'>();
  const proxied = frontProxy && proxiedUser(frontProxy);
  // Without a proxy there is one authority, and TLS has asked for it.
  const isClients = frontProxy === undefined ? () => true : readAuthorities(clientCa);

  const read = (socket: TLSSocket): Shown | 'none' | 'invalid' => {
    const certificate = socket.getPeerX509Certificate();
    if (certificate === undefined) return 'none';
    if (!socket.authorized) return 'invalid';
    return { certificate, client: isClients(certificate) ? described(certificate) : undefined };
  };

  return (incoming) => {
    const socket = incoming.socket as TLSSocket;
    let shown = connections.get(socket);
    if (shown === undefined) {
      shown = read(socket);
      connections.set(socket, shown);
    }
    if (shown === 'none') return NOBODY;
    if (shown === 'invalid') return 'invalid';
    const user = proxied?.(shown.certificate, incoming.headersDistinct);
    if (user !== undefined) return { user };
    return shown.client === undefined ? 'invalid' : { clientCertificate: shown.client };
  };
}

function described(certificate: X509Certificate): ClientCertificate {
  // A repeated attribute is a list, which the type of the legacy object does not say.
  const subject: Record<string, string | string[] | undefined> = { ...certificate.toLegacyObject().subject };
  return {
    commonName: [subject.CN ?? ''].flat()[0] ?? '',
    organizations: [subject.O ?? []].flat(),
    fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
  };
}
