import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Cluster, startCluster } from '@opwright/cluster';
import { Lease } from '@opwright/kubernetes/coordination';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { opwright, type Running, root, runNode, startNode } from './support/command.ts';
import { eventually } from './support/eventually.ts';

let folder: string;
let cluster: Cluster;
const started: Running[] = [];

beforeEach(async () => {
  const cache = join(root, 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  folder = mkdtempSync(join(cache, 'opwright-replicas-'));
  cluster = await startCluster({ profile: 'envtest', serve: true, kubeconfig: join(folder, 'kubeconfig') });
});

afterEach(async () => {
  for (const running of started.splice(0)) {
    running.signal('SIGKILL');
    await running.ended;
  }
  await cluster.stop();
  rmSync(folder, { recursive: true, force: true });
});

const off = ['--metrics-bind-address', '0', '--health-probe-bind-address', '0'];
const command = (...args: string[]) => [
  opwright,
  'run',
  join('examples', 'foo', 'operator.ts'),
  '--install-crds',
  '--kubeconfig',
  join(folder, 'kubeconfig'),
  ...off,
  ...args,
];

function replica(how: '--leader-elect' | '--shard'): Running {
  const running = startNode(command(`${how}-resource-namespace`, 'default'));
  started.push(running);
  return running;
}

const key = { namespace: 'default', name: 'foo-operator' };

test('of two processes one works; the other takes over when it is stopped, and exits with 1 when it has lost the lease', async () => {
  const first = replica('--leader-elect');
  await first.until('Starting workers');
  const second = replica('--leader-elect');
  await second.until('New leader elected');
  first.signal('SIGINT');
  expect((await first.ended).code).toBe(0);
  await second.until('Starting workers');
  expect(second.output().indexOf('New leader elected')).toBeLessThan(second.output().indexOf('Starting workers'));

  // As the next leader would, for whom this process has been silent for too long.
  await eventually(async () => {
    const lease = await cluster.client.get(Lease, key);
    await cluster.client.update(Lease, { ...lease, spec: { ...lease.spec, holderIdentity: 'somebody' } });
    return true;
  });
  const { code, stderr } = await second.ended;
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringContaining('error: leader election lost: the lease is held by somebody\n'),
  });
  expect((await cluster.client.get(Lease, key)).spec.holderIdentity).toBe('somebody');
}, 60_000);

test('the times of an election are options, and checked', async () => {
  const wrong = await runNode(command('--leader-elect-renew-deadline', 'soon'));
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('as in 500ms, 30s or 1m30s') });
  const { code, stderr } = await runNode(
    command('--leader-elect-resource-namespace', 'default', '--leader-elect-lease-duration', '9s'),
  );
  expect(code).toBe(1);
  expect(stderr).toContain('leaderElection.leaseDurationMs (9000) must be more than renewDeadlineMs (10000)');
});

test('outside of a pod the namespace of the lease must be given', async () => {
  const { code, stderr } = await runNode(command('--leader-elect'));
  expect(code).toBe(1);
  expect(stderr).toContain('--leader-elect-resource-namespace');
  expect(stderr).not.toMatch(/^\s+at /m);
});

const members = async () => {
  const { items } = await cluster.client.list(Lease, { namespace: 'default' });
  const roster = items.find(({ metadata }) => metadata.name === 'foo-operator-members');
  return roster?.metadata.annotations?.['opwright.dev/members']?.split(',') ?? [];
};

test('processes share the work; one that stops leaves, and one whose Lease was deleted exits with 1', async () => {
  const first = replica('--shard');
  await first.until('Keys are taken');
  const second = replica('--shard');
  await second.until('Keys are taken');
  await eventually(async () => (await members()).length === 2, 20_000);
  first.signal('SIGINT');
  expect((await first.ended).code).toBe(0);
  await eventually(async () => (await members()).length === 1, 20_000);

  // As the others do with a member that has been silent for too long.
  const [name = ''] = await members();
  await cluster.client.delete(Lease, { namespace: 'default', name });
  const { code, stderr } = await second.ended;
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('error: membership lost: its Lease') });
}, 60_000);
