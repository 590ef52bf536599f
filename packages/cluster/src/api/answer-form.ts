import { isStatusError } from '@opwright/machinery';
import type { ServedKind } from '../kinds/kind.ts';
import { notAcceptable } from './errors.ts';
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
import type { ResourceRequest } from './request-info.ts';

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
    });
  } catch (error) {
    if (!isStatusError(error)) throw error;
    if (kind.custom && acceptClauses(header(request, 'accept')).some(({ type }) => type === 'application/*'))
      return plainJson(request);
    if (info.verb === 'patch') patchType(request, kind);
    // Media types that nobody knows are refused before there is a handler.
    const isUnknown = error.status.details !== undefined;
    if (isUnknown && !kind.custom) throw error;
    if (onCollection) listOptions(info.query, info.verb === 'watch');
    throw isUnknown ? notAcceptable(RESOURCE_TYPES) : error;
  }
}
