import { nextTurn } from '@opwright/client';
import type { ServedKind } from '../../kinds/kind.ts';
import type { StoredObject } from '../../store/object.ts';
import { CompactedError, type Page, type Range } from '../../store/store.ts';
import type { Call, ListMetadata, Result } from '../context.ts';
import { formatContinue, parseContinue } from '../continue-token.ts';
import { reading } from '../conversion.ts';
import { badRequest, expired, rawError, tooLargeResourceVersion } from '../errors.ts';
import { type ListOptions, listOptions, versionInEtcd } from '../options.ts';
import { present } from '../present.ts';
import { type ObjectSelection, objectSelection } from '../selection.ts';
import { keyNamespace } from './get.ts';

const INCONSISTENT =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';
/** Objects that a selector is asked about before others get a turn: a few milliseconds. */
export const SLICE = 5_000;
const TOO_OLD = 'The resourceVersion for the provided list is too old.';

/** GET of a collection. */
export async function list(call: Call): Promise<Result> {
  const options = listOptions(call.info.query, false);
  const { metadata, items } = await convertedList(call, options);
  return { code: 200, kind: call.kind, list: { metadata, items } };
}

interface Listed {
  readonly metadata: ListMetadata;
  readonly items: readonly StoredObject[];
}

/** {@link readList}; a conversion webhook is asked for all objects of the resource. */
export async function convertedList(call: Call, options: ListOptions): Promise<Listed> {
  const { kind, server } = call;
  return reading(
    kind,
    () => readList(call, options),
    () => server.store.list(kind.storage).items,
  );
}

/** The objects that list options select, as the request's version shows them. */
function readList(call: Call, options: ListOptions): Listed | Promise<Listed> {
  const { kind, info, server, readAt } = call;
  const namespace = keyNamespace(kind.scope, info.namespace);
  const prefix = namespace === '' ? '' : `${namespace}/`;
  const selection = objectSelection(kind, options.labelSelector, options.fieldSelector);
  const from = startOf(options, kind, readAt ?? server.store.revision);
  const revision = from.revision ?? readAt;
  const limit = limitOf(options, kind);
  const range: Range = {
    ...(namespace === '' ? {} : { namespace }),
    ...(revision === undefined ? {} : { revision }),
    ...(from.after === undefined ? {} : { after: prefix + from.after }),
    ...(limit === 0 ? {} : { limit }),
    ...whereOf(call, selection),
    atMost: SLICE,
  };
  const read = (part: Range): Page => {
    try {
      return server.store.list(kind.storage, part);
    } catch (error) {
      if (!(error instanceof CompactedError)) throw error;
      if (from.after === undefined) throw expired(TOO_OLD);
      throw expired(INCONSISTENT, formatContinue({ revision: -1, after: from.after }));
    }
  };
  const answer = (page: Page): Listed => ({
    metadata: listMetadata(page, prefix, from.after === undefined && kind.isCached ? '/' : '', selection),
    items: shown(call, page.items),
  });
  const page = read(range);
  return page.unfinished ? readOn(read, range, page).then(answer) : answer(page);
}

/** The whole of what begins with an unfinished page, at its revision. Between slices others get a turn. */
export async function readOn(read: (part: Range) => Page, range: Range, first: Page): Promise<Page> {
  const { limit = Number.POSITIVE_INFINITY } = range;
  const items = [...first.items];
  let page = first;
  while (page.unfinished) {
    await nextTurn();
    page = read({ ...range, revision: first.revision, after: page.last!, limit: limit - items.length });
    items.push(...page.items);
  }
  return { ...page, items };
}

/** A predicate over stored objects for a selection that is made in terms of the request's version. */
export function whereOf({ kind }: Call, { matches }: ObjectSelection): { where?: (object: StoredObject) => boolean } {
  return matches === undefined ? {} : { where: (object) => matches(present(kind, object)) };
}

function shown({ kind }: Call, items: readonly StoredObject[]): readonly StoredObject[] {
  return kind.fromStorage === undefined ? items : items.map((item) => present(kind, item));
}

/** `root` starts the key of a first page's token, as kube-apiserver's does. */
function listMetadata(page: Page, prefix: string, root: string, selection: ObjectSelection): ListMetadata {
  const resourceVersion = String(page.revision);
  if (page.last === undefined) return { resourceVersion };
  const token = formatContinue({ revision: page.revision, after: root + page.last.slice(prefix.length) });
  if (selection.matches !== undefined) return { resourceVersion, continue: token };
  return { resourceVersion, continue: token, remainingItemCount: page.remaining };
}

/** Which state is shown, and from which key on. */
function startOf(
  options: ListOptions,
  { isCached }: ServedKind,
  current: number,
): { revision?: number; after?: string } {
  if (options.continue !== '') {
    const token = parseContinue(options.continue);
    const { givenResourceVersion: given } = options;
    if (given !== '' && given !== '0')
      throw badRequest('specifying resource version is not allowed when using continue');
    return token.revision < 0
      ? { after: token.after }
      : { revision: Math.min(token.revision, current), after: token.after };
  }
  // A page at a given version has always meant that very version.
  const exact = options.resourceVersionMatch === 'Exact' || (options.resourceVersionMatch === '' && options.limit > 0);
  const wanted = exact || !isCached ? versionInEtcd(() => options.resourceVersion) : options.resourceVersion;
  if (wanted === undefined || wanted === 0) return {};
  if (wanted > current) {
    if (exact) throw rawError('etcdserver: mvcc: required revision is a future revision');
    throw tooLargeResourceVersion(wanted, current, isCached ? 1 : 0);
  }
  return exact ? { revision: wanted } : {};
}

/** A list at version 0 comes from the watch cache, which knows no pages. */
function limitOf({ resourceVersion, continue: token, limit }: ListOptions, { isCached }: ServedKind): number {
  return isCached && resourceVersion === 0 && token === '' ? 0 : limit;
}
