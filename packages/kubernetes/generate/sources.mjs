// Where the generator reads: recorded documents in a folder, or a live API server.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isBuiltin } from './types.mjs';

const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));

/** Recorded documents: openapi/v3/*.json, discovery/legacy_*.json and, where recorded, gotypes.json. */
export function fromFixtures(folder) {
  const discovery = join(folder, 'discovery');
  const lists = {};
  for (const file of readdirSync(discovery)) {
    const document = readJson(join(discovery, file));
    if (document.kind === 'APIResourceList') lists[document.groupVersion] = document;
  }
  const go = join(folder, 'gotypes.json');
  return {
    ...fromOpenapi(join(folder, 'openapi/v3')),
    go: existsSync(go) ? readJson(go) : undefined,
    groups: readJson(join(discovery, 'legacy_apis.json')),
    lists,
  };
}

/** The OpenAPI documents in a folder (`kubectl get --raw /openapi/v3/apis/apps/v1 > apps.json`); resources stay as they are. */
export function fromOpenapi(folder) {
  const documents = readFolder(folder);
  return { schemas: schemasOf(documents), version: versionOf(documents) };
}

/** A live cluster, asked through kubectl, which knows every way to authenticate. */
export function fromCluster(kubeconfig) {
  const get = (path) =>
    JSON.parse(
      execFileSync('kubectl', ['--kubeconfig', kubeconfig, 'get', '--raw', path], {
        encoding: 'utf8',
        maxBuffer: 256 * 1024 * 1024,
      }),
    );
  const groups = get('/apis');
  const groupVersions = groups.groups.flatMap((group) => group.versions.map((version) => version.groupVersion));
  const lists = { v1: get('/api/v1') };
  for (const groupVersion of groupVersions) lists[groupVersion] = get(`/apis/${groupVersion}`);
  const documents = Object.values(get('/openapi/v3').paths).map((path) => get(path.serverRelativeURL));
  return { schemas: schemasOf(documents), version: versionOf(documents), groups, lists };
}

function readFolder(folder) {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => readJson(join(folder, file)));
}

/** Of the API server, which every document names (`1.32`, `v1.32.13`). */
function versionOf(documents) {
  for (const document of documents) {
    const match = /^v?(\d+)\.(\d+)/.exec(document.components?.schemas && document.info.version);
    if (match) return { major: match[1], minor: match[2] };
  }
  throw new Error('no OpenAPI document among the input');
}

function schemasOf(documents) {
  const schemas = {};
  for (const document of documents) {
    for (const [name, schema] of Object.entries(document.components?.schemas ?? {})) {
      // Custom resources and aggregated APIs are no built-in types, though some names begin alike.
      if (isBuiltin(name)) schemas[name] = schema;
    }
  }
  return schemas;
}
