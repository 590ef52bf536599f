import type { JsonObject } from '@opwright/machinery';
import type { ServedKind, SubresourceKind } from '../../kinds/kind.ts';
import { capitalize, groupId, metaV1, pathOf, reference, schemaName, tag } from './names.ts';
import { pathParameter, queryOf, queryOfSubresource, queryParameter } from './parameters.ts';

export type Paths = { [path: string]: JsonObject };

type Method = 'get' | 'put' | 'post' | 'delete' | 'options' | 'head' | 'patch';

/** An operation before the parameters that all operations of a path share have moved to the path. */
interface Operation {
  readonly method: Method;
  readonly query: readonly string[];
  readonly body: JsonObject;
}

const builtinTypes = ['application/json', 'application/vnd.kubernetes.protobuf', 'application/yaml'];
const watchTypes = [
  'application/json',
  'application/json;stream=watch',
  'application/vnd.kubernetes.protobuf',
  'application/vnd.kubernetes.protobuf;stream=watch',
  'application/yaml',
];
const customTypes = ['application/json', 'application/yaml'];
const patchTypes = ['application/apply-patch+yaml', 'application/json-patch+json', 'application/merge-patch+json'];

/** The paths of a kind: collections, objects, subresources and, for built-in kinds, the old watch paths. */
export function addPaths(paths: Paths, kind: ServedKind): void {
  const namespaced = kind.scope === 'Namespaced';
  const base = pathOf(kind);
  const inScope = namespaced ? `${base}/namespaces/{namespace}/${kind.plural}` : `${base}/${kind.plural}`;
  const scope = namespaced ? ['namespace'] : [];
  const id = operationIds(kind);
  const can = (verb: string) => kind.verbs.includes(verb);

  addPath(
    paths,
    inScope,
    scope,
    ['pretty'],
    [
      can('list') && list(kind, id('list')),
      can('create') && post(kind, id('create'), kind),
      can('deletecollection') &&
        deleteCollection(
          kind,
          `delete${groupId(kind.group)}${capitalize(kind.version)}Collection${scopeId(kind)}${kind.kind}`,
        ),
    ],
  );
  addPath(
    paths,
    `${inScope}/{name}`,
    ['name', ...scope],
    ['pretty'],
    [
      can('get') && get(kind, id('read'), kind),
      can('update') && put(kind, id('replace'), kind),
      can('delete') && remove(kind, id('delete')),
      can('patch') && patch(kind, id('patch'), kind),
    ],
  );
  for (const subresource of kind.subresources) addSubresource(paths, kind, subresource, inScope, scope);
  if (namespaced && can('list')) {
    addPath(
      paths,
      `${base}/${kind.plural}`,
      [],
      ['pretty'],
      [list(kind, `${operationIds({ ...kind, kind: capitalize(kind.kind) })('list', '')}ForAllNamespaces`)],
    );
  }
  if (kind.custom || !can('watch')) return;
  const watched = inScope.replace(base, `${base}/watch`);
  addPath(paths, watched, scope, ['pretty'], [watch(kind, `${id('watch')}List`, 'watchlist')]);
  addPath(paths, `${watched}/{name}`, ['name', ...scope], ['pretty'], [watch(kind, id('watch'), 'watch')]);
  if (namespaced) {
    const operation = watch(kind, `${id('watch', '')}ListForAllNamespaces`, 'watchlist');
    addPath(paths, `${base}/watch/${kind.plural}`, [], ['pretty'], [operation]);
  }
}

/** A document that is read as a whole: discovery and the like. */
export function addDocument(paths: Paths, path: string, tagName: string, operationId: string, schema: string): void {
  const operation: JsonObject = { tags: [tagName], operationId, responses: responses(reference(schema), builtinTypes) };
  paths[path] = { get: operation };
}

function addSubresource(
  paths: Paths,
  kind: ServedKind,
  subresource: SubresourceKind,
  inScope: string,
  scope: readonly string[],
): void {
  const { name, verbs } = subresource;
  const path = `${inScope}/{name}/${name}`;
  const own = ['name', ...scope];
  const suffix = capitalize(name);
  const id = operationIds(kind);
  const query = queryOfSubresource[name];
  const about = {
    group: subresource.group ?? kind.group,
    version: subresource.version ?? kind.version,
    kind: subresource.kind,
    custom: kind.custom && subresource.group === undefined,
  };
  if (query !== undefined && name !== 'log') {
    const methods: readonly Method[] =
      name === 'proxy' ? ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'] : ['get', 'post'];
    const operations = (more: string) =>
      methods.map((method) => connect(kind, about, method, `${suffix}${more}`, query));
    addPath(paths, path, own, [], operations(''));
    if (name === 'proxy') addPath(paths, `${path}/{path}`, [...own, 'path'], [], operations('WithPath'));
    return;
  }
  const can = (verb: string) => verbs.includes(verb);
  addPath(
    paths,
    path,
    own,
    ['pretty'],
    [
      can('get') &&
        (query === undefined ? get(kind, id('read') + suffix, about) : log(kind, id('read') + suffix, query)),
      can('update') && put(kind, id('replace') + suffix, about),
      can('create') && post(kind, id('create') + suffix, about),
      can('patch') && patch(kind, id('patch') + suffix, about),
    ],
  );
}

/** Parameters that every operation of a path has stand at the path. */
function addPath(
  paths: Paths,
  path: string,
  inPath: readonly string[],
  query: readonly string[],
  given: readonly (Operation | false)[],
): void {
  const operations = given.filter((operation) => operation !== false);
  if (operations.length === 0) return;
  const [first, ...others] = operations;
  const shared = (first?.query ?? []).filter((name) => others.every((operation) => operation.query.includes(name)));
  const entry: { [key: string]: JsonObject | JsonObject[] } = {};
  for (const { method, query: all, body } of operations) {
    const own = all.filter((name) => !shared.includes(name)).sort();
    const { tags, operationId, ...rest } = body;
    entry[method] = { tags, operationId, ...(own.length > 0 && { parameters: own.map(queryParameter) }), ...rest };
  }
  const parameters = [...inPath.map(pathParameter), ...[...query, ...shared].map(queryParameter)];
  if (parameters.length > 0)
    entry.parameters = parameters.sort((a, b) =>
      String(a.name) < String(b.name) ? -1 : String(a.name) > String(b.name) ? 1 : 0,
    );
  paths[path] = entry as JsonObject;
}

type About = Pick<ServedKind, 'group' | 'version' | 'kind' | 'custom'>;

function operation(
  of: ServedKind,
  about: About,
  method: Method,
  action: string,
  operationId: string,
  query: readonly string[],
  rest: JsonObject,
): Operation {
  // Custom resources name themselves also where they answer with something else.
  const named = of.custom ? of : about;
  const body = {
    tags: [tag(of.group, of.version)],
    operationId,
    ...rest,
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': { group: named.group, version: named.version, kind: named.kind },
  };
  return { method, query, body };
}

function list(kind: ServedKind, operationId: string): Operation {
  const schema = reference(schemaName({ ...kind, kind: kind.listKind }));
  const types = kind.custom ? customTypes : watchTypes;
  return operation(kind, kind, 'get', 'list', operationId, queryOf.list, { responses: responses(schema, types) });
}

function watch(kind: ServedKind, operationId: string, action: string): Operation {
  const schema = reference(`${metaV1}.WatchEvent`);
  return operation(kind, kind, 'get', action, operationId, queryOf.list, { responses: responses(schema, watchTypes) });
}

function get(kind: ServedKind, operationId: string, about: About): Operation {
  const answer = responses(reference(schemaName(about)), typesOf(kind));
  const query = kind.custom ? queryOf.getCustom : queryOf.get;
  return operation(kind, about, 'get', 'get', operationId, query, { responses: answer });
}

function log(kind: ServedKind, operationId: string, query: readonly string[]): Operation {
  const answer = responses({ type: 'string' }, [...builtinTypes, 'text/plain']);
  return operation(kind, kind, 'get', 'get', operationId, query, { responses: answer });
}

function post(kind: ServedKind, operationId: string, about: About): Operation {
  const schema = reference(schemaName(about));
  const rest = {
    requestBody: anyBody(kind, schema, true),
    responses: responses(schema, typesOf(kind), '200', '201', '202'),
  };
  return operation(kind, about, 'post', 'post', operationId, queryOf.post, rest);
}

function put(kind: ServedKind, operationId: string, about: About): Operation {
  const schema = reference(schemaName(about));
  const rest = { requestBody: anyBody(kind, schema, true), responses: responses(schema, typesOf(kind), '200', '201') };
  return operation(kind, about, 'put', 'put', operationId, queryOf.put, rest);
}

function patch(kind: ServedKind, operationId: string, about: About): Operation {
  const types = kind.custom ? patchTypes : [...patchTypes, 'application/strategic-merge-patch+json'];
  const requestBody = { content: content(reference(`${metaV1}.Patch`), types), required: true };
  const codes = kind.custom ? ['200'] : ['200', '201'];
  const rest = { requestBody, responses: responses(reference(schemaName(about)), typesOf(kind), ...codes) };
  return operation(kind, about, 'patch', 'patch', operationId, queryOf.patch, rest);
}

function remove(kind: ServedKind, operationId: string): Operation {
  // Namespaces answer with the object too, but their document does not say so.
  const answersObject = kind.returnsDeletedObject && kind.kind !== 'Namespace';
  const schema = reference(answersObject ? schemaName(kind) : `${metaV1}.Status`);
  const requestBody = anyBody(kind, reference(`${metaV1}.DeleteOptions`), false);
  const rest = { requestBody, responses: responses(schema, typesOf(kind), '200', '202') };
  return operation(kind, kind, 'delete', 'delete', operationId, queryOf.delete, rest);
}

function deleteCollection(kind: ServedKind, operationId: string): Operation {
  const answer = responses(reference(`${metaV1}.Status`), typesOf(kind));
  const body = kind.custom ? {} : { requestBody: anyBody(kind, reference(`${metaV1}.DeleteOptions`), false) };
  const rest = { ...body, responses: answer };
  const query = kind.custom ? queryOf.list : queryOf.deletecollection;
  return operation(kind, kind, 'delete', 'deletecollection', operationId, query, rest);
}

function connect(kind: ServedKind, about: About, method: Method, suffix: string, query: readonly string[]): Operation {
  const group = `${groupId(kind.group)}${capitalize(kind.version)}`;
  const operationId = `connect${group}${capitalize(method)}${scopeId(kind)}${kind.kind}${suffix}`;
  const answer = responses({ type: 'string' }, ['*/*']);
  return operation(kind, about, method, 'connect', operationId, query, { responses: answer });
}

function operationIds(kind: ServedKind): (verb: string, scope?: string) => string {
  return (verb, scope = scopeId(kind)) =>
    `${verb}${groupId(kind.group)}${capitalize(kind.version)}${scope}${kind.kind}`;
}

function scopeId(kind: ServedKind): string {
  return kind.scope === 'Namespaced' ? 'Namespaced' : '';
}

function typesOf(kind: ServedKind): readonly string[] {
  return kind.custom ? customTypes : builtinTypes;
}

function anyBody({ custom }: ServedKind, schema: JsonObject, required: boolean): JsonObject {
  return { content: content(schema, custom ? customTypes : ['*/*']), ...(required && { required }) };
}

function content(schema: JsonObject, types: readonly string[]): JsonObject {
  return Object.fromEntries(types.map((type) => [type, { schema }]));
}

const descriptions: Readonly<Record<string, string>> = { '200': 'OK', '201': 'Created', '202': 'Accepted' };

function responses(schema: JsonObject, types: readonly string[], ...codes: readonly string[]): JsonObject {
  const answer = content(schema, types);
  const given = (codes.length === 0 ? ['200'] : codes).map((code) => [
    code,
    { description: descriptions[code] ?? '', content: answer },
  ]);
  return { ...Object.fromEntries(given), '401': { description: 'Unauthorized' } };
}
