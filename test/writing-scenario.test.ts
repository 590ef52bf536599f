import { type Cluster, startCluster } from '@opwright/cluster';
import { Deployment } from '@opwright/kubernetes/apps';
import { ConfigMap, Event, Namespace, Secret } from '@opwright/kubernetes/core';
import {
  applyConflicts,
  type Context,
  type Controller,
  controller,
  createManager,
  defineOperator,
  defineResource,
  isNotFound,
  k,
  type Manager,
  type OwnOptions,
  retryAfter,
  type Transport,
} from 'opwright';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from './support/eventually.ts';
import { recordingLogger } from './support/recording-logger.ts';

const Site = defineResource({
  group: 'web.example.com',
  version: 'v1',
  kind: 'Site',
  spec: k.object({ pages: k.array(k.string()), secret: k.string().optional(), generation: k.integer().optional() }),
  status: k.object({ pages: k.integer().optional() }),
});

let cluster: Cluster;
const managers: Manager[] = [];
beforeEach(async () => {
  cluster = await startCluster();
  await cluster.load([Site.crd()]);
});
afterEach(async () => {
  for (const manager of managers.splice(0)) await manager.stop();
  await cluster.stop();
});

async function run(definition: Controller, transport: Transport = cluster.transport): Promise<Manager> {
  const manager = createManager(defineOperator({ name: 'web', controllers: [definition] }), {
    transport,
    metricsAddress: '0',
    probeAddress: '0',
    logger: recordingLogger(),
  });
  managers.push(manager);
  await manager.start();
  return manager;
}

const at = (name: string) => ({ namespace: 'default', name });
const site = (name: string, ...pages: string[]) => ({ metadata: at(name), spec: { pages } });

/** One ConfigMap for each page. */
const pages = controller(Site)
  .owns(ConfigMap)
  .reconcile(async ({ metadata, spec }, ctx) => {
    for (const page of spec.pages) {
      if (page === 'not-yet') return;
      await ctx.apply(ConfigMap, { metadata: { name: `${metadata.name}-${page}` }, data: { page } });
    }
    await ctx.prune(ConfigMap);
    ctx.status({ pages: spec.pages.length });
  });

const configMaps = async () => {
  const { items } = await cluster.client.list(ConfigMap, { namespace: 'default' });
  return items.map(({ metadata }) => metadata.name).filter((name) => name !== 'kube-root-ca.crt');
};
const set = (name: string, ...to: string[]) =>
  cluster.client.patch(Site, at(name), { type: 'merge', patch: { spec: { pages: to } } });
const settled = (name: string, count: number) =>
  eventually(async () => (await cluster.client.get(Site, at(name))).status?.pages === count);

describe('prune', () => {
  test('deletes what a reconcile does not apply any more, of this owner alone', async () => {
    await run(pages);
    await cluster.client.create(Site, site('a', 'home', 'news'));
    await cluster.client.create(Site, site('b', 'home'));
    await settled('a', 2);
    await settled('b', 1);
    await set('a', 'home');
    await settled('a', 1);
    expect(await configMaps()).toEqual(['a-home', 'b-home']);
    await set('a');
    await settled('a', 0);
    expect(await configMaps()).toEqual(['b-home']);
  });

  test('deletes what an operator has applied before it was killed, and another one not any more', async () => {
    const first = await run(pages);
    await cluster.client.create(Site, site('a', 'home', 'news'));
    await settled('a', 2);
    await first.stop();
    await set('a', 'news');
    await run(pages);
    await settled('a', 1);
    expect(await configMaps()).toEqual(['a-news']);
  });

  test('deletes nothing that somebody else has made, whatever it refers to', async () => {
    const { metadata } = await cluster.client.create(Site, site('a', 'home'));
    const owner = { apiVersion: Site.apiVersion, kind: Site.kind, name: 'a', uid: metadata.uid };
    const child = (name: string, ...ownerReferences: object[]) => ({
      metadata: { ...at(name), ownerReferences: ownerReferences as never },
    });
    await cluster.client.create(ConfigMap, child('of-a-user', { ...owner, controller: true }));
    await cluster.client.create(ConfigMap, child('not-controlled', owner));
    await cluster.client.create(ConfigMap, child('unowned'));
    await run(pages);
    await settled('a', 1);
    expect(await configMaps()).toEqual(['a-home', 'not-controlled', 'of-a-user', 'unowned']);
  });

  test('deletes nothing when the reconcile ends early or fails', async () => {
    await run(pages);
    await cluster.client.create(Site, site('a', 'home', 'news'));
    await settled('a', 2);
    await set('a', 'new', 'not-yet');
    await eventually(async () => (await configMaps()).includes('a-new'));
    await set('a', 'newer', 'Not A Name');
    await eventually(async () => (await configMaps()).includes('a-newer'));
    expect(await configMaps()).toEqual(['a-home', 'a-new', 'a-newer', 'a-news']);
  });

  test('judges an object anew that has changed meanwhile, and keeps one that is not its own any more', async () => {
    // Before each delete, somebody writes to the object.
    let meddle: (name: string) => Promise<unknown> = async () => {};
    const transport: Transport = {
      ...cluster.transport,
      async request(request) {
        if (request.method === 'DELETE') await meddle(request.path.split('/').at(-1)!.split('?')[0]!);
        return cluster.transport.request(request);
      },
    };
    await run(pages, transport);
    await cluster.client.create(Site, site('a', 'home', 'news'));
    await settled('a', 2);
    let once = true;
    meddle = async (name) => {
      if (!once) return;
      once = false;
      await cluster.client.patch(ConfigMap, at(name), {
        type: 'merge',
        patch: { metadata: { labels: { seen: 'yes' } } },
      });
    };
    await set('a', 'home');
    await settled('a', 1);
    expect(await configMaps()).toEqual(['a-home']);

    meddle = (name) =>
      cluster.client.patch(ConfigMap, at(name), { type: 'merge', patch: { metadata: { ownerReferences: null } } });
    await set('a');
    await settled('a', 0);
    expect(await configMaps()).toEqual(['a-home']);
  });

  test('is for owned kinds', async () => {
    const failures: string[] = [];
    const wrong = controller(Site)
      .writes(ConfigMap)
      .reconcile((_site, ctx) => ctx.prune(ConfigMap).catch((error) => void failures.push(error.message)));
    await run(wrong);
    await cluster.client.create(Site, site('a'));
    const refused = 'ConfigMap is not owned: declare .owns(ConfigMap) on the controller "site"';
    await eventually(() => failures.includes(refused));
  });
});

async function warnings(): Promise<string[]> {
  const { items } = await cluster.client.list(Event, { namespace: 'default' });
  return items.filter(({ type }) => type === 'Warning').map(({ reason, message }) => `${reason}: ${message}`);
}

test('an apply is a request only when something changes: not for defaults, other forms, or fields of others', async () => {
  const writes: string[] = [];
  const transport: Transport = {
    ...cluster.transport,
    request(request) {
      if (request.path.includes('/deployments/') && request.method !== 'GET') writes.push(request.method);
      return cluster.transport.request(request);
    },
  };
  let env: readonly { name: string; value: string }[] = [{ name: 'A', value: '1' }];
  let runs = 0;
  const labels = { app: 'web' };
  await run(
    controller(Site)
      .owns(Deployment)
      .reconcile(async (_site, ctx) => {
        const resources = { requests: { cpu: '1000m', memory: '1024Mi' } };
        const ports = [{ containerPort: 80 }];
        const container = { name: 'web', image: 'web:1', ports, env, resources, args: ['-v'] };
        await ctx.apply(Deployment, {
          metadata: { name: 'web', labels },
          spec: {
            selector: { matchLabels: labels },
            template: { metadata: { labels }, spec: { containers: [container], nodeSelector: {} } },
          },
        });
        runs += 1;
      }),
    transport,
  );
  let touched = 0;
  const again = async () => {
    const before = runs;
    touched += 1;
    await cluster.client.patch(Site, at('a'), { type: 'merge', patch: { spec: { generation: touched } } });
    await eventually(() => runs > before);
  };
  await cluster.client.create(Site, site('a'));
  await eventually(() => runs > 0);
  for (let i = 0; i < 3; i++) await again();
  expect(writes).toEqual(['PATCH']);

  // Another manager's replicas, label and port are its own business.
  await cluster.client.patch(Deployment, at('web'), {
    type: 'strategic',
    patch: {
      metadata: { labels: { theirs: 'yes' } },
      spec: { replicas: 3, template: { spec: { containers: [{ name: 'web', ports: [{ containerPort: 81 }] }] } } },
    },
  });
  await again();
  expect(writes).toEqual(['PATCH']);

  // What is left out is removed, and what somebody has changed is put right.
  env = [];
  await again();
  await again();
  expect(writes).toEqual(['PATCH', 'PATCH']);
  const web = () => cluster.client.get(Deployment, at('web'));
  expect((await web()).spec.template.spec?.containers[0]?.env).toBeUndefined();
  await cluster.client.patch(Deployment, at('web'), {
    type: 'strategic',
    patch: { spec: { template: { spec: { containers: [{ name: 'web', image: 'web:2' }] } } } },
  });
  await eventually(async () => (await web()).spec.template.spec?.containers[0]?.image === 'web:1');
  await again();
  expect(writes).toEqual(['PATCH', 'PATCH', 'PATCH']);
  expect((await web()).spec.replicas).toBe(3);
});

describe('objects that are there already', () => {
  const owner = (options: OwnOptions<typeof ConfigMap> = {}) =>
    controller(Site)
      .owns(ConfigMap, options)
      .reconcile(async (_site, ctx) => {
        await ctx.apply(ConfigMap, { metadata: { name: 'page' }, data: { page: 'ours' } });
        ctx.status({ pages: 1 });
      });
  const page = async () => (await cluster.client.get(ConfigMap, at('page'))).data;

  test('are not taken over, and people hear why', async () => {
    await cluster.client.create(ConfigMap, { metadata: at('page'), data: { page: 'theirs' } });
    await cluster.client.create(Site, site('a'));
    await run(owner());
    await eventually(async () => (await warnings()).length > 0);
    expect(await warnings()).toEqual([
      'OwnershipConflict: ConfigMap "default/page" exists, and Site "default/a" has not made it: rename or delete it, or let it be adopted: .owns(ConfigMap, { adopt: … })',
    ]);
    expect(await page()).toEqual({ page: 'theirs' });
    await cluster.client.delete(ConfigMap, at('page'));
    await settled('a', 1);
    expect(await page()).toEqual({ page: 'ours' });
  });

  test('are adopted where it is allowed: all, or those that match', async () => {
    await cluster.client.create(ConfigMap, { metadata: at('page'), data: { other: 'theirs' } });
    await cluster.client.create(Site, site('a'));
    await run(owner({ adopt: ({ metadata }) => metadata.labels !== undefined }));
    await eventually(async () => (await warnings()).length > 0);
    await cluster.client.patch(ConfigMap, at('page'), { type: 'merge', patch: { metadata: { labels: { a: 'b' } } } });
    await settled('a', 1);
    expect(await page()).toEqual({ other: 'theirs', page: 'ours' });
  });

  test('are never taken from another controller', async () => {
    await cluster.client.create(Site, site('a'));
    await cluster.client.create(Site, site('b'));
    await run(owner({ adopt: true }));
    await eventually(async () => (await warnings()).length > 0);
    const [warning] = await warnings();
    expect(warning).toMatch(
      /^OwnershipConflict: ConfigMap "default\/page" is controlled by Site "[ab]", not by Site "default\/[ab]"$/,
    );
  });

  test('that lost the reference to their owner get it back', async () => {
    await cluster.client.create(Site, site('a'));
    await run(owner());
    await settled('a', 1);
    await cluster.client.patch(ConfigMap, at('page'), {
      type: 'merge',
      patch: { metadata: { ownerReferences: null } },
    });
    await cluster.client.patch(Site, at('a'), { type: 'merge', patch: { spec: { generation: 2 } } });
    await eventually(
      async () => (await cluster.client.get(ConfigMap, at('page'))).metadata.ownerReferences?.[0]?.name === 'a',
    );
  });

  test('are seen behind a label selector, too', async () => {
    await cluster.client.create(ConfigMap, { metadata: at('page'), data: { page: 'theirs' } });
    await cluster.client.create(Site, site('a'));
    await run(owner({ labelSelector: 'mine=yes' }));
    await eventually(async () => (await warnings()).length > 0);
    expect(await page()).toEqual({ page: 'theirs' });
  });
});

test('several finalizers run in their order, each after the one before it is gone', async () => {
  const order: string[] = [];
  let isOpen = false;
  const finalizers = ['web.example.com/traffic', 'web.example.com/backups', 'web.example.com/web-site'];
  const step =
    (name: string) =>
    ({ metadata }: { metadata: { finalizers?: readonly string[] } }) => {
      order.push(`${name}: ${metadata.finalizers?.map((each) => each.split('/')[1])}`);
      if (name === 'backups' && !isOpen) return retryAfter('50ms');
    };
  await run(
    controller(Site)
      .reconcile((_site, ctx) => ctx.status({ pages: 1 }))
      .finalize(step('traffic'), { finalizer: 'web.example.com/traffic' })
      .finalize(step('backups'), { finalizer: 'web.example.com/backups' })
      .finalize(step('rest')),
  );
  await cluster.client.create(Site, site('a'));
  await settled('a', 1);
  expect((await cluster.client.get(Site, at('a'))).metadata.finalizers).toEqual(finalizers);
  await cluster.client.delete(Site, at('a'));
  await eventually(() => order.length >= 3);
  expect(order.slice(0, 2)).toEqual(['traffic: traffic,backups,web-site', 'backups: backups,web-site']);
  expect(new Set(order.slice(2))).toEqual(new Set(['backups: backups,web-site']));
  isOpen = true;
  await eventually(() => cluster.client.get(Site, at('a')).then(() => false, isNotFound));
  expect(order.at(-1)).toBe('rest: web-site');

  const named = controller(Site).finalize(() => {}, { finalizer: 'a/b' });
  expect(() => named.finalize(() => {}, { finalizer: 'a/b' })).toThrow('controller "site" has a finalizer a/b already');
  expect(() => named.finalize(() => {}).finalize(() => {})).toThrow('with the default name');
});

test('an owner in another namespace is refused before a request is made, unless the controller may write there without owning', async () => {
  await cluster.client.create(Namespace, { metadata: { name: 'other' } });
  const reconcile = async (_site: unknown, ctx: Pick<Context<typeof Site, never, 'v1/Secret'>, 'apply'>) => {
    await ctx.apply(Secret, { metadata: { namespace: 'other', name: 'key' } });
  };
  await cluster.client.create(Site, site('a'));
  const first = await run(controller(Site).owns(Secret).reconcile(reconcile));
  await eventually(async () => (await warnings()).length > 0);
  expect((await warnings())[0]).toBe(
    'OwnershipConflict: Site "default/a" cannot own Secret "other/key", which is in another namespace: ' +
      'add .writes(Secret) to the controller and delete what it makes there in .finalize(…)',
  );
  await first.stop();
  await run(controller(Site).owns(Secret).writes(Secret).reconcile(reconcile));
  const secret = await eventually(() => cluster.client.get(Secret, { namespace: 'other', name: 'key' }));
  expect(secret.metadata.ownerReferences).toBeUndefined();
});

test('an apply without force says who has which field, in an event and in the error', async () => {
  await cluster.client.create(
    ConfigMap,
    {
      metadata: at('page'),
      data: { page: 'theirs', title: 'theirs' },
    },
    { fieldManager: 'helm' },
  );
  const seen: unknown[] = [];
  await cluster.client.create(Site, site('a'));
  await run(
    controller(Site)
      .writes(ConfigMap)
      .reconcile(async (_site, ctx) => {
        const desired = { metadata: { name: 'page' }, data: { page: 'ours', title: 'ours' } };
        await ctx.apply(ConfigMap, desired, { force: false }).catch((error) => {
          seen.push(applyConflicts(error));
          throw error;
        });
      }),
  );
  await eventually(async () => (await warnings()).length > 0);
  expect(seen[0]).toEqual([
    { manager: 'helm', field: '.data.page' },
    { manager: 'helm', field: '.data.title' },
  ]);
  expect(await warnings()).toEqual(['ApplyConflict: not applied: helm has .data.page, .data.title']);
});
