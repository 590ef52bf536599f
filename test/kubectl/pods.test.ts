import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cluster, startCluster } from '@opwright/cluster';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeKubectl, type Kubectl, kubectlFor } from '../support/kubectl.ts';

let folder: string;
let cluster: Cluster;
let kubectl: Kubectl;
let writeLine: (line: string) => void;

const run = (args: string, input?: string, env?: Record<string, string>) =>
  kubectl(args.split(' '), { ...(input !== undefined && { input }), ...(env && { env }) });

/** Sends a text over TCP and returns what came back until the text `until`, or the end. */
function overTcp(port: number, text: string, until: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let received = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      received += chunk;
      if (received.includes(until)) socket.end();
    });
    socket.on('close', () => resolve(received));
    socket.on('error', reject);
    socket.write(text);
  });
}

describeKubectl('kubectl reaches into pods', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'opwright-test-'));
    cluster = await startCluster({
      serve: true,
      kubeconfig: join(folder, 'kubeconfig'),
      kubelet: {
        logs: (pod, { container, signal }) => ({
          lines: ['first', 'second'].map((text) => `${pod.metadata.name}/${container} ${text}`),
          next: (async function* () {
            while (!signal.aborted) {
              yield await new Promise<string>((resolve) => {
                writeLine = resolve;
              });
            }
          })(),
        }),
        async exec(_pod, { command }, { stdin, stdout, stderr }) {
          const [program = '', ...args] = command;
          if (program === 'cat') for await (const chunk of stdin) await stdout(chunk);
          else if (program === 'echo') await stdout(`${args.join(' ')}\n`);
          else if (program === 'false') await stderr('nothing is true\n');
          else throw new Error(`${program}: no such file or directory`);
          return program === 'false' ? 1 : 0;
        },
        async attach(_pod, _options, { stdin, stdout }) {
          for await (const chunk of stdin) await stdout(`you said ${Buffer.from(chunk)}`);
        },
        async portForward(_pod, port, { incoming, send }) {
          for await (const chunk of incoming) await send(`${port} heard ${Buffer.from(chunk)}.`);
        },
        proxy: async (_target, request) => new Response(`proxied ${new URL(request.url).pathname}`),
      },
    });
    await cluster.load(
      ['one', 'two'].map((name) => ({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace: 'default' },
        spec: { containers: ['main', ...(name === 'two' ? ['side'] : [])].map((c) => ({ name: c, image: 'i' })) },
      })),
    );
    kubectl = kubectlFor(join(folder, 'kubeconfig'));
    await run('wait --for=condition=Ready pod --all --timeout=10s');
  });
  afterAll(async () => {
    kubectl?.dispose();
    await cluster?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('logs prints what a container has logged, and asks which one', async () => {
    expect(await run('logs one')).toMatchObject({ code: 0, stdout: 'one/main first\none/main second\n' });
    expect(await run('logs one --tail=1')).toMatchObject({ stdout: 'one/main second\n' });
    expect((await run('logs one --timestamps --tail=1')).stdout).toMatch(
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z one\/main second\n$/,
    );
    expect(await run('logs two -c side --tail=1')).toMatchObject({ stdout: 'two/side second\n' });
    expect((await run('logs two -c nope')).stderr).toContain('container nope is not valid for pod two');
    expect((await run('logs one --previous')).stderr).toContain(
      'previous terminated container "main" in pod "one" not found',
    );
  });

  test('logs -f follows until the pod is gone', async () => {
    await run('run brief --image=i');
    await run('wait --for=condition=Ready pod/brief --timeout=10s');
    const following = kubectl.start(['logs', '-f', 'brief']);
    await following.until('brief/brief second');
    writeLine('and then');
    await following.until('and then');
    await run('delete pod brief --now');
    await following.ended;
    await following.stop();
  });

  for (const [how, env] of [
    ['a WebSocket', {}],
    ['SPDY', { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: 'false' }],
  ] as const) {
    test(`exec runs commands over ${how}, with input, output and exit code`, async () => {
      expect(await run('exec one -- echo hello you', undefined, env)).toMatchObject({ code: 0, stdout: 'hello you\n' });
      const big = 'x'.repeat(1_000_000);
      expect((await run('exec -i one -- cat', big, env)).stdout).toBe(big);
      const failed = await run('exec one -- false', undefined, env);
      expect(failed.code).toBe(1);
      expect(failed.stderr).toBe('nothing is true\ncommand terminated with exit code 1\n');
      expect((await run('exec one -- nope', undefined, env)).stderr).toContain('nope: no such file or directory');
    });

    test(`attach talks to a container over ${how}`, async () => {
      expect((await run('attach -i one', 'hello', env)).stdout).toBe('you said hello');
    });
  }

  for (const [how, env] of [
    ['a WebSocket', {}],
    ['SPDY', { KUBECTL_PORT_FORWARD_WEBSOCKETS: 'false' }],
  ] as const) {
    test(`port-forward connects to ports of a pod over ${how}, several times`, async () => {
      const forward = kubectl.start(['port-forward', 'one', ':8080'], { env });
      await forward.until(/Forwarding from 127\.0\.0\.1:\d+ -> 8080/);
      const port = Number(/127\.0\.0\.1:(\d+)/.exec(forward.output())?.[1]);
      const answers = ['a', 'b', 'c'].map((text) => overTcp(port, text, '.'));
      expect(await Promise.all(answers)).toEqual(['8080 heard a.', '8080 heard b.', '8080 heard c.']);
      await forward.stop();
    });
  }

  test('get --raw reaches the proxy of a pod', async () => {
    const path = '/api/v1/namespaces/default/pods/one:8080/proxy/metrics';
    expect((await run(`get --raw ${path}`)).stdout).toBe('proxied /metrics');
  });
});

describeKubectl('kubectl reaches into pods that nobody has given anything to say', () => {
  test('they say that they are simulated, and what to do', async () => {
    const home = mkdtempSync(join(tmpdir(), 'opwright-test-'));
    const kubeconfig = join(home, 'kubeconfig');
    await using plain = await startCluster({ serve: true, kubeconfig });
    const spec = { containers: [{ name: 'main', image: 'i' }] };
    await plain.load([{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'default' }, spec }]);
    const own = kubectlFor(kubeconfig);
    await own(['wait', '--for=condition=Ready', 'pod/p', '--timeout=10s']);
    expect((await own(['logs', 'p'])).stdout).toMatch(
      /^This container is simulated: .* the hook logs in the option kubelet/,
    );
    expect((await own(['exec', 'p', '--', 'ls'])).stderr).toMatch(
      /are simulated.* the hook exec in the option kubelet/,
    );
    own.dispose();
    rmSync(home, { recursive: true, force: true });
  });
});
