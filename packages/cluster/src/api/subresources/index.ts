import type { ServedKind } from '../../kinds/kind.ts';
import type { Call, Result } from '../context.ts';
import { type Endpoint, statusEndpoint } from '../endpoint.ts';
import { bind } from './binding.ts';
import { approvalEndpoint, signingEndpoint } from './certificate-request.ts';
import { evict } from './eviction.ts';
import { fieldEndpoint } from './field.ts';
import { scaleEndpoint } from './scale.ts';
import { requestToken } from './token.ts';

/** Subresources that are read, replaced and patched, by name. Undefined: the kind has none of that name. */
export function subresourceEndpoint(kind: ServedKind, name: string): Endpoint | undefined {
  switch (name) {
    case 'status':
      return kind.groupResource === 'certificatesigningrequests.certificates.k8s.io'
        ? signingEndpoint(kind)
        : statusEndpoint(kind);
    case 'scale':
      return kind.scale === undefined ? undefined : scaleEndpoint(kind, kind.scale);
    case 'finalize':
      return fieldEndpoint(kind, name, ['spec', 'finalizers']);
    case 'ephemeralcontainers':
      return fieldEndpoint(kind, name, ['spec', 'ephemeralContainers'], true);
    case 'approval':
      return approvalEndpoint(kind);
    default:
      return undefined;
  }
}

/** Subresources that only take objects in, by name. */
export const subresourceCreates: Readonly<Record<string, (call: Call) => Promise<Result>>> = {
  binding: bind,
  eviction: evict,
  token: requestToken,
};
