import { createHash } from 'node:crypto';
import { deepFreeze, isStatusError, type JsonObject } from '@opwright/machinery';
import type { FeatureGates } from '../../kinds/feature-gates.ts';
import type { Registry } from '../../kinds/registry.ts';
import type { DocumentHandler } from '../context.ts';
import { encodeBody } from '../encode-body.ts';
import { notAcceptable } from '../errors.ts';
import { healthChecks } from '../health.ts';
import type { ServerRequest, ServerResponse } from '../http-types.ts';
import { acceptClauses, header, type Negotiated, negotiate, plainJson, RESOURCE_TYPES } from '../negotiate.ts';
import { notModified } from '../not-modified.ts';
import { type AggregatedVersion, groupDiscoveryList } from './aggregated.ts';
import { type Group, groupsOf } from './groups.ts';
import { apiGroup, apiGroupList, apiResourceList, apiVersions } from './legacy.ts';

/**
 * Discovery: `/`, `/api`, `/apis` (each in its two forms), `/apis/<group>` and the resources of a group-version. Documents
 * are made when they are first asked for and kept until the kinds change. A group-version that is not served, and all
 * else, is left to others.
 *
 * @param serverAddress host and port, for clients that ask where the server is
 */
export function discoveryDocuments(
  registry: Registry,
  serverAddress: () => string,
  { AggregatedDiscoveryEndpoint: aggregates = true }: FeatureGates = {},
): DocumentHandler {
  let cache: Cache | undefined;
  return (request, info) => {
    const path = info.path.length > 1 ? info.path.replace(/\/$/, '') : info.path;
    // What the aggregation layer answers does not look at the method.
    if (request.method !== 'GET' && path !== '/' && !/^\/apis(\/[^/]*)?$/.test(path)) return undefined;
    if (path !== '/' && !/^\/apis?(\/|$)/.test(path)) return undefined;
    if (cache === undefined || cache.generation !== registry.generation) cache = createCache(registry, serverAddress());
    if (aggregates && (path === '/api' || path === '/apis')) {
      const version = aggregatedVersion(request);
      if (version !== undefined) return aggregatedResponse(request, version, cache.aggregated(path, version));
    }
    const document = cache.legacy(path);
    return document && documentResponse(request, document);
  };
}

interface Cache {
  readonly generation: number;
  legacy(path: string): JsonObject | undefined;
  aggregated(path: '/api' | '/apis', version: AggregatedVersion): Aggregated;
}

interface Aggregated {
  readonly document: JsonObject;
  readonly etag: string;
}

function createCache(registry: Registry, serverAddress: string): Cache {
  const all = registry.kinds();
  const groups = groupsOf(all);
  const named = groups.filter((group) => group.name !== '');
  const core = groups.find((group) => group.name === '') ?? { name: '', versions: [] };
  const documents = new Map<string, JsonObject>();
  const lists = new Map<string, Aggregated>();
  const make = (path: string): JsonObject | undefined => {
    if (path === '/') return { paths: rootPaths(core, named) };
    if (path === '/api') return apiVersions(core, serverAddress);
    if (path === '/apis') return apiGroupList(named);
    const [, root, first = '', second, more] = path.split('/');
    if (root === 'apis' && second === undefined) {
      const group = named.find(({ name }) => name === first);
      return group && apiGroup(group);
    }
    if (more !== undefined || (root === 'api') === (second !== undefined)) return undefined;
    const group = root === 'api' ? core : named.find(({ name }) => name === first);
    const version = group?.versions.find(({ version }) => version === (second ?? first));
    return version && apiResourceList(version, all);
  };
  return {
    generation: registry.generation,
    legacy(path) {
      let document = documents.get(path);
      if (document === undefined) {
        document = make(path);
        if (document !== undefined) documents.set(path, deepFreeze(document));
      }
      return document;
    },
    aggregated(path, version) {
      const key = `${path} ${version}`;
      let list = lists.get(key);
      if (list === undefined) {
        const document = groupDiscoveryList(path === '/api' ? [core] : named, version);
        const hash = createHash('sha512').update(JSON.stringify(document.items)).digest('hex').toUpperCase();
        list = { document: deepFreeze(document), etag: `"${hash}"` };
        lists.set(key, list);
      }
      return list;
    },
  };
}

const healthPaths = (['healthz', 'livez', 'readyz'] as const).flatMap((root) => [
  `/${root}`,
  ...healthChecks(root).map((check) => `/${root}/${check}`),
]);
const otherPaths = [
  '/.well-known/openid-configuration',
  '/openid/v1/jwks',
  ...healthPaths,
  '/metrics',
  '/metrics/slis',
  '/openapi/v2',
  '/openapi/v3',
  '/openapi/v3/',
  '/version',
];

function rootPaths(core: Group, named: readonly Group[]): readonly string[] {
  const ofGroups = named.flatMap((group) => [
    `/apis/${group.name}`,
    ...group.versions.map(({ groupVersion }) => `/apis/${groupVersion}`),
  ]);
  const ofCore = core.versions.map(({ version }) => `/api/${version}`);
  return ['/api', ...ofCore, '/apis', '/apis/', ...ofGroups, ...otherPaths].sort();
}

/** The version of the aggregated document that the client prefers, unless it prefers the old form. */
function aggregatedVersion(request: ServerRequest): AggregatedVersion | undefined {
  for (const { type, parameters } of acceptClauses(header(request, 'accept'))) {
    const as = parameters.get('as');
    if (as === undefined) return undefined;
    const version = parameters.get('v');
    if (type !== 'application/json' || as !== 'APIGroupDiscoveryList') continue;
    if (parameters.get('g') === 'apidiscovery.k8s.io' && (version === 'v2' || version === 'v2beta1')) return version;
  }
  return undefined;
}

function aggregatedResponse(request: ServerRequest, version: AggregatedVersion, list: Aggregated): ServerResponse {
  const headers = {
    'cache-control': 'public',
    'content-type': `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
    etag: list.etag,
    vary: 'Accept',
  };
  if (header(request, 'if-none-match') === list.etag) return notModified(headers);
  return { status: 200, headers, body: { json: list.document } };
}

/** The form of a document, which is no object: no tables and no metadata of it. @throws StatusError 406 */
function plainForm(request: ServerRequest): Negotiated {
  try {
    const negotiated = negotiate(request);
    if (negotiated.as === undefined) return negotiated;
  } catch (error) {
    if (!isStatusError(error)) throw error;
  }
  throw notAcceptable(RESOURCE_TYPES);
}

function documentResponse(request: ServerRequest, document: JsonObject): ServerResponse {
  const form = document.kind === undefined ? plainJson(request) : plainForm(request);
  const headers = { 'cache-control': 'no-cache, private', 'content-type': form.mediaType };
  return { status: 200, headers, body: encodeBody(document, form, request.values === true) };
}
