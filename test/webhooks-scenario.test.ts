import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, isInvalid } from '@opwright/client';
import { type Cluster, startCluster } from '@opwright/cluster';
import {
  MutatingWebhookConfiguration,
  ValidatingWebhookConfiguration,
} from '@opwright/kubernetes/admissionregistration';
import { Secret } from '@opwright/kubernetes/core';
import { ClusterRole, ClusterRoleBinding, Role, RoleBinding } from '@opwright/kubernetes/rbac';
import {
  accessRules,
  controller,
  createManager,
  defineOperator,
  defineResource,
  invalidValue,
  k,
  type Manager,
  type ManagerOptions,
  operatorCrds,
  operatorWebhookConfigurations,
  requiredValue,
  secretCertificates,
  webhookCertificateRules,
  webhookConfigurationRules,
  webhooks,
} from 'opwright';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { changeableCertificates, OVERLAP_MS, overlapClock } from './support/changing-certificates.ts';
import { eventually } from './support/eventually.ts';
import { describeKubectl, kubectlFor } from './support/kubectl.ts';
import { recordingLogger } from './support/recording-logger.ts';

const Room = defineResource({
  group: 'hotel.example.com',
  version: 'v1',
  kind: 'Room',
  spec: k.object({
    beds: k.integer().optional(),
    guest: k.string().optional(),
    extras: k.object({}).preserveUnknown().optional(),
  }),
  status: k.object({ ready: k.boolean().optional(), beds: k.integer().optional() }),
});

const rooms = controller(Room).reconcile(async (room, ctx) => {
  ctx.status({ ready: true, ...(room.spec.beds !== undefined && { beds: room.spec.beds }) });
});

const roomWebhooks = webhooks(Room)
  .default((room) => {
    room.spec.beds ??= 2;
  })
  .validate((room, old, ctx) => {
    const { beds = 0, guest } = room.spec;
    if (beds > 8) ctx.warn('this is a dormitory');
    return [
      ...(beds < 1 ? [invalidValue('spec.beds', beds, 'a room has a bed')] : []),
      ...(old?.spec.guest !== undefined && guest === undefined
        ? [requiredValue('spec.guest', 'guests leave by checking out')]
        : []),
    ];
  })
  .validateDelete((room) => {
    if (room.spec.guest !== undefined) throw new Error(`${room.spec.guest} is still in it`);
  });

const operator = defineOperator({ name: 'hotel', controllers: [rooms], webhooks: [roomWebhooks] });

let cluster: Cluster;
let manager: Manager | undefined;
beforeEach(async () => {
  cluster = await startCluster();
  for (const crd of operatorCrds(operator)) await cluster.load([crd]);
});
afterEach(async () => {
  await manager?.stop();
  manager = undefined;
  await cluster.stop();
});

async function startManager(options: Partial<ManagerOptions> = {}): Promise<Manager> {
  manager = createManager(operator, {
    transport: cluster.transport,
    metricsAddress: '0',
    probeAddress: '0',
    webhookAddress: '127.0.0.1:0',
    installWebhooks: true,
    logger: recordingLogger(),
    ...options,
  });
  await manager.start();
  return manager;
}

const room = (name: string, spec: object = {}) => ({ metadata: { namespace: 'default', name }, spec });
const key = (name: string) => ({ namespace: 'default', name });

describe('an operator with webhooks', () => {
  test('API server, defaulting, validation, store, controller, status', async () => {
    await startManager();
    const created = await cluster.client.create(Room, room('a'));
    expect(created.spec).toEqual({ beds: 2 });
    await eventually(async () => (await cluster.client.get(Room, key('a'))).status?.beds === 2);

    const refused = await cluster.client.create(Room, room('b', { beds: 0 })).catch((error) => error);
    expect(isInvalid(refused)).toBe(true);
    expect(refused.status).toMatchObject({
      message:
        'admission webhook "validate.v1.room.hotel.example.com" denied the request: Room.hotel.example.com "b" is invalid: spec.beds: Invalid value: 0: a room has a bed',
      details: { causes: [{ field: 'spec.beds', reason: 'FieldValueInvalid' }] },
    });

    await cluster.client.patch(Room, key('a'), { type: 'merge', patch: { spec: { guest: 'jane' } } });
    const left = { type: 'merge', patch: { spec: { guest: null } } } as const;
    await expect(cluster.client.patch(Room, key('a'), left)).rejects.toThrow('guests leave by checking out');
    await expect(cluster.client.delete(Room, key('a'))).rejects.toMatchObject({
      code: 403,
      message: 'admission webhook "validate.v1.room.hotel.example.com" denied the request: jane is still in it',
    });
  });

  test('warnings reach whoever writes', async () => {
    await startManager();
    const heard: string[] = [];
    const client = createClient(cluster.transport, { warnings: (text) => heard.push(text) });
    await client.create(Room, room('big', { beds: 9 }));
    expect(heard).toEqual(['this is a dormitory']);
  });

  test('fields that the types do not know survive the defaulting', async () => {
    await startManager();
    const extras = { deep: { list: [1, null, { a: {} }] }, big: 9007199254740991 };
    const created = await cluster.client.create(Room, room('odd', { extras }));
    expect(created.spec).toEqual({ beds: 2, extras });
  });

  test('without the operator nothing is written, unless the failure policy says otherwise', async () => {
    const started = await startManager();
    await started.stop();
    await expect(cluster.client.create(Room, room('a'))).rejects.toThrow(
      /^Internal error occurred: failed calling webhook "mutate\.v1\.room\.hotel\.example\.com": .*connection refused$/,
    );
  });

  test('counts its requests under the names of controller-runtime', async () => {
    const started = await startManager();
    await cluster.client.create(Room, room('a'));
    expect(await started.metrics()).toContain(
      'controller_runtime_webhook_requests_total{webhook="/mutate-hotel-example-com-v1-room",code="200"} 1',
    );
  });
});

describe('certificates', () => {
  test('of a process beside the cluster do not get into configurations that lead elsewhere', async () => {
    const service = { namespace: 'hotel-system', name: 'hotel-webhook' };
    await cluster.load(operatorWebhookConfigurations(operator, { service, caBundle: 'of the pods' }));
    const before = await cluster.client.get(MutatingWebhookConfiguration, { name: 'hotel' });
    await startManager({ installWebhooks: false });
    expect(await cluster.client.get(MutatingWebhookConfiguration, { name: 'hotel' })).toBe(before);
  });

  test('that change under load drop no request', async () => {
    const certificates = changeableCertificates();
    const clock = overlapClock();
    await startManager({ webhookCertificates: certificates, webhookOverlapMs: OVERLAP_MS, clock });
    let stop = false;
    const written = [0, 0, 0, 0];
    const failures: unknown[] = [];
    const writer = async (_: number, id: number) => {
      while (!stop) {
        await cluster.client.create(Room, room(`r-${id}-${written[id]}`)).catch((error) => failures.push(error));
        written[id]! += 1;
      }
    };
    const eachWrites = async (times: number) => {
      const before = [...written];
      await eventually(() => written.every((count, id) => count >= before[id]! + times));
    };
    const writers = written.map(writer);
    for (let round = 0; round < 4; round++) {
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
    const { webhooks } = await cluster.client.get(MutatingWebhookConfiguration, { name: 'hotel' });
    const { caBundle } = certificates.current();
    expect(webhooks?.[0]?.clientConfig.caBundle).toBe(Buffer.from(caBundle).toString('base64'));
  });

  test('are shared by replicas through a Secret, under the rights of the manifests', async () => {
    const user = 'system:serviceaccount:hotel-system:hotel';
    const service = { namespace: 'hotel-system', name: 'hotel-webhook' };
    const subjects = [{ apiGroup: 'rbac.authorization.k8s.io' as const, kind: 'User' as const, name: user }];
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', name: 'hotel' };
    await cluster.load([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'hotel-system' } }]);
    const everywhere = { metadata: { name: 'hotel' } };
    const here = { metadata: { name: 'hotel', namespace: 'hotel-system' } };
    const rules = [...accessRules(operator), ...webhookConfigurationRules(operator)].map(mutable);
    await cluster.client.create(ClusterRole, { ...everywhere, rules });
    await cluster.client.create(ClusterRoleBinding, {
      ...everywhere,
      roleRef: { ...roleRef, kind: 'ClusterRole' },
      subjects,
    });
    await cluster.client.create(Role, { ...here, rules: webhookCertificateRules(operator).map(mutable) });
    await cluster.client.create(RoleBinding, { ...here, roleRef: { ...roleRef, kind: 'Role' }, subjects });
    await cluster.load(operatorWebhookConfigurations(operator, { service }));

    const transport = cluster.as({ name: user });
    const certificates = () =>
      secretCertificates({
        client: createClient(transport),
        clock: cluster.clock,
        ...service,
        hosts: ['hotel-webhook.hotel-system.svc'],
      });
    const options = { transport, installWebhooks: false };
    await startManager({ ...options, webhookCertificates: certificates() });
    const secret = await cluster.client.get(Secret, service);
    expect(Object.keys(secret.data ?? {})).toEqual(['ca.crt', 'tls.crt', 'tls.key']);
    const bundles = async () => [
      ...((await cluster.client.get(MutatingWebhookConfiguration, { name: 'hotel' })).webhooks ?? []),
      ...((await cluster.client.get(ValidatingWebhookConfiguration, { name: 'hotel' })).webhooks ?? []),
    ];
    for (const { clientConfig } of await bundles()) expect(clientConfig.caBundle).toBe(secret.data?.['ca.crt']);
    expect(manager?.ready()).toEqual({ ready: true, reasons: [], degraded: [] });

    expect(await certificates().read()).toMatchObject({
      cert: Buffer.from(secret.data?.['tls.crt'] ?? '', 'base64').toString(),
    });
  });
});

function mutable<T extends { readonly verbs: readonly string[] }>(rule: T): T {
  return { ...rule };
}

describeKubectl('with kubectl', () => {
  test('apply shows the defaults, the warning and the refusal', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'opwright-webhooks-'));
    await using served = await startCluster({ serve: true, kubeconfig: join(folder, 'config') });
    await served.load(operatorCrds(operator));
    await startManager({ transport: served.transport });
    const kubectl = kubectlFor(join(folder, 'config'));
    const yaml = (name: string, spec: string) =>
      `apiVersion: hotel.example.com/v1\nkind: Room\nmetadata: { name: ${name} }\nspec: ${spec}\n`;
    await kubectl(['apply', '-f', '-'], { input: yaml('a', '{ guest: jane }') });
    expect((await kubectl(['get', 'room', 'a', '-o', 'jsonpath={.spec.beds}'])).stdout).toBe('2');
    const warned = await kubectl(['apply', '-f', '-'], { input: yaml('b', '{ beds: 9 }') });
    expect(warned.stderr).toContain('Warning: this is a dormitory');
    const refused = await kubectl(['apply', '-f', '-'], { input: yaml('c', '{ beds: 0 }') });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('spec.beds: Invalid value: 0: a room has a bed');
    expect((await kubectl(['delete', 'room', 'a'])).stderr).toContain('jane is still in it');
    await manager?.stop();
    manager = undefined;
    kubectl.dispose();
    rmSync(folder, { recursive: true });
  });
});
