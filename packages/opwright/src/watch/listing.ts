import type { ListOptions } from '@opwright/client';
import type { KubeObject, ListMeta, ObjectList } from '@opwright/machinery';
import { timeSlice } from '../time-slice.ts';
import { inTime } from './abortable.ts';
import { isExpired, isResourceVersionTooLarge, WatchError } from './errors.ts';
import type { Following } from './following.ts';

/** The whole state of a resource at a version. */
export interface Listed {
  readonly objects: readonly KubeObject[];
  readonly version: string;
}

/** Lists what is followed, at the version that was seen last or a later one. */
export async function list(following: Following, signal: AbortSignal): Promise<Listed> {
  const { state, versionUnavailable } = following;
  const asked = versionUnavailable ? '' : state.resourceVersion === '' ? '0' : state.resourceVersion;
  try {
    return await listAt(following, asked, signal);
  } catch (error) {
    if (asked === '' || !(isExpired(error) || isResourceVersionTooLarge(error))) throw error;
    following.versionUnavailable = true;
    return listAt(following, '', signal);
  }
}

async function listAt(following: Following, resourceVersion: string, signal: AbortSignal): Promise<Listed> {
  const { options, scope, idleTimeoutMs, guarded, prepare } = following;
  const { pageSize = 500 } = options;
  // At a concrete version the server answers from its watch cache, which does not page.
  const paged =
    options.pageSize !== undefined || following.paginated || resourceVersion === '' || resourceVersion === '0';
  let objects: KubeObject[] = [];
  let version = '';
  let pages = 0;
  const read = async (limit: number) => {
    objects = [];
    pages = 0;
    const slice = timeSlice(options.clock);
    for await (const page of pagesInTime(following, { ...scope, resourceVersion, limit }, idleTimeoutMs, signal)) {
      slice.restart();
      // Whatever else answers with 200 must not be taken for "there are no objects".
      if (!isList(page)) throw new WatchError('BadList', 'the answer is not a list of objects with a resourceVersion');
      pages += 1;
      // All pages show the state at the version of the first.
      if (pages === 1) version = page.metadata.resourceVersion;
      for (const item of page.items) {
        guarded(item, (object) => objects.push(prepare(object)));
        const pause = slice.pause();
        if (pause) await pause;
      }
    }
  };
  try {
    await read(paged ? pageSize : 0);
  } catch (error) {
    if (pages === 0 || !isExpired(error)) throw error;
    // The version of the first page was compacted while we read: one answer without pages cannot expire.
    await read(0);
  }
  signal.throwIfAborted();
  if (resourceVersion === '0' && pages > 1) following.paginated = true;
  return { objects, version };
}

/** The pages of a list. A dead connection gives neither pages nor an end: each must come within `limitMs`. */
export function pagesInTime(
  { options }: Following,
  query: ListOptions,
  limitMs: number,
  signal: AbortSignal,
): AsyncIterable<ObjectList<KubeObject>> {
  const { client, clock, resource } = options;
  const late = () => {
    return new WatchError('Timeout', `the server did not answer within ${Math.round(limitMs / 1000)} s`);
  };
  return inTime(clock, limitMs, late, signal, (part) => client.pages(resource, { ...query, signal: part }));
}

/** An empty list of a Go server may have null for its items, which the client has replaced. */
function isList(page: { readonly kind?: string; readonly items?: unknown; readonly metadata?: Partial<ListMeta> }) {
  const { kind = 'List', items, metadata } = page;
  return kind.endsWith('List') && Array.isArray(items) && Boolean(metadata?.resourceVersion);
}
