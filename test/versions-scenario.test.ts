import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cluster, startCluster } from '@opwright/cluster';
import { CustomResourceDefinition } from '@opwright/kubernetes/apiextensions';
import { ClusterRole, ClusterRoleBinding } from '@opwright/kubernetes/rbac';
import {
  accessRules,
  checkConversion,
  controller,
  createManager,
  defineOperator,
  defineResource,
  KEPT_HUB,
  k,
  type Manager,
  type ManagerOptions,
  migrateStorage,
  operatorCrds,
  webhookConfigurationRules,
  webhooks,
} from 'opwright';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { changeableCertificates, OVERLAP_MS, overlapClock } from './support/changing-certificates.ts';
import { eventually } from './support/eventually.ts';
import { describeKubectl, kubectlFor } from './support/kubectl.ts';
import { recordingLogger } from './support/recording-logger.ts';

const names = { group: 'hotel.example.com', kind: 'Room' } as const;
const first = { spec: k.object({ beds: k.integer() }), status: k.object({ ready: k.boolean().optional() }) };

/** The resource as it once was. */
const FormerRoom = defineResource({ ...names, version: 'v1alpha1', ...first });

const Room = defineResource({
  ...names,
  versions: {
    v1alpha1: first,
    v1: {
      spec: k.object({ beds: k.object({ single: k.integer(), double: k.integer() }) }),
      status: k.object({ ready: k.boolean().optional() }),
      columns: { Singles: '.spec.beds.single' },
      storage: true,
    },
  },
}).converts({
  v1alpha1: {
    toHub: ({ spec, status }, kept) => {
      const double = kept?.spec.beds.double ?? 0;
      return { spec: { beds: { single: spec.beds - double, double } }, ...(status && { status }) };
    },
    fromHub: ({ metadata, spec, status }) => {
      if (metadata.name === 'new') throw new Error('this room came after v1alpha1');
      return { spec: { beds: spec.beds.single + spec.beds.double }, ...(status && { status }) };
    },
    keep: true,
  },
});
const { v1alpha1: OldRoom } = Room.versions;

const rooms = controller(Room).reconcile(async (_room, ctx) => ctx.status({ ready: true }));
const roomWebhooks = webhooks(Room).validate(({ spec: { beds } }) => {
  if (beds.single + beds.double > 4) throw new Error('this is a dormitory');
});
const operator = defineOperator({ name: 'hotel', controllers: [rooms], webhooks: [roomWebhooks] });

let cluster: Cluster;
let manager: Manager | undefined;
beforeEach(async () => {
  cluster = await startCluster();
});
afterEach(async () => {
  await manager?.stop();
  manager = undefined;
  await cluster.stop();
});

async function startManager(options: Partial<ManagerOptions> = {}, of = operator): Promise<Manager> {
  manager = createManager(of, {
    transport: cluster.transport,
    metricsAddress: '0',
    probeAddress: '127.0.0.1:0',
    webhookAddress: '127.0.0.1:0',
    installWebhooks: true,
    logger: recordingLogger(),
    ...options,
  });
  await manager.start();
  return manager;
}

const key = (name: string) => ({ namespace: 'default', name });
const former = (name: string, beds: number) => ({ metadata: key(name), spec: { beds } });
const modern = (name: string, single: number, double = 0) => ({
  metadata: key(name),
  spec: { beds: { single, double } },
});

async function upgrade(): Promise<void> {
  for (const crd of operatorCrds(operator)) {
    await cluster.client.apply(CustomResourceDefinition, crd, { fieldManager: 'opwright', force: true });
  }
}

test('the conversions are sound', () => {
  checkConversion(Room);
});

describe('an operator whose resource got another version', () => {
  test('starts on objects that are stored in the former one, which only it can convert', async () => {
    await cluster.load([FormerRoom.crd()]);
    for (const name of ['a', 'b']) await cluster.client.create(FormerRoom, former(name, 2));
    await upgrade();
    // Nobody converts yet: better no object than one that lost its fields.
    await expect(cluster.client.get(Room, key('a'))).rejects.toThrow(/conversion webhook for .*v1alpha1.* failed/);

    const started = await startManager();
    for (const name of ['a', 'b']) {
      await eventually(async () => (await cluster.client.get(Room, key(name))).status?.ready === true);
    }
    expect((await cluster.client.get(Room, key('a'))).spec).toEqual({ beds: { single: 2, double: 0 } });
    expect((await fetch(`${started.probeUrl}/readyz`)).status).toBe(200);
  });

  test('serves all versions of all objects, also in one list, in their order', async () => {
    await cluster.load([FormerRoom.crd()]);
    await cluster.client.create(FormerRoom, former('a', 2));
    await cluster.client.create(FormerRoom, former('c', 3));
    await upgrade();
    await startManager();
    await cluster.client.create(Room, modern('b', 1, 1));
    const items = async (resource: typeof Room | typeof OldRoom) =>
      (await cluster.client.list(resource as typeof Room, { namespace: 'default' })).items.map((item) => [
        item.metadata.name,
        item.apiVersion,
        item.spec.beds,
      ]);
    expect(await items(Room)).toEqual([
      ['a', 'hotel.example.com/v1', { single: 2, double: 0 }],
      ['b', 'hotel.example.com/v1', { single: 1, double: 1 }],
      ['c', 'hotel.example.com/v1', { single: 3, double: 0 }],
    ]);
    expect(await items(OldRoom)).toEqual([
      ['a', 'hotel.example.com/v1alpha1', 2],
      ['b', 'hotel.example.com/v1alpha1', 2],
      ['c', 'hotel.example.com/v1alpha1', 3],
    ]);
  });

  test('keeps what a writer of the former version does not know', async () => {
    await upgrade();
    await startManager();
    await cluster.client.create(Room, modern('a', 1, 1));
    // The controller writes no more after that.
    await eventually(async () => (await cluster.client.get(Room, key('a'))).status?.ready);
    const old = await cluster.client.get(OldRoom, key('a'));
    expect(old.metadata.annotations?.[KEPT_HUB]).toContain('"double":1');
    await cluster.client.update(OldRoom, { ...old, spec: { beds: 3 } });
    const room = await cluster.client.get(Room, key('a'));
    expect(room.spec).toEqual({ beds: { single: 2, double: 1 } });
    expect(room.metadata.annotations).toBeUndefined();
    await cluster.client.patch(OldRoom, key('a'), { type: 'merge', patch: { spec: { beds: 4 } } });
    expect((await cluster.client.get(Room, key('a'))).spec).toEqual({ beds: { single: 3, double: 1 } });
  });

  test('has all objects stored in the new version when it is told to, and drops the former one', async () => {
    await cluster.load([FormerRoom.crd()]);
    for (const name of ['a', 'b', 'c']) await cluster.client.create(FormerRoom, former(name, 2));
    await upgrade();
    const started = await startManager(
      {},
      defineOperator({ name: 'hotel', controllers: [], webhooks: [roomWebhooks] }),
    );
    const name = 'rooms.hotel.example.com';
    const storedVersions = async () =>
      (await cluster.client.get(CustomResourceDefinition, { name })).status?.storedVersions;
    expect(await storedVersions()).toEqual(['v1alpha1', 'v1']);
    expect(await migrateStorage(cluster.client, Room)).toBe(3);
    expect(await storedVersions()).toEqual(['v1']);
    await started.stop();
    await upgrade();
    // Nobody is left to convert, and nothing that was converted is remembered for the definition as it is now.
    expect((await cluster.client.list(Room)).items.map(({ spec }) => spec.beds.single)).toEqual([2, 2, 2]);
  });

  test('judges writes of all versions by one webhook', async () => {
    await upgrade();
    await startManager();
    await expect(cluster.client.create(OldRoom, former('big', 9))).rejects.toThrow('this is a dormitory');
  });

  test('says which object it cannot convert, and why', async () => {
    await upgrade();
    await startManager();
    await cluster.client.create(Room, modern('new', 1));
    await expect(cluster.client.get(OldRoom, key('new'))).rejects.toThrow(
      'cannot convert Room "default/new" from v1 to v1alpha1: this room came after v1alpha1',
    );
    expect((await cluster.client.get(Room, key('new'))).spec.beds.single).toBe(1);
  });
});

describe('the certificate of the conversions', () => {
  test('gets into the CRD under the rights of the manifests', async () => {
    const user = 'system:serviceaccount:hotel-system:hotel';
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', name: 'hotel', kind: 'ClusterRole' };
    const subjects = [{ apiGroup: 'rbac.authorization.k8s.io' as const, kind: 'User' as const, name: user }];
    const rules = [...accessRules(operator), ...webhookConfigurationRules(operator)].map((rule) => ({ ...rule }));
    await cluster.client.create(ClusterRole, { metadata: { name: 'hotel' }, rules });
    await cluster.client.create(ClusterRoleBinding, { metadata: { name: 'hotel' }, roleRef, subjects });
    await cluster.load(operatorCrds(operator, { service: { namespace: 'hotel-system', name: 'hotel-webhook' } }));
    await startManager({
      transport: cluster.as({ name: user }),
      installWebhooks: false,
      webhookCertificates: changeableCertificates(),
    });
    const crd = await cluster.client.get(CustomResourceDefinition, { name: 'rooms.hotel.example.com' });
    expect(crd.spec.conversion?.webhook?.clientConfig).toMatchObject({
      service: { namespace: 'hotel-system', name: 'hotel-webhook', path: '/convert' },
      caBundle: expect.stringMatching(/^[A-Za-z0-9+/=]+$/),
    });
    expect(manager?.ready()).toMatchObject({ ready: true, reasons: [] });
  });

  test('leads to the process that installs it, whatever the CRD has said before', async () => {
    await cluster.load(operatorCrds(operator, { service: { namespace: 'hotel-system', name: 'hotel-webhook' } }));
    await startManager();
    await cluster.client.create(OldRoom, former('a', 2));
    expect((await cluster.client.get(Room, key('a'))).spec.beds.single).toBe(2);
  });

  test('changes under load without a request that fails', async () => {
    await upgrade();
    const certificates = changeableCertificates();
    const clock = overlapClock();
    await startManager({ webhookCertificates: certificates, webhookOverlapMs: OVERLAP_MS, clock });
    let stop = false;
    const written = [0, 0, 0];
    const failures: unknown[] = [];
    const writer = async (_: number, id: number) => {
      while (!stop) {
        const name = `r-${id}-${written[id]}`;
        await cluster.client.create(OldRoom, former(name, 2)).catch((error) => failures.push(error));
        written[id]! += 1;
      }
    };
    const eachWrites = async (times: number) => {
      const before = [...written];
      await eventually(() => written.every((count, id) => count >= before[id]! + times));
    };
    const writers = written.map(writer);
    for (let round = 0; round < 3; round++) {
      certificates.change();
      await eventually(() => clock.isOverlapping);
      // All requests under way have begun after the new authority was told.
      await eachWrites(2);
      clock.endOverlap();
      await eachWrites(3);
    }
    stop = true;
    await Promise.all(writers);
    expect(failures).toEqual([]);
    const crd = await cluster.client.get(CustomResourceDefinition, { name: 'rooms.hotel.example.com' });
    const { caBundle } = certificates.current();
    expect(crd.spec.conversion?.webhook?.clientConfig?.caBundle).toBe(Buffer.from(caBundle).toString('base64'));
  });
});

describeKubectl('with kubectl', () => {
  test('an object is applied in one version and read in the other', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'opwright-versions-'));
    await using served = await startCluster({ serve: true, kubeconfig: join(folder, 'config') });
    await served.load(operatorCrds(operator));
    await startManager({ transport: served.transport });
    const kubectl = kubectlFor(join(folder, 'config'));
    const yaml = (version: string, beds: string) =>
      `apiVersion: hotel.example.com/${version}\nkind: Room\nmetadata: { name: a }\nspec: { beds: ${beds} }\n`;
    await kubectl(['apply', '-f', '-'], { input: yaml('v1alpha1', '2') });
    expect((await kubectl(['get', 'rooms.v1.hotel.example.com', 'a', '-o', 'jsonpath={.spec}'])).stdout).toBe(
      '{"beds":{"double":0,"single":2}}',
    );
    await kubectl(['apply', '-f', '-'], { input: yaml('v1', '{ single: 1, double: 1 }') });
    expect((await kubectl(['get', 'rooms.v1alpha1.hotel.example.com', 'a', '-o', 'jsonpath={.spec}'])).stdout).toBe(
      '{"beds":2}',
    );
    expect((await kubectl(['get', 'rooms'])).stdout).toMatch(/NAME +SINGLES\na +1/);
    const refused = await kubectl(['apply', '-f', '-'], { input: yaml('v1alpha1', '9') });
    expect(refused.stderr).toContain('this is a dormitory');
    await kubectl(['wait', '--for=jsonpath={.status.ready}=true', 'room/a', '--timeout=20s']);
    await manager?.stop();
    manager = undefined;
    kubectl.dispose();
    rmSync(folder, { recursive: true });
  });
});
