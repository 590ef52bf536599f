import type { JsonObject } from '@opwright/machinery';
import type { ServedKind } from '../../kinds/kind.ts';
import { type Group, groupsOf, isCustom } from '../discovery/groups.ts';
import { capitalize, groupId, metaV1, tag } from './names.ts';
import { addDocument, addPaths, type Paths } from './operations.ts';
import { customSchemas, referencedSchemas } from './schemas.ts';

/** The schema of a custom resource as its definition gives it (`openAPIV3Schema`); undefined where it gives none. */
export type CustomSchema = (kind: ServedKind) => JsonObject | undefined;

/**
 * Counts the changes of what is generated here, so that clients that have kept a document ask again. The golden digests
 * name it: they fail when a document changes under the same revision.
 */
export const documentRevision = 3;

/** One part of the OpenAPI description. */
export interface OpenapiDocument {
  /** What the document is made from, besides this code: it changes when the document does. */
  readonly source: () => unknown;
  readonly make: () => JsonObject;
}

/** The parts of the OpenAPI description by their place below `/openapi/v3/`. */
export function openapiDocuments(
  kinds: readonly ServedKind[],
  customSchema: CustomSchema,
): ReadonlyMap<string, OpenapiDocument> {
  const documents = new Map<string, OpenapiDocument>();
  const fixed = (make: () => JsonObject): OpenapiDocument => ({ source: () => undefined, make });
  const groups = groupsOf(kinds);
  documents.set(
    'api',
    fixed(() => rootDocument('/api/', 'core', 'getCoreAPIVersions', 'APIVersions')),
  );
  documents.set(
    'apis',
    fixed(() => rootDocument('/apis/', 'apis', 'getAPIVersions', 'APIGroupList')),
  );
  documents.set('version', fixed(versionDocument));
  documents.set('.well-known/openid-configuration', fixed(openidDocument));
  documents.set('openid/v1/jwks', fixed(keysDocument));
  for (const group of groups) {
    if (group.name !== '' && !isCustom(group))
      documents.set(
        `apis/${group.name}`,
        fixed(() => groupDocument(group)),
      );
    for (const { groupVersion, version, kinds: served } of group.versions) {
      const path = group.name === '' ? `api/${groupVersion}` : `apis/${groupVersion}`;
      documents.set(path, {
        source: () => served.map((kind) => [kindSource(kind), kind.custom ? customSchema(kind) : undefined]),
        make: () => groupVersionDocument(path, group.name, version, served, customSchema),
      });
    }
  }
  return new Map([...documents].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function kindSource(kind: ServedKind): unknown {
  const { group, version, kind: name, listKind, plural, scope, verbs, subresources } = kind;
  return [group, version, name, listKind, plural, scope, verbs, subresources];
}

function groupVersionDocument(
  path: string,
  group: string,
  version: string,
  kinds: readonly ServedKind[],
  customSchema: CustomSchema,
): JsonObject {
  const paths: Paths = {};
  const own = new Map<string, JsonObject>();
  if (!kinds.every((kind) => kind.custom)) {
    const id = `get${groupId(group)}${capitalize(version)}APIResources`;
    addDocument(paths, `/${path}/`, tag(group, version), id, `${metaV1}.APIResourceList`);
  }
  for (const kind of kinds) {
    addPaths(paths, kind);
    if (kind.custom) for (const [name, schema] of customSchemas(kind, customSchema(kind))) own.set(name, schema);
  }
  return kinds.every((kind) => kind.custom) ? customDocument(paths, own) : document(paths, own);
}

function groupDocument(group: Group): JsonObject {
  const paths: Paths = {};
  addDocument(
    paths,
    `/apis/${group.name}/`,
    tag(group.name),
    `get${groupId(group.name)}APIGroup`,
    `${metaV1}.APIGroup`,
  );
  return document(paths);
}

function rootDocument(path: string, tagName: string, operationId: string, kind: string): JsonObject {
  const paths: Paths = {};
  addDocument(paths, path, tagName, operationId, `${metaV1}.${kind}`);
  return document(paths);
}

function versionDocument(): JsonObject {
  const schema = { $ref: '#/components/schemas/io.k8s.apimachinery.pkg.version.Info' };
  return readDocument('/version/', 'version', 'getCodeVersion', 'application/json', schema);
}

function openidDocument(): JsonObject {
  const operationId = 'getServiceAccountIssuerOpenIDConfiguration';
  return readDocument('/.well-known/openid-configuration/', 'WellKnown', operationId, 'application/json', text);
}

function keysDocument(): JsonObject {
  const operationId = 'getServiceAccountIssuerOpenIDKeyset';
  return readDocument('/openid/v1/jwks/', 'openid', operationId, 'application/jwk-set+json', text);
}

const text = { type: 'string' };

function readDocument(
  path: string,
  tagName: string,
  operationId: string,
  type: string,
  schema: JsonObject,
): JsonObject {
  const responses = {
    '200': { description: 'OK', content: { [type]: { schema } } },
    '401': { description: 'Unauthorized' },
  };
  return document({ [path]: { get: { tags: [tagName], operationId, responses } } });
}

const securitySchemes = { BearerToken: { type: 'apiKey', name: 'authorization', in: 'header' } };

const BUILTIN = { title: 'Kubernetes', version: '1.32' };
const CUSTOM = { title: 'Kubernetes CRD Swagger', version: 'v0.1.0' };

function document(paths: Paths, own: ReadonlyMap<string, JsonObject> = new Map()): JsonObject {
  const sorted = sortedPaths(paths);
  const schemas = referencedSchemas(sorted, own);
  const components = { ...(Object.keys(schemas).length > 0 && { schemas }), securitySchemes };
  return { openapi: '3.0.0', info: BUILTIN, paths: sorted, components };
}

/** What serves custom resources describes them apart: without a word of authentication, and with the kinds that it knows. */
function customDocument(paths: Paths, own: ReadonlyMap<string, JsonObject>): JsonObject {
  const sorted = sortedPaths(paths);
  const schemas = referencedSchemas(sorted, own, withoutUnknownKinds);
  return { openapi: '3.0.0', info: CUSTOM, paths: sorted, components: { schemas } };
}

const sortedPaths = (paths: Paths): JsonObject =>
  Object.fromEntries(Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1)));

const UNKNOWN_GROUPS: ReadonlySet<unknown> = new Set([
  'admission.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'imagepolicy.k8s.io',
]);

function withoutUnknownKinds(schema: JsonObject): JsonObject {
  const kinds = schema[KINDS];
  if (!Array.isArray(kinds)) return schema;
  return { ...schema, [KINDS]: (kinds as JsonObject[]).filter(({ group }) => !UNKNOWN_GROUPS.has(group)) };
}

const KINDS = 'x-kubernetes-group-version-kind';
