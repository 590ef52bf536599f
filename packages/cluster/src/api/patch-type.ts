import type { ServedKind } from '../kinds/kind.ts';
import { unknownMediaType, unsupportedMediaType } from './errors.ts';
import type { ServerRequest } from './http-types.ts';
import { contentType, hasBody } from './read-body.ts';

export const APPLY = 'application/apply-patch+yaml';
export const STRATEGIC = 'application/strategic-merge-patch+json';
export const MERGE = 'application/merge-patch+json';
export const JSON_PATCH = 'application/json-patch+json';

/** The type of a patch that a kind takes. @throws StatusError 415 */
export function patchType(request: ServerRequest, { custom }: Pick<ServedKind, 'custom'>): string {
  const type = contentType(request);
  if (type === APPLY || type === MERGE || type === JSON_PATCH) return type;
  if (custom) throw unsupportedMediaType([JSON_PATCH, MERGE, APPLY]);
  if (type === STRATEGIC) return type;
  // A patch without a body is refused by another part, which has nothing to offer.
  throw hasBody(request) ? unknownMediaType(415) : unknownMediaType(415, '');
}
