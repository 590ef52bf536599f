import { createAuthority } from '../src/certificates/certificates.ts';

/** A throw-away authority with a server certificate for 127.0.0.1 and `cluster.test`, and a client certificate. */
export interface TestCertificates {
  readonly ca: string;
  readonly server: { readonly cert: string; readonly key: string };
  readonly client: { readonly cert: string; readonly key: string };
}

export function testCertificates(): TestCertificates {
  const authority = createAuthority('test authority', Date.now());
  return {
    ca: authority.certificate,
    server: authority.issue({ commonName: 'server', usage: 'server', hosts: ['127.0.0.1', 'cluster.test'] }),
    client: authority.issue({ commonName: 'alice', organizations: ['dev'], usage: 'client' }),
  };
}
