import type { RequestStep } from '../case.ts';
import { readExceptions } from '../exceptions.ts';
import { exchange, sendStep } from '../exchange.ts';
import { embeddedServer, type Server } from '../server.ts';
import { addTo, type Tally } from '../side-by-side.ts';
import { get, patch, post, send } from '../steps.ts';
import { type FileObject, objectsIn } from './documents.ts';

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/**
 * Compares what the embedded server and a live one say to the objects in files: the definitions of custom resources are made
 * and served, of all other objects three dry runs each are sent, two creates and an apply. False when answers differ.
 */
export async function compareFiles(live: Server, paths: readonly string[], list: string): Promise<boolean> {
  await using embedded = await embeddedServer();
  const pair = { wanted: live, got: embedded, exceptions: await readExceptions(list) };
  const objects = await objectsIn(paths);
  const definitions = objects.filter(({ kind }) => kind === 'CustomResourceDefinition');
  const tally: Tally = { answers: 0, texts: new Map() };
  const compare = (file: string, steps: readonly RequestStep[]) =>
    addTo(tally, pair, { name: 'files', steps, clusterWide: true }, ({ request }) => `${file}: ${request}`);
  try {
    for (const { file, object } of definitions) await compare(file, [post(`${CRDS}?dryRun=All&${STRICT}`, object)]);
    for (const server of [live, embedded]) await define(server, definitions);
    for (const { file, object } of definitions) await compare(file, [get(`${CRDS}/${nameOf(object)}`, { keep: KEPT })]);
    const collections = await collectionsOf(live);
    for (const object of objects) {
      const collection = collections.get(`${object.apiVersion} ${object.kind}`);
      if (collection !== undefined && object.kind !== 'CustomResourceDefinition')
        await compare(object.file, stepsOf(object, collection));
    }
  } finally {
    for (const { object } of definitions)
      await exchange(live.transport, { method: 'DELETE', path: `${CRDS}/${nameOf(object)}` });
  }
  for (const text of tally.texts.values()) console.log(`\n  ${text}`);
  console.log(
    `\n${definitions.length} definitions, ${objects.length} objects: ${tally.answers} answers, ${tally.texts.size} kinds of difference`,
  );
  return tally.texts.size === 0;
}

const STRICT = 'fieldValidation=Strict';
/** Not the conditions, which come in the order in which they were found out. */
const KEPT = ['spec', 'status.acceptedNames', 'status.storedVersions'];

async function define(server: Server, definitions: readonly FileObject[]): Promise<void> {
  const created: string[] = [];
  for (const { object } of definitions) {
    const body = { bytes: Buffer.from(JSON.stringify(object)) };
    const headers = { 'content-type': 'application/json' };
    const { status } = await exchange(server.transport, { method: 'POST', path: CRDS, headers, body });
    if (status === 201) created.push(nameOf(object));
  }
  for (const name of created) {
    await sendStep(server, get(`${CRDS}/${name}`, { until: { condition: 'Established' } }), new Map());
  }
}

interface Collection {
  readonly path: string;
  readonly isNamespaced: boolean;
}

interface ResourceList {
  readonly resources?: readonly { readonly name: string; readonly kind: string; readonly namespaced: boolean }[];
}

/** Where objects are created, by apiVersion and kind. */
async function collectionsOf({ transport }: Server): Promise<ReadonlyMap<string, Collection>> {
  const read = async (path: string) => JSON.parse((await exchange(transport, { method: 'GET', path })).text) as unknown;
  const { groups } = (await read('/apis')) as {
    readonly groups: readonly { readonly versions: readonly { readonly groupVersion: string }[] }[];
  };
  const versions = groups.flatMap((group) => group.versions.map(({ groupVersion }) => groupVersion));
  const found = new Map<string, Collection>();
  for (const version of ['v1', ...versions]) {
    const root = version === 'v1' ? '/api/v1' : `/apis/${version}`;
    const { resources = [] } = (await read(root)) as ResourceList;
    for (const { name, kind, namespaced } of resources) {
      if (name.includes('/')) continue;
      found.set(`${version} ${kind}`, {
        path: `${root}/${namespaced ? 'namespaces/default/' : ''}${name}`,
        isNamespaced: namespaced,
      });
    }
  }
  return found;
}

function stepsOf({ object, text }: FileObject, { path, isNamespaced }: Collection): RequestStep[] {
  const { namespace: _, ...metadata } = object.metadata as { readonly namespace?: string };
  const placed = { ...object, metadata: { ...metadata, ...(isNamespaced && { namespace: 'default' }) } };
  const inDefault = text.replace(/^( +)namespace:.*$/m, isNamespaced ? '$1namespace: default' : '');
  const name = nameOf(placed);
  return [
    post(`${path}?dryRun=All&${STRICT}`, placed),
    send(`POST ${path}?dryRun=All&fieldValidation=Warn`, { text: inDefault }, 'application/yaml'),
    ...(name === '' ? [] : [patch(`${path}/${name}?dryRun=All&fieldManager=files&force=true`, 'apply', placed)]),
  ];
}

function nameOf({ metadata }: { readonly metadata?: unknown }): string {
  const { name } = metadata as { readonly name?: unknown };
  return typeof name === 'string' ? name : '';
}
