import { comparableMessage } from './message.ts';
import type { Variables } from './variables.ts';
import { type Visit, visitStrings } from './visit.ts';

/** Headers that say nothing about the API: of the connection, of one request, of one server. */
const IGNORED_HEADERS =
  /^(date|audit-id|content-length|transfer-encoding|connection|keep-alive|content-encoding|x-kubernetes-pf-.*)$/;

/** Answers of one case before normalisation: what is unique to a run is replaced in all of them alike. */
export interface Raw {
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Parsed JSON, or text. */
  readonly value: unknown;
}

/**
 * Makes the answers of one case comparable between servers and runs: uids and resourceVersions become ordinals, times,
 * random suffixes, addresses, hashes and pointers become marks, causes are sorted.
 */
export function normalise(raws: readonly Raw[], variables: Variables, now: Date): Raw[] {
  const revisions = new Set<string>();
  const generated = new Map<string, string>();
  for (const { value } of raws) collect(value, revisions, generated);
  const ordinals = new Map(
    [...revisions].sort((a, b) => Number(a) - Number(b)).map((rv, at) => [rv, `<rv ${at + 1}>`]),
  );
  const rewrite = rewriter(variables, ordinals, generated, now);
  return raws.map(({ headers, value }) => ({
    ...(headers !== undefined && { headers: normaliseHeaders(headers, rewrite) }),
    value: visitStrings(value, rewrite),
  }));
}

/** Finds the resourceVersions of objects and the names that the server made up. */
function collect(value: unknown, revisions: Set<string>, generated: Map<string, string>): void {
  if (Array.isArray(value)) for (const item of value) collect(item, revisions, generated);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  const { metadata, kind, items, type, object } = value as Record<string, unknown>;
  if (typeof metadata === 'object' && metadata !== null) {
    const { resourceVersion, generateName, name } = metadata as Record<string, unknown>;
    const isCollection = items !== undefined || kind === 'Table';
    if (!isCollection && typeof resourceVersion === 'string' && /^[1-9]\d*$/.test(resourceVersion)) {
      revisions.add(resourceVersion);
    }
    if (typeof generateName === 'string' && typeof name === 'string' && name.length === generateName.length + 5) {
      if (!generated.has(name)) generated.set(name, `${generateName}<random ${generated.size + 1}>`);
    }
  }
  if (type === 'BOOKMARK') {
    const bookmark = (object as { metadata?: { resourceVersion?: string } }).metadata?.resourceVersion;
    collect({ ...(object as object), metadata: {} }, revisions, generated);
    if (bookmark !== undefined) return;
  }
  for (const item of Object.values(value)) collect(item, revisions, generated);
}

const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;
const RFC3339 = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(?:Z|[+-]\d\d:\d\d)/g;
const GO_TIME = /\b(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.\d+)? \+0000 UTC\b/g;
const DAY_MS = 86_400_000;

function rewriter(
  variables: Variables,
  ordinals: ReadonlyMap<string, string>,
  generated: ReadonlyMap<string, string>,
  now: Date,
): Visit {
  const uids = new Map<string, string>();
  const own = ['ns', 'run'].flatMap((name) => {
    const value = variables.get(name);
    return value === undefined ? [] : [[value, `{{${name}}}`] as const];
  });
  const isNow = (time: string) => Math.abs(Date.parse(time) - now.getTime()) < DAY_MS;

  const text = (input: string): string => {
    let out = input;
    for (const [value, mark] of own) out = out.replaceAll(value, mark);
    for (const [name, mark] of generated) out = out.replaceAll(name, mark);
    return out
      .replace(UUID, (uid) => {
        if (!uids.has(uid)) uids.set(uid, `<uid ${uids.size + 1}>`);
        return uids.get(uid) ?? uid;
      })
      .replace(RFC3339, (time, fraction) => (isNow(time) ? (fraction === undefined ? '<time>' : '<microtime>') : time))
      .replace(GO_TIME, (all, time) => (isNow(`${time.replace(' ', 'T')}Z`) ? '<go time>' : all))
      .replace(/\b10\.\d+\.\d+\.\d+\b/g, '<ip>')
      .replace(/\b127\.0\.0\.1:\d+\b/g, '<address>')
      .replace(/\(0x[0-9a-f]{8,12}\)/g, '(<pointer>)')
      .replace(/\bX509SHA256=[0-9a-f]{64}/g, 'X509SHA256=<hash>')
      .replace(/\bhash=[0-9A-F]{32,}/g, 'hash=<hash>')
      .replace(/\b[0-9A-F]{64,128}\b/g, '<hash>')
      .replace(/(resourceVersion(?:\\*": ?\\*"|: "|:"?))\d+/gi, '$1<rv>')
      .replace(/( in scheme )"[^"]+"/g, '$1"<scheme>"')
      .replace(/(in record )\(\d+\)/g, '$1(<rv>)')
      .replace(/(resource version: \d+) \(\d+\)/g, '$1 (<rv>)')
      .replace(/(Too large resource version: \d+, current: )\d+/g, '$1<rv>');
  };

  return (value, path, parents) => {
    const key = path.at(-1);
    if (key === 'resourceVersion' && path.at(-2) === 'metadata' && /^\d+$/.test(value)) {
      const holder = parents.at(-2) as Record<string, unknown> | undefined;
      const isCollection = holder !== undefined && (holder.items !== undefined || holder.kind === 'Table');
      return isCollection ? '<rv>' : (ordinals.get(value) ?? (value === '0' ? value : '<rv>'));
    }
    if (key === 'storageVersionHash' && isOwn(parents[0], variables)) return '<hash>';
    if (TOKEN.test(value)) return text(readableToken(value));
    if (key === 'continue') return text(readableContinue(value));
    if (key === 'message') return text(comparableMessage(value));
    if (path.at(-2) === 'cells') return text(value.replace(/^(?:\d+[smhdy])+$/, '<age>'));
    return text(value);
  };
}

/** Whether a list of resources is about a group that the case has made. */
function isOwn(list: unknown, variables: Variables): boolean {
  const run = variables.get('run') ?? '';
  return String((list as { groupVersion?: unknown } | undefined)?.groupVersion).includes(run);
}

/** A continue token holds the revision of the first page and where to go on. */
function readableContinue(token: string): string {
  if (token === '') return token;
  try {
    const { rv, ...rest } = JSON.parse(Buffer.from(token, 'base64url').toString());
    return `<continue ${JSON.stringify({ ...rest, rv: rv > 0 ? 'rv' : rv })}>`;
  } catch {
    return token;
  }
}

const TOKEN = /^eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+$/;

/** What a JSON web token says, with its times counted from its beginning. */
function readableToken(token: string): string {
  const [header = '', payload = ''] = token.split('.', 2).map((part) => Buffer.from(part, 'base64url').toString());
  const since: number | undefined = JSON.parse(payload).iat;
  const claims = payload.replace(
    /("(?:exp|iat|nbf|warnafter)":)(\d+)/g,
    (_, key, time) => `${key}+${time - (since ?? 0)}`,
  );
  return `<token ${header.replace(/("kid":)"[\w-]{43}"/, '$1"<kid>"')} ${claims}>`;
}

function normaliseHeaders(headers: NonNullable<Raw['headers']>, rewrite: Visit): Record<string, string | string[]> {
  const kept: Record<string, string | string[]> = {};
  for (const name of Object.keys(headers).sort()) {
    const value = headers[name];
    if (value === undefined || IGNORED_HEADERS.test(name)) continue;
    if (name === 'etag' || name === 'last-modified' || name === 'expires') kept[name] = `<${name}>`;
    else
      kept[name] =
        typeof value === 'string' ? rewrite(value, [name], []) : value.map((item) => rewrite(item, [name], []));
  }
  return kept;
}
