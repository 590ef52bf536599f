// The truth: an API server, objects of two kinds that change at random, and a record of all that was ever true.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCluster } from '@opwright/cluster';
import { ConfigMap } from '@opwright/kubernetes/core';
import { defineResource, k } from 'opwright';

export const Widget = defineResource({
  group: 'faults.example.com',
  version: 'v1',
  kind: 'Widget',
  spec: k.object({ text: k.string() }),
});

/** The kinds that are followed, by the plural under which everything here is filed. */
export const RESOURCES = { configmaps: ConfigMap, widgets: Widget };
export const PLURALS = Object.keys(RESOURCES);

const NAMES = 8;
const NAMESPACES = ['default', 'other'];
/** How many objects that are gone, and versions of one object, are remembered. */
const REMEMBERED = 200;
/** Text whose characters have one to four bytes each, so that cuts fall within characters. */
const LETTERS = 'ab"\\é漢𝄞';
const SYSTEM = new Set(['kube-root-ca.crt', 'extension-apiserver-authentication']);

export const keyOf = ({ metadata }) => `${metadata.namespace}/${metadata.name}`;
export const textOf = (object) => object.data?.text ?? object.spec?.text;

export async function createWorld() {
  const folder = await mkdtemp(join(tmpdir(), 'opwright-faults-'));
  const kubeconfig = join(folder, 'kubeconfig');
  /** What exists: key → object, per kind. */
  const objects = { configmaps: new Map(), widgets: new Map() };
  /** What was written, oldest first, per kind: of the present server only. */
  const history = { configmaps: [], widgets: [] };
  /** uid → version → text: of all that exist and those that were there lately. */
  const known = new Map();
  const gone = [];
  let cluster;
  let upstream;
  let changing = Promise.resolve();
  let marked = 0;

  async function start(port) {
    cluster = await startCluster({
      profile: 'envtest',
      serve: { port },
      kubeconfig,
      bookmarkIntervalMs: 100,
      historyLimit: 500,
      logger: silent,
    });
    const text = await readFile(kubeconfig, 'utf8');
    const pem = (name) => Buffer.from(new RegExp(`${name}: "?([^"\\s]+)`).exec(text)[1], 'base64').toString();
    upstream = {
      port: Number(new URL(cluster.url).port),
      ca: pem('certificate-authority-data'),
      cert: pem('client-certificate-data'),
      key: pem('client-key-data'),
    };
    await cluster.load([Widget.crd(), { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } }]);
    for (const plural of PLURALS) history[plural].length = 0;
  }

  function record(plural, type, object) {
    const key = keyOf(object);
    const { uid, resourceVersion } = object.metadata;
    if (type === 'delete') objects[plural].delete(key);
    else objects[plural].set(key, object);
    if (!known.has(uid)) known.set(uid, new Map());
    const texts = known.get(uid);
    texts.set(resourceVersion, textOf(object));
    if (texts.size > REMEMBERED) texts.delete(texts.keys().next().value);
    if (type === 'delete') forget(uid);
    history[plural].push({ type, key, uid, resourceVersion });
  }

  function forget(uid) {
    gone.push(uid);
    if (gone.length > REMEMBERED) known.delete(gone.shift());
  }

  const manifest = (plural, key, text) => {
    const [namespace, name] = key.split('/');
    return { metadata: { namespace, name }, ...(plural === 'configmaps' ? { data: { text } } : { spec: { text } }) };
  };

  async function create(plural, key, text) {
    record(plural, 'add', await cluster.client.create(RESOURCES[plural], manifest(plural, key, text)));
  }

  async function update(plural, key, text) {
    const { metadata, ...patch } = manifest(plural, key, text);
    record(plural, 'update', await cluster.client.patch(RESOURCES[plural], metadata, { type: 'merge', patch }));
  }

  async function remove(plural, key) {
    const [namespace, name] = key.split('/');
    const object = objects[plural].get(key);
    await cluster.client.delete(RESOURCES[plural], { namespace, name });
    // Nothing else writes: the deletion is the last revision.
    const metadata = { ...object.metadata, resourceVersion: String(cluster.revision) };
    record(plural, 'delete', { ...object, metadata });
  }

  const pick = (random, items) => items[Math.floor(random.next() * items.length)];

  function someText(random) {
    const length = random.next() < 0.05 ? 20_000 : Math.floor(random.next() * 60);
    return Array.from({ length }, () => pick(random, [...LETTERS])).join('');
  }

  /** One random change of one object of a kind: create, update, delete, or delete and create anew. */
  async function changeOne(plural, random) {
    const key = `${pick(random, NAMESPACES)}/object-${Math.floor(random.next() * NAMES)}`;
    const roll = random.next();
    if (!objects[plural].has(key)) return create(plural, key, someText(random));
    if (roll < 0.55) return update(plural, key, `${cluster.revision} ${someText(random)}`);
    await remove(plural, key);
    if (roll > 0.75) await create(plural, key, someText(random));
  }

  await start(0);
  // One object of each kind is always there, and says so.
  for (const plural of PLURALS) await create(plural, 'default/anchor', 'anchor');

  return {
    objects,
    history,
    known,
    get cluster() {
      return cluster;
    },
    get upstream() {
      return upstream;
    },
    /** Changes objects of both kinds, `times` each. */
    change(random, times = 1) {
      // One after the other: what is written is what is recorded.
      const changes = changing.then(async () => {
        for (let i = 0; i < times; i++) for (const plural of PLURALS) await changeOne(plural, random);
      });
      changing = changes.catch(() => {});
      return changes;
    },
    /** Changes one object of each kind that never goes away: who has seen that has seen what was before. */
    mark() {
      const marks = changing.then(async () => {
        for (const plural of PLURALS) await update(plural, 'default/anchor', `anchor ${++marked}`);
      });
      changing = marks.catch(() => {});
      return marks;
    },
    /**
     * Another server on the same port, with objects of the same names and nothing of the old one's past. `ahead`: its
     * revisions go on where the old ones ended, and the past is marked as compacted, as `etcdutl snapshot restore
     * --bump-revision --mark-compacted` does. Otherwise they begin anew, below what clients have seen.
     */
    async rebuild(ahead) {
      const before = { revision: cluster.revision, port: upstream.port };
      const kept = PLURALS.map((plural) => [...objects[plural]]);
      await cluster.stop();
      for (const plural of PLURALS) {
        for (const { metadata } of objects[plural].values()) forget(metadata.uid);
        objects[plural].clear();
      }
      await start(before.port);
      for (const [index, plural] of PLURALS.entries()) {
        for (const [key, object] of kept[index]) await create(plural, key, textOf(object));
      }
      // Versions that both servers have had mean two things: nobody could tell.
      const bump = ahead || cluster.revision > before.revision - 100;
      while (bump && cluster.revision <= before.revision) {
        await update('configmaps', 'default/anchor', `anchor ${++marked}`);
      }
      if (bump) cluster.compact();
    },
    /** What the server itself says there is: key → object. */
    async truth(plural) {
      const { items } = await cluster.client.list(RESOURCES[plural]);
      return new Map(items.filter(({ metadata }) => !SYSTEM.has(metadata.name)).map((item) => [keyOf(item), item]));
    },
    isSystem: ({ metadata }) => SYSTEM.has(metadata.name),
    async stop() {
      await cluster.stop();
      await rm(folder, { recursive: true });
    },
  };
}

const quiet = () => {};
export const silent = { debug: quiet, info: quiet, warn: quiet, error: quiet, child: () => silent };
