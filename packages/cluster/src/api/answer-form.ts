import { isStatusError } from '@opwright/machinery';
import type { ServedKind } from '../kinds/kind.ts';
import { notAcceptable, unknownMediaType } from './errors.ts';
import type { ServerRequest } from './http-types.ts';
import {
  acceptClauses,
  header,
  type Negotiated,
  negotiate,
  plainJson,
  RESOURCE_TYPES,
  WATCH_TYPES,
} from './negotiate.ts';
import { listOptions } from './options.ts';
import { patchType } from './patch-type.ts';
import { hasBody } from './read-body.ts';
import type { ResourceRequest } from './request-info.ts';

/** Subresources whose answers are shown as tables by nobody. */
const WITHOUT_TABLES: ReadonlySet<string> = new Set([
  ...['approval', 'binding', 'ephemeralcontainers', 'eviction', 'finalize', 'resize', 'token'],
]);
const COLLECTION_TYPES = [...RESOURCE_TYPES, ...WATCH_TYPES];

/**
 * The form of a resource's answer. Where it cannot be had, that is said in Kubernetes' order: custom resources know no media
 * types before their handler, and the options of a list and the type of a patch are looked at first.
 *
 * @throws StatusError 406, or what is wrong with the request otherwise
 */
export function answerForm(request: ServerRequest, info: ResourceRequest, kind: ServedKind): Negotiated {
  const onCollection = info.verb === 'list' || info.verb === 'watch';
  try {
    return negotiate(request, {
      isWatch: info.verb === 'watch',
      isCustom: kind.custom,
      available: onCollection ? COLLECTION_TYPES : RESOURCE_TYPES,
      hasTables: !WITHOUT_TABLES.has(info.subresource),
    });
  } catch (error) {
    if (!isStatusError(error)) throw error;
    if (kind.custom && acceptClauses(header(request, 'accept')).some(({ type }) => type === 'application/*'))
      return plainJson(request);
    if (info.verb === 'patch') patchType(request, kind);
    // Media types that nobody knows are refused before there is a handler.
    const isUnknown = error.status.details !== undefined;
    if (isUnknown && !kind.custom) {
      // A write without a body is refused for the type that it has not.
      throw isWrite(request) && !hasBody(request) ? unknownMediaType(415, RESOURCE_TYPES.join(', ')) : error;
    }
    if (onCollection) listOptions(info.query, info.verb === 'watch');
    throw isUnknown ? notAcceptable(RESOURCE_TYPES) : error;
  }
}

function isWrite({ method }: ServerRequest): boolean {
  return ['POST', 'PUT', 'PATCH'].includes(method);
}
