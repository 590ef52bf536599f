import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { connect, createClient, createHttpTransport } from '@opwright/client';
import { Pod } from '@opwright/kubernetes/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { Foo } from '../examples/foo/foo.ts';
import { opwright, type Running, root, runNode, startNode } from './support/command.ts';
import { eventually } from './support/eventually.ts';

// Inside the workspace, so that the operators of the tests find its packages.
const cache = join(root, 'node_modules', '.cache');
let folder: string;
const started: Running[] = [];

function start(args: readonly string[]): Running {
  const running = startNode([opwright, ...args], { cwd: folder });
  started.push(running);
  return running;
}

const run = (...args: string[]) => runNode([opwright, ...args], { cwd: folder });

const kubeconfig = () => join(folder, '.opwright', 'kubeconfig');

beforeEach(() => {
  mkdirSync(cache, { recursive: true });
  folder = mkdtempSync(join(cache, 'opwright-cli-'));
  for (const name of ['foo.ts', 'operator.ts', 'samples'])
    cpSync(join(root, 'examples', 'foo', name), join(folder, name), { recursive: true });
});

afterEach(async () => {
  for (const running of started.splice(0)) {
    running.signal('SIGKILL');
    await running.ended;
  }
  rmSync(folder, { recursive: true, force: true });
});

describe('opwright dev', () => {
  test('runs the operator on a cluster, applies samples, shows what happens, and ends cleanly', async () => {
    const dev = start(['dev', '--apply', 'samples']);
    await dev.until(/export KUBECONFIG=\S+/);
    await dev.until(/Foo default\/foo-1 +created/);
    await dev.until(/Foo default\/foo-1 .*status\.happy: (false → )?true/);
    await dev.until(/Foo default\/foo-2 .*status\.happy: false/);
    dev.signal('SIGINT');
    const { code, stderr } = await dev.ended;
    expect({ code, stderr: stderr.trim() }).toEqual({ code: 0, stderr: '' });
  });

  test('runs the operator again after a change, with its new code', async () => {
    const dev = start(['dev', 'operator.ts', '--apply', 'samples']);
    await dev.until('status.happy');
    const file = join(folder, 'operator.ts');
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('is here', 'has come'));
    await dev.until('reloaded foo-operator');
    const connection = await connect({ kubeconfig: kubeconfig() });
    const client = createClient(connection.transport);
    await eventually(async () =>
      (await client.get(Foo, { namespace: 'default', name: 'foo-1' })).status?.conditions?.[0]?.message.includes(
        'has come',
      ),
    );
    await connection.transport.close();
  });

  test('keeps the cluster and says where the error is when a change does not build, and goes on when it does', async () => {
    const dev = start(['dev', '--apply', 'samples']);
    await dev.until('status.happy');
    const file = join(folder, 'operator.ts');
    const good = readFileSync(file, 'utf8');
    writeFileSync(file, `${good}\nconst = 1;`);
    await dev.until(/error: the operator does not build:\n +\S*operator\.ts:\d+:\d+: /);
    writeFileSync(file, `${good}\n`);
    await dev.until('reloaded foo-operator');
    dev.signal('SIGINT');
    expect((await dev.ended).code).toBe(0);
  });
});

describe('opwright run', () => {
  test('runs the operator against the cluster of a kubeconfig, with probes, metrics and dumps, and ends cleanly', async () => {
    const cluster = start(['cluster']);
    await cluster.until(/export KUBECONFIG=\S+/);
    const operator = start([
      'run',
      '--install-crds',
      '--kubeconfig',
      kubeconfig(),
      '--metrics-bind-address',
      '127.0.0.1:0',
      '--health-probe-bind-address',
      '127.0.0.1:0',
    ]);
    // How long it takes to load the operator is not what is tested.
    await operator.until('Starting workers');
    const connection = await connect({ kubeconfig: kubeconfig() });
    const client = createClient(connection.transport);
    const key = { namespace: 'default', name: 'foo-1' };
    await client.create(Foo, { metadata: key, spec: { name: 'jack' } });
    await client.create(Pod, {
      metadata: { namespace: 'default', name: 'jack' },
      spec: { containers: [{ name: 'main', image: 'ubuntu' }] },
    });
    await eventually(async () => (await client.get(Foo, key)).status?.happy);
    await connection.transport.close();
    operator.signal('SIGUSR2');
    await operator.until(/"dump":\{"ready":\{"ready":true.*"msg":"Dump"/);
    operator.signal('SIGTERM');
    const ended = await operator.ended;
    expect(ended.code).toBe(0);
  });

  test('says how to mend it when the CRD is missing', async () => {
    const cluster = start(['cluster']);
    await cluster.until(/export KUBECONFIG=\S+/);
    const operator = start([
      'run',
      '--kubeconfig',
      kubeconfig(),
      '--metrics-bind-address',
      '0',
      '--health-probe-bind-address',
      '0',
    ]);
    await operator.until(/foos\.tutorial\.my\.domain.*(CRD|CustomResourceDefinition)/i);
  });

  test('says which cluster cannot be reached, without a stack', async () => {
    const free = await new Promise<number>((resolve) => {
      const server = createServer().listen(0, '127.0.0.1', () => {
        const { port } = server.address() as { port: number };
        server.close(() => resolve(port));
      });
    });
    writeFileSync(
      join(folder, 'nowhere'),
      `apiVersion: v1\nkind: Config\ncurrent-context: a\ncontexts: [{ name: a, context: { cluster: a, user: a } }]\nusers: [{ name: a, user: {} }]\nclusters: [{ name: a, cluster: { server: "http://127.0.0.1:${free}" } }]\n`,
    );
    const { code, stderr } = await run('run', '--install-crds', '--kubeconfig', 'nowhere');
    expect(code).toBe(1);
    expect(stderr).toContain(`127.0.0.1:${free}`);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

describe('opwright manifests', () => {
  test('prints CRD, RBAC and Deployment as YAML documents', async () => {
    const { code, stdout } = await run('manifests', '--image', 'example.com/foo:1');
    expect(code).toBe(0);
    const manifests = parseAllDocuments(stdout).map((document) => document.toJS());
    expect(manifests.map(({ kind }) => kind)).toEqual([
      'CustomResourceDefinition',
      'Namespace',
      'ServiceAccount',
      'ClusterRole',
      'ClusterRoleBinding',
      // What the users of the resource may do: admin, edit, view.
      'ClusterRole',
      'ClusterRole',
      'ClusterRole',
      'Deployment',
    ]);
    expect(manifests.at(-1).spec.template.spec.containers[0].image).toBe('example.com/foo:1');
  });

  test('prints the same twice', async () => {
    expect((await run('manifests')).stdout).toBe((await run('manifests')).stdout);
  });

  test('what it prints can be applied', async () => {
    const cluster = start(['cluster']);
    await cluster.until(/export KUBECONFIG=\S+/);
    const { stdout } = await run('manifests');
    writeFileSync(join(folder, 'manifests.yaml'), stdout);
    const applied = start(['cluster', '--apply', 'manifests.yaml', '--kubeconfig', 'other']);
    await applied.until(/export KUBECONFIG=\S+/);
  });
});

describe('opwright cluster', () => {
  test('starts a cluster and removes nothing but itself', async () => {
    const cluster = start(['cluster', '--profile', 'envtest']);
    const [, url = ''] = await cluster.until(/server at (https:\S+)/);
    expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect(existsSync(kubeconfig())).toBe(true);
    cluster.signal('SIGINT');
    expect((await cluster.ended).code).toBe(0);
  });

  test('says which port is in use', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const { code, stderr } = await run('cluster', '--port', String(port));
    server.close();
    expect(code).toBe(1);
    expect(stderr).toContain(String(port));
    expect(stderr).toContain('choose another');
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

describe('opwright envtest', () => {
  test("links the PATH's kubectl beside them, which fabric8's kube-api-test asks for", async () => {
    const assets = join(folder, 'assets');
    const tools = join(folder, 'tools');
    mkdirSync(tools);
    writeFileSync(join(tools, 'kubectl'), '#!/bin/sh\n', { mode: 0o755 });
    // Filled again with the folder itself on the PATH, it does not link to itself.
    for (const PATH of [tools, `${assets}${delimiter}${tools}`]) {
      await runNode([opwright, 'envtest', '--dir', assets], { env: { PATH } });
      expect(readlinkSync(join(assets, 'kubectl'))).toBe(join(tools, 'kubectl'));
    }
  });

  test('lets each request wait when it is told to', async () => {
    await run('envtest', '--dir', 'slow', '--delay', '250ms');
    const running = startNode([join(folder, 'slow', 'kube-apiserver'), '--secure-port=0']);
    started.push(running);
    const [, server = ''] = await running.until(/kube-apiserver at (\S+)/);
    const transport = createHttpTransport({ server, insecureSkipTlsVerify: true });
    const begun = performance.now();
    await (await transport.request({ method: 'GET', path: '/version' })).text();
    expect(performance.now() - begun).toBeGreaterThan(240);
    await transport.close();
    expect((await run('envtest', '--dir', 'slow', '--delay', 'soon')).stderr).toContain(
      "'--delay <time>' argument 'soon' is invalid",
    );
  });

  test('fills a folder with programs that answer as envtest expects of kube-apiserver and etcd', async () => {
    const { code, stdout } = await run('envtest', '--dir', 'assets');
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${join(folder, 'assets')}\n` });
    for (const [name, flags, path, body] of [
      [
        'kube-apiserver',
        ['--secure-port=0', '--etcd-servers=http://127.0.0.1:1', '--authorization-mode=RBAC'],
        '/readyz',
        'ok',
      ],
      ['etcd', ['--listen-client-urls=http://127.0.0.1:0', '--unsafe-no-fsync'], '/health', '"health":"true"'],
    ] as const) {
      const program = join(folder, 'assets', name);
      expect((await runNode([program, '--help'])).stdout).toMatch(/^ +--\S+ string$/m);
      const running = startNode([program, ...flags]);
      started.push(running);
      const [, server = ''] = await running.until(new RegExp(`${name} at (\\S+)`));
      const transport = createHttpTransport({ server, insecureSkipTlsVerify: true });
      expect(await (await transport.request({ method: 'GET', path })).text()).toContain(body);
      await transport.close();
      running.signal('SIGTERM');
      expect((await running.ended).code).toBe(0);
    }
  });
});

describe('opwright', () => {
  test('ends quietly when its reader has seen enough', async () => {
    const { stdout, stderr } = await new Promise<{ stdout: string; stderr: string }>((resolve) => {
      const command = `"${process.execPath}" "${opwright}" manifests | head -n 1`;
      execFile('bash', ['-c', command], { cwd: folder }, (_error, out, err) => resolve({ stdout: out, stderr: err }));
    });
    expect({ stdout, stderr }).toEqual({ stdout: 'apiVersion: apiextensions.k8s.io/v1\n', stderr: '' });
  });

  test('explains itself', async () => {
    const { code, stdout } = await run('--help');
    expect(code).toBe(0);
    for (const command of ['dev', 'run', 'manifests', 'cluster'])
      expect(stdout).toMatch(new RegExp(`^ +${command} `, 'm'));
  });

  test.each([
    [['deploy'], 2, "unknown command 'deploy'"],
    [['cluster', '--port', 'many'], 2, 'It must be a number from 0 to 65535'],
    [['manifests', 'nowhere.ts'], 1, 'nowhere.ts: no such file'],
    [['manifests', 'samples'], 1, 'no operator in samples'],
    [['manifests', 'foo.ts'], 1, 'foo.ts does not export an operator'],
  ])('refuses %j with exit code %i and a remedy', async (args, expected, message) => {
    const { code, stderr } = await run(...args);
    expect({ code, stderr }).toEqual({ code: expected, stderr: expect.stringContaining(message) });
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test('tells where a broken operator breaks', async () => {
    writeFileSync(join(folder, 'syntax.ts'), 'export default {;\n');
    expect((await run('manifests', 'syntax.ts')).stderr).toMatch(
      /error: the operator does not build:\n +\S*syntax\.ts:1:\d+: /,
    );
    writeFileSync(join(folder, 'throws.ts'), "\n\nthrow new Error('not today');\n");
    expect((await run('manifests', 'throws.ts')).stderr).toMatch(
      /error: throws\.ts could not be loaded: not today\n.*throws\.ts:3/,
    );
    writeFileSync(
      join(folder, 'resource.ts'),
      "import { defineResource, k } from 'opwright';\nexport default defineResource({ group: 'a.io', version: 'v1', kind: 'A', spec: k.object({ a: k.string() }), columns: { B: '.spec.b' } });\n",
    );
    const { stderr } = await run('manifests', 'resource.ts');
    expect(stderr).toContain('.spec.b');
    expect(stderr).not.toContain('node_modules');
  });
});
