import type { Transport } from '@opwright/client';
import { isPlainObject, type JsonObject, type Status, StatusError, splitApiVersion } from '@opwright/machinery';
import { parseAllDocuments } from 'yaml';
import type { ServedKind } from './kinds/kind.ts';
import type { Registry } from './kinds/registry.ts';

/** What others need comes first. */
const FIRST = ['CustomResourceDefinition', 'Namespace'];

/**
 * Applies objects, or the documents of a YAML text, in the order in which they can exist. `afterNamespace` is awaited after
 * each namespace: what comes next may need what controllers put there.
 *
 * @throws StatusError for the first object that the server refuses; Error for text or values that are no objects
 */
export async function loadObjects(
  transport: Transport,
  registry: Registry,
  source: string | object | readonly object[],
  afterNamespace: (name: string) => Promise<void>,
): Promise<readonly JsonObject[]> {
  const given: readonly object[] = typeof source === 'string' ? documents(source) : [source].flat();
  const objects = given.flatMap(itemsOf);
  const rank = (object: JsonObject) => {
    const index = FIRST.indexOf(String(object.kind));
    return index < 0 ? FIRST.length : index;
  };
  const sorted = objects.map((object, index) => ({ object, index }));
  sorted.sort((a, b) => rank(a.object) - rank(b.object) || a.index - b.index);
  const loaded: JsonObject[] = [];
  for (const { object } of sorted) {
    const stored = await applyObject(transport, registry, object);
    const { name, deletionTimestamp } = stored.metadata as JsonObject;
    if (object.kind === 'Namespace' && deletionTimestamp === undefined) await afterNamespace(String(name));
    loaded.push(stored);
  }
  return loaded;
}

/** The objects in a YAML or JSON text. @throws Error for text that holds something else */
export function documents(text: string): object[] {
  const parsed = parseAllDocuments(text);
  const found: object[] = [];
  for (const document of Array.isArray(parsed) ? parsed : []) {
    const error = document.errors[0];
    if (error !== undefined) throw new Error(`cannot read the YAML: ${error.message}`);
    const value: unknown = document.toJS();
    if (value === null) continue;
    if (!isPlainObject(value)) throw new Error('a YAML document is not a Kubernetes object: it is no mapping');
    found.push(value);
  }
  return found;
}

/** The objects of a List, or the object itself. */
function itemsOf(object: object): JsonObject[] {
  const value = object as JsonObject;
  if (value.kind === 'List' && Array.isArray(value.items)) return value.items as JsonObject[];
  return [value];
}

async function applyObject(transport: Transport, registry: Registry, object: JsonObject): Promise<JsonObject> {
  const kind = kindOf(registry, object);
  const metadata = (object.metadata ?? {}) as JsonObject;
  const collection = collectionPath(kind, typeof metadata.namespace === 'string' ? metadata.namespace : 'default');
  const name = typeof metadata.name === 'string' ? metadata.name : '';
  // A generated name cannot be applied to.
  const response =
    name === ''
      ? await transport.request({ method: 'POST', path: collection, body: { json: object } })
      : await transport.request({
          method: 'PATCH',
          path: `${collection}/${encodeURIComponent(name)}?fieldManager=opwright-load&force=true`,
          headers: { 'content-type': 'application/apply-patch+yaml' },
          body: { json: object },
        });
  const value = await response.json();
  if (response.status >= 300) throw new StatusError(value as Status);
  return value as JsonObject;
}

function kindOf(registry: Registry, object: JsonObject): ServedKind {
  const { apiVersion, kind } = object;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') throw new Error('an object lacks apiVersion or kind');
  const [group, version] = splitApiVersion(apiVersion);
  const found = registry.findKind(group, version, kind);
  if (found !== undefined) return found;
  throw new Error(`no resource serves ${kind} in ${apiVersion}: load its CustomResourceDefinition first`);
}

function collectionPath(kind: ServedKind, namespace: string): string {
  const root = kind.group === '' ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`;
  const within = kind.scope === 'Namespaced' ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${root}${within}/${kind.plural}`;
}
