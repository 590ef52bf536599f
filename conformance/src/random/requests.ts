import fc, { type Arbitrary } from 'fast-check';
import type { RequestStep } from '../case.ts';
import { get, patch, post, put, remove, send } from '../steps.ts';
import { asJsonPatch, asMergePatch, type Edit, edited } from './edits.ts';
import { junk, objectName } from './values.ts';

/** A resource that random requests are sent to. */
export interface Target {
  /** Of the collection, with `{{ns}}`. */
  readonly path: string;
  readonly subresources: readonly string[];
  /** Bodies for subresources that take something else than the object: `POST eviction`. */
  readonly parts: readonly (readonly [methodAndPart: string, body: object])[];
  /** A valid object of a name. */
  object(name: string): object;
  /** Changes that say something about the kind. */
  readonly edit: Arbitrary<Edit>;
  /** `metadata.name` and what else can be selected. */
  readonly fields: readonly string[];
}

/** Any request to a resource. */
export function requestTo(target: Target): Arbitrary<RequestStep> {
  return fc
    .oneof(
      { weight: 5, arbitrary: creates(target) },
      { weight: 4, arbitrary: updates(target) },
      { weight: 8, arbitrary: patches(target) },
      { weight: 3, arbitrary: reads(target) },
      { weight: 3, arbitrary: lists(target) },
      { weight: 2, arbitrary: deletes(target) },
      { weight: 1, arbitrary: strange(target) },
      ...(target.parts.length === 0 ? [] : [{ weight: 3, arbitrary: toParts(target) }]),
    )
    .chain((step) => headers.map((more) => ({ ...step, headers: { ...step.headers, ...more } })))
    .map((step) => saving(step, target.path));
}

/** Later requests name the newest version and uid of an object; the version of a list counts what others do, too. */
function saving(step: RequestStep, collection: string): RequestStep {
  const [method = '', path = ''] = step.request.split(/[ ?]/);
  if (path === collection && method !== 'POST') return step;
  return { ...step, save: { rv: 'metadata.resourceVersion', uid: 'metadata.uid' } };
}

const headers: Arbitrary<Record<string, string>> = fc.oneof(
  { weight: 12, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Record<string, string>>(
      { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
      { accept: 'application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json' },
      { accept: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io' },
      { accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io' },
      { accept: 'application/json;as=Bogus;v=v1;g=meta.k8s.io' },
      { accept: 'text/plain' },
      { accept: 'application/*' },
      { accept: '' },
      { accept: 'text/html, application/json;q=0.5' },
      { 'user-agent': 'kubectl/v1.32.0 (linux/amd64)' },
      { 'user-agent': '' },
      { 'impersonate-user': 'eve' },
      { 'impersonate-user': 'eve', 'impersonate-group': 'system:masters' },
      { 'impersonate-user': 'system:serviceaccount:{{ns}}:default' },
      { 'impersonate-user': 'eve', 'impersonate-uid': 'u', 'impersonate-extra-a': 'b' },
      { 'impersonate-group': 'system:masters' },
    ),
  },
);

const writeQuery = query({
  fieldValidation: fc.constantFrom('Strict', 'Warn', 'Ignore', 'Bogus'),
  fieldManager: fc.constantFrom('one', 'two', 'x'.repeat(129), 'a\u0007b'),
  dryRun: fc.constantFrom('All', 'All', '', 'Bogus'),
  pretty: fc.constantFrom('true', '0'),
  bogus: fc.constant('1'),
});

function creates({ path, object, edit }: Target): Arbitrary<RequestStep> {
  return fc
    .tuple(objectName, edits(edit), writeQuery)
    .map(([name, changes, search]) => post(path + search, edited(object(name), changes)));
}

function updates({ path, object, edit, subresources }: Target): Arbitrary<RequestStep> {
  return fc
    .tuple(place(path, subresources), edits(edit), writeQuery, fc.boolean())
    .map(([{ name, at }, changes, search, versioned]) => {
      const wanted = edited(object(name), changes);
      const body = versioned ? edited(wanted, [{ path: ['metadata', 'resourceVersion'], value: '{{rv}}' }]) : wanted;
      return put(at + search, body);
    });
}

function patches(target: Target): Arbitrary<RequestStep> {
  const { path, object, edit, subresources } = target;
  const where = place(path, subresources);
  return fc.oneof(
    fc
      .tuple(where, edits(edit), writeQuery)
      .map(([{ at }, changes, search]) => patch(at + search, 'merge', asMergePatch(changes))),
    fc
      .tuple(where, edits(edit), fc.array(operation(edit), { maxLength: 2 }), writeQuery)
      .map(([{ at }, changes, more, search]) => patch(at + search, 'json', [...asJsonPatch(changes), ...more])),
    fc
      .tuple(where, edits(edit), fc.array(directive(edit), { maxLength: 1 }), writeQuery)
      .map(([{ at }, changes, more, search]) => patch(at + search, 'strategic', asMergePatch([...changes, ...more]))),
    fc
      .tuple(where, edits(edit), applyQuery, fc.boolean())
      .map(([{ name, at }, changes, search, whole]) =>
        patch(at + search, 'apply', edited(whole ? object(name) : bare(object(name)), changes)),
      ),
  );
}

function toParts({ path, parts }: Target): Arbitrary<RequestStep> {
  return fc.tuple(fc.constantFrom(...parts), objectName, writeQuery).map(([[where, body], name, search]) => {
    const [method, part] = where.split(' ');
    const at = `${path}/${name}/${part}${search}`;
    if (method === 'POST') return post(at, body);
    return method === 'PUT' ? put(at, body) : patch(at, 'merge', body);
  });
}

const applyQuery = query({
  fieldManager: fc.constantFrom('one', 'one', 'two', 'two', ''),
  force: fc.constantFrom('true', 'false'),
  fieldValidation: fc.constantFrom('Strict', 'Warn', 'Ignore'),
  dryRun: fc.constant('All'),
}).map((search) =>
  search.includes('fieldManager') ? search : `${search}${search === '' ? '?' : '&'}fieldManager=one`,
);

/** What says which object is meant. */
function bare(object: object): object {
  const { apiVersion, kind, metadata } = object as Record<string, unknown>;
  return { apiVersion, kind, metadata };
}

function operation(edit: Arbitrary<Edit>): Arbitrary<object> {
  return fc
    .tuple(edit, edit, fc.constantFrom('test', 'replace', 'remove', 'move', 'copy', 'add', 'bogus'))
    .map(([{ path, value }, from, op]) => ({
      op,
      path: `/${path.join('/')}`,
      ...(op === 'move' || op === 'copy' ? { from: `/${from.path.join('/')}` } : { value: value ?? null }),
    }));
}

/** Directives of strategic merge patches, in places where they may and may not be. */
function directive(edit: Arbitrary<Edit>): Arbitrary<Edit> {
  return fc
    .tuple(
      edit,
      fc.constantFrom<readonly [string, unknown]>(
        ['$patch', 'delete'],
        ['$patch', 'replace'],
        ['$patch', 'merge'],
        ['$retainKeys', ['a']],
        ['$deleteFromPrimitiveList/finalizers', ['ex.io/f']],
        ['$setElementOrder/finalizers', ['ex.io/g', 'ex.io/f']],
      ),
    )
    .map(([{ path }, [key, value]]) => ({ path: [...path.slice(0, -1), key], value }));
}

function reads({ path, subresources }: Target): Arbitrary<RequestStep> {
  const search = query({ pretty: fc.constant('true'), resourceVersion: fc.constantFrom('{{rv}}', '', 'abc') });
  return fc.tuple(place(path, subresources), search).map(([{ at }, more]) => get(at + more));
}

const labelSelector = fc.constantFrom(
  ...['app=x', 'app!=x', 'app', '!app', 'app in (x,y)', 'app notin (x)', 'app=x,tier=y', 'app in ()', '=', 'app=='],
  ...['app>1', 'app=bad value', 'bad key=x', 'app in (x', 'app,', '__proto__=x', 'a/b/c=x', 'app=x,app=y'],
);

function lists({ path, fields }: Target): Arbitrary<RequestStep> {
  const field = fc.constantFrom(...fields, 'metadata.namespace', 'metadata.bogus', '__proto__');
  const fieldSelector = fc.oneof(
    fc
      .tuple(field, fc.constantFrom('=', '==', '!='), fc.constantFrom('a', 'b', '', 'x'))
      .map((parts) => parts.join('')),
    fc.constantFrom('metadata.name', '=', ',', 'metadata.name=a,', 'metadata.name=a,metadata.name!=b'),
  );
  return query({
    labelSelector,
    fieldSelector,
    limit: fc.constantFrom('1', '2', '0', '-1', 'x', '9999999999999999999', ''),
    continue: fc.constantFrom('{{continue}}', 'bogus', ''),
    resourceVersion: fc.constantFrom('{{rv}}', '{{rv}}', '', 'abc', '-1', '99999999999'),
    resourceVersionMatch: fc.constantFrom('Exact', 'NotOlderThan', 'Bogus', ''),
    timeoutSeconds: fc.constantFrom('1', 'x'),
    sendInitialEvents: fc.constantFrom('true', 'false'),
    pretty: fc.constantFrom('true', 'false'),
    watch: fc.constantFrom('false', '0'),
  }).map((search) => ({ ...get(path + search), save: { continue: 'metadata.continue' } }));
}

function deletes({ path, fields }: Target): Arbitrary<RequestStep> {
  const body = fc.option(
    fc.record(
      {
        apiVersion: fc.constantFrom<unknown>('v1', 'v2', 'meta.k8s.io/v1', 5),
        kind: fc.constantFrom<unknown>('DeleteOptions', 'DeleteOptions', 'Bogus', 5),
        propagationPolicy: fc.constantFrom<unknown>('Orphan', 'Background', 'Foreground', 'Bogus', 5),
        gracePeriodSeconds: fc.constantFrom<unknown>(0, 1, -1, 'x', 1.5),
        orphanDependents: fc.constantFrom<unknown>(true, false, 'x'),
        dryRun: fc.constantFrom<unknown>(['All'], [], ['Bogus'], 'All'),
        preconditions: fc.constantFrom<unknown>({ uid: '{{uid}}' }, { resourceVersion: '{{rv}}' }, { uid: 'x' }, {}, 5),
        bogus: fc.constant(1),
      },
      { requiredKeys: [] },
    ),
    { nil: undefined },
  );
  const search = query({
    propagationPolicy: fc.constantFrom('Orphan', 'Background', 'Bogus'),
    gracePeriodSeconds: fc.constantFrom('0', '-1', 'x'),
    orphanDependents: fc.constantFrom('true', 'x'),
    dryRun: fc.constantFrom('All', 'Bogus'),
  });
  const selected = query({ labelSelector, fieldSelector: fc.constantFrom(...fields).map((field) => `${field}=a`) });
  return fc.oneof(
    {
      weight: 4,
      arbitrary: fc.tuple(objectName, search, body).map(([name, more, json]) => remove(`${path}/${name}${more}`, json)),
    },
    { weight: 1, arbitrary: fc.tuple(selected, body).map(([more, json]) => remove(path + more, json)) },
  );
}

/** Methods, paths, media types and texts that are wrong in themselves. */
function strange({ path, object, subresources }: Target): Arbitrary<RequestStep> {
  const mediaType = fc.constantFrom(
    ...['application/json', 'application/yaml', 'text/plain', '', 'application/json; charset=utf-8', 'bogus'],
    ...['application/merge-patch+json', 'application/json-patch+json', 'application/strategic-merge-patch+json'],
    ...['application/apply-patch+yaml', 'application/apply-patch+cbor'],
  );
  const text = fc.oneof(
    fc.constantFrom(
      '',
      '{',
      '[]',
      'null',
      '5',
      '"x"',
      '{}',
      '{"a":}',
      'a: b',
      '{"metadata":{"name":"a","name":"b"}}',
      '[[]]',
    ),
    junk.map((value) => JSON.stringify(value)),
    fc.constant(JSON.stringify(object('a'))),
    fc
      .tuple(fc.nat(), fc.constantFrom('x', '"', '}', ',', ''))
      .map(([at, char]) => mutilated(JSON.stringify(object('a')), at, char)),
  );
  return fc.oneof(
    fc
      .tuple(
        fc.constantFrom('POST', 'PUT', 'PATCH', 'DELETE', 'GET'),
        place(path, [...subresources, 'bogus']),
        mediaType,
        text,
        fc.boolean(),
      )
      .map(([method, { at }, type, body, onCollection]) =>
        send(
          `${method} ${onCollection ? path : at}${method === 'PATCH' ? '?fieldManager=one' : ''}`,
          { text: body },
          type,
        ),
      ),
    fc
      .tuple(
        fc.constantFrom('POST', 'PUT', 'PATCH', 'DELETE', 'GET'),
        fc.constantFrom('/a/b/c', '/', '//a', '/a/', '/%', '/a%00', '/..'),
      )
      .map(([method, more]) => ({ request: `${method} ${path}${more}` })),
  );
}

function mutilated(text: string, at: number, char: string): string {
  const place = at % text.length;
  return text.slice(0, place) + char + text.slice(place + 1);
}

function edits(edit: Arbitrary<Edit>): Arbitrary<Edit[]> {
  return fc.array(edit, { maxLength: 3 });
}

function place(path: string, subresources: readonly string[]): Arbitrary<{ name: string; at: string }> {
  const part = fc.constantFrom('', '', '', ...subresources);
  return fc
    .tuple(objectName, part)
    .map(([name, subresource]) => ({ name, at: `${path}/${name}${subresource === '' ? '' : `/${subresource}`}` }));
}

/** A query string of some of the parameters, seldom many. */
function query(parameters: Readonly<Record<string, Arbitrary<string>>>): Arbitrary<string> {
  const names = Object.keys(parameters);
  const some = fc.oneof(
    { weight: 2, arbitrary: fc.constant<string[]>([]) },
    { weight: 3, arbitrary: fc.subarray(names, { maxLength: 2 }) },
  );
  return some.chain((chosen) =>
    fc.tuple(...chosen.map((name) => parameters[name]!)).map((values) => {
      const pairs = values.map((value, at) => `${chosen[at]}=${escaped(value)}`);
      return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
    }),
  );
}

/** Percent-encodes all but the marks of variables. */
function escaped(value: string): string {
  return /^\{\{\w+\}\}$/.test(value) ? value : encodeURIComponent(value);
}
