import { X509Certificate } from 'node:crypto';

/** Whether one of the certificates in a bundle (PEM) has signed another one. */
export function readAuthorities(bundle: string): (certificate: X509Certificate) => boolean {
  const pems = bundle.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  const authorities = pems.map((pem) => new X509Certificate(pem));
  return (certificate) =>
    authorities.some((authority) => certificate.checkIssued(authority) && certificate.verify(authority.publicKey));
}
