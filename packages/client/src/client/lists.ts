import { type AnyResource, type Infer, isExpired, type ObjectList } from '@opwright/machinery';
import type { Client, ListOptions, Selection } from '../client.ts';
import { TransportError } from '../transport.ts';
import { listParser } from './parsers.ts';
import { collectionPath, type Query, withQuery } from './paths.ts';
import type { Requests } from './requests.ts';

/** Objects per page of a list, as kubectl and client-go have it. */
const PAGE_SIZE = 500;

/** @see https://kubernetes.io/docs/reference/using-api/api-concepts/#alternate-representations-of-resources */
const METADATA_LIST = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

/** The lists of a client. */
export function createLists({ call }: Requests): Pick<Client, 'list' | 'pages'> {
  async function listPage<R extends AnyResource>(resource: R, opts: ListOptions): Promise<ObjectList<Infer<R>>> {
    const path = withQuery(collectionPath(resource, opts.namespace), {
      ...selectionQuery(opts),
      limit: opts.limit === 0 ? undefined : (opts.limit ?? PAGE_SIZE),
      continue: opts.continue,
      // The token carries the version; the server refuses both at once.
      resourceVersion: opts.continue ? undefined : opts.resourceVersion,
      resourceVersionMatch: opts.continue ? undefined : opts.resourceVersionMatch,
    });
    const accept = opts.metadataOnly ? METADATA_LIST : undefined;
    const parse = listParser(opts.managedFieldsOf);
    const list = await call<ObjectList<Infer<R>>>('GET', path, opts.signal, undefined, accept, parse);
    return withKinds(resource, list, opts.metadataOnly);
  }

  async function* pages<R extends AnyResource>(
    resource: R,
    opts: ListOptions = {},
  ): AsyncGenerator<ObjectList<Infer<R>>, void, undefined> {
    let next = opts.continue;
    do {
      const page = await listPage(resource, next ? { ...opts, continue: next } : opts);
      yield page;
      next = page.metadata.continue;
    } while (next);
  }

  async function list<R extends AnyResource>(resource: R, opts: ListOptions = {}): Promise<ObjectList<Infer<R>>> {
    const first = await listPage(resource, opts);
    if (!first.metadata.continue) return first;
    const items: Infer<R>[] = [...first.items];
    try {
      for await (const page of pages(resource, { ...opts, continue: first.metadata.continue }))
        items.push(...page.items);
    } catch (error) {
      if (!isExpired(error)) throw error;
      // The version of the first page was compacted meanwhile: one answer without pages cannot expire.
      const { continue: _, ...whole } = opts;
      return listPage(resource, { ...whole, limit: 0 });
    }
    const { continue: _, remainingItemCount: __, ...metadata } = first.metadata;
    return { ...first, metadata, items };
  }

  return { list, pages };
}

export const selectionQuery = (selection: Selection): Query => ({
  labelSelector: selection.labelSelector || undefined,
  fieldSelector: selection.fieldSelector || undefined,
});

/** The code of the TransportError for an answer to a list that is none. */
export const NO_LIST = 'NO_LIST';

/** A list whose items carry `apiVersion` and `kind`. Shared where nothing is missing. @throws TransportError for no list */
function withKinds<T extends { readonly apiVersion: string; readonly kind: string }>(
  resource: AnyResource,
  list: ObjectList<T>,
  metadataOnly = false,
): ObjectList<T> {
  // Go encodes an empty list of some servers as null. Anything else that answers with 200 is not "there are no objects".
  if (list.items !== null && !Array.isArray(list.items)) {
    throw new TransportError(`the answer to a list of ${resource.plural} is no list: it has no items`, {
      code: NO_LIST,
    });
  }
  const items: readonly T[] = list.items ?? [];
  const complete = !metadataOnly && items.every((item) => item.kind !== undefined && item.apiVersion !== undefined);
  if (complete && list.items) return list;
  const names = { apiVersion: resource.apiVersion, kind: resource.kind };
  if (metadataOnly) return { ...list, items: items.map((item) => ({ ...item, ...names })) };
  return { ...list, items: complete ? items : items.map((item) => ({ ...names, ...item })) };
}
