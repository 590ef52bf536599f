import { createAuthority, systemClock } from '@opwright/client';
import type { CertificateSource, Clock, ServingCertificate } from 'opwright';

type IssuedCertificate = ServingCertificate & { readonly caBundle: string };

/** A certificate, and the means to let the next one come. */
export interface ChangeableCertificates extends CertificateSource {
  change(): void;
  current(): IssuedCertificate;
}

export function changeableCertificates(): ChangeableCertificates {
  const issue = (before = ''): IssuedCertificate => {
    const authority = createAuthority('test', Date.now());
    const pair = authority.issue({ commonName: 'webhooks', usage: 'server', hosts: ['127.0.0.1'] });
    return { ...pair, caBundle: `${authority.certificate}${before}` };
  };
  let current = issue();
  return {
    checkEveryMs: 20,
    read: async () => current,
    current: () => current,
    change() {
      const [newest = ''] = current.caBundle.split(/(?<=-----END CERTIFICATE-----\n)/);
      current = issue(newest);
    },
  };
}

/** A `webhookOverlapMs` that no other timer has. */
export const OVERLAP_MS = 77_777;

/** The system's clock, on which a sleep of {@link OVERLAP_MS} ends when it is told to: no test depends on how busy the machine is. */
export function overlapClock(): Clock & { readonly isOverlapping: boolean; endOverlap(): void } {
  let end: (() => void) | undefined;
  return {
    ...systemClock,
    setTimeout(callback, ms) {
      if (ms !== OVERLAP_MS) return systemClock.setTimeout(callback, ms);
      end = callback;
      return { cancel() {} };
    },
    get isOverlapping() {
      return end !== undefined;
    },
    endOverlap() {
      end?.();
      end = undefined;
    },
  };
}
