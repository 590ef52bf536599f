import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { messageOf, send } from '../../../test/exchange.ts';
import { type Cluster, startCluster } from '../../index.ts';

let cluster: Cluster;
let token: string;

beforeAll(async () => {
  cluster = await startCluster({
    profile: 'envtest',
    serve: true,
    kubelet: {
      async exec(pod, { container, command }, { stdin, stdout, stderr, sizes }) {
        const [program] = command;
        if (program === 'cat') for await (const chunk of stdin) await stdout(chunk);
        if (program === 'throw') throw new Error('no such program');
        if (program === 'size') {
          for await (const { width, height } of sizes) {
            await stdout(`${width}x${height}`);
            break;
          }
        }
        await stdout(`${pod.metadata.name}/${container}`);
        await stderr('warning');
        return program === 'fail' ? 3 : 0;
      },
      async portForward(_pod, port, { incoming, send: answer }) {
        if (port === 81) throw new Error('refused');
        for await (const chunk of incoming) await answer(`${port}:${Buffer.from(chunk)}`);
      },
    },
  });
  const { transport } = cluster;
  await send(transport, 'POST /api/v1/nodes', { metadata: { name: 'n' } });
  await send(transport, 'POST /api/v1/namespaces/default/pods', {
    metadata: { name: 'p' },
    spec: { nodeName: 'n', containers: [{ name: 'main', image: 'i' }] },
  });
  await cluster.load([
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'admin', namespace: 'default' } },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'admin' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', name: 'admin', namespace: 'default' }],
    },
  ]);
  const answer = await send(transport, 'POST /api/v1/namespaces/default/serviceaccounts/admin/token', {});
  token = (answer.body as { status: { token: string } }).status.token;
});
afterAll(() => cluster.stop());

interface Ended {
  readonly protocol: string;
  /** What came on each channel, put together. */
  readonly channels: Readonly<Record<string, string>>;
  readonly code: number;
}

/** Speaks to a subresource of the pod over a WebSocket, as a client in a browser would. */
function speak(
  path: string,
  protocols: string[],
  {
    base64 = false,
    says = [] as (Buffer | string)[],
    until = '',
  }: { base64?: boolean; says?: (Buffer | string)[]; until?: string } = {},
): Promise<Ended> {
  const credentials = `base64url.bearer.authorization.k8s.io.${Buffer.from(token).toString('base64url')}`;
  const url = `${cluster.url?.replace('https', 'wss')}/api/v1/namespaces/default/pods/p/${path}`;
  const socket = new WebSocket(url, [...protocols, credentials], { rejectUnauthorized: false });
  const channels: Record<string, string> = {};
  return new Promise((resolve, reject) => {
    socket.on('open', () => {
      for (const message of says) socket.send(message);
    });
    socket.on('message', (data: Buffer) => {
      const [channel, body] = base64
        ? [data.toString()[0]!, Buffer.from(data.subarray(1).toString(), 'base64')]
        : [String(data[0]), data.subarray(1)];
      channels[channel] = (channels[channel] ?? '') + body.toString('latin1');
      if (until !== '' && channels[channel]?.includes(until)) socket.close(1000);
    });
    socket.on('error', reject);
    socket.on('unexpected-response', (_, response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => reject(new Error(`${response.statusCode} ${JSON.parse(text).message}`)));
    });
    socket.on('close', (code) => resolve({ protocol: socket.protocol, channels, code }));
  });
}

const exec = (command: string, more = '') => `exec?command=${command}&stdin=1&stdout=1&stderr=1${more}`;
const success = JSON.stringify({ metadata: {}, status: 'Success' });

test.each(['v5.channel.k8s.io', 'v4.channel.k8s.io'])(
  'a command runs over %s, and its end is told',
  async (protocol) => {
    expect(await speak(exec('true'), [protocol])).toEqual({
      protocol,
      channels: { 1: 'p/main', 2: 'warning', 3: success },
      code: 1000,
    });
    const { channels } = await speak(exec('fail'), [protocol]);
    expect(JSON.parse(channels[3] ?? '')).toEqual({
      metadata: {},
      status: 'Failure',
      message: 'command terminated with non-zero exit code: command terminated with exit code 3',
      reason: 'NonZeroExitCode',
      details: { causes: [{ reason: 'ExitCode', message: '3' }] },
    });
    expect(JSON.parse((await speak(exec('throw'), [protocol])).channels[3] ?? '')).toMatchObject({
      status: 'Failure',
      message: 'Internal error occurred: error executing command in container: no such program',
      reason: 'InternalError',
      code: 500,
    });
  },
);

test('with v5 a client ends its input, and the command sees it', async () => {
  const says = [Buffer.from('\0hello '), Buffer.from('\0you '), Buffer.of(255, 0)];
  const { channels } = await speak(exec('cat'), ['v5.channel.k8s.io'], { says });
  expect(channels).toEqual({ 1: 'hello you p/main', 2: 'warning', 3: success });
});

test('older clients use base64, or get the error as text', async () => {
  const old = { base64: true };
  expect(await speak(exec('fail'), ['base64.channel.k8s.io'], old)).toMatchObject({
    protocol: 'base64.channel.k8s.io',
    channels: { 1: 'p/main', 2: 'warning', 3: expect.stringMatching(/^command terminated with non-zero exit code/) },
  });
  expect((await speak(exec('true'), ['channel.k8s.io'])).channels).toEqual({ 1: 'p/main', 2: 'warning' });
});

test('a terminal has sizes, and no standard error of its own', async () => {
  const says = [Buffer.from('\x04{"Width":80,"Height":24}')];
  const { channels } = await speak(exec('size', '&tty=1'), ['v4.channel.k8s.io'], { says });
  expect(channels).toEqual({ 1: '80x24p/main', 3: success });
});

test('a client gets only the streams that it asks for', async () => {
  const { channels } = await speak('exec?command=true&stderr=1', ['v4.channel.k8s.io']);
  expect(channels).toEqual({ 2: 'warning', 3: success });
});

test('a protocol that nobody knows is refused before the upgrade, and so is a request without one', async () => {
  await expect(speak(exec('true'), ['v9.channel.k8s.io'])).rejects.toThrow(
    /^403 .*unable to negotiate protocol: client supports \[v9\.channel\.k8s\.io/,
  );
  await expect(speak('exec?command=x&container=nope', ['v4.channel.k8s.io'])).rejects.toThrow(
    '400 container nope is not valid for pod p',
  );
  const plain = await send(cluster.transport, 'GET /api/v1/namespaces/default/pods/p/exec?command=x');
  expect([plain.status, messageOf(plain)]).toEqual([400, 'Upgrade request required']);
});

test('who has no hook to answer is told so', async () => {
  await expect(speak('attach?stdin=1', ['v4.channel.k8s.io'])).rejects.toThrow(
    /^500 error dialing backend: .* the hook attach /,
  );
});

test('ports are forwarded over channels, two for each', async () => {
  const says = [Buffer.from('\0hi')];
  const { channels } = await speak('portforward?ports=80', ['v4.channel.k8s.io'], { says, until: '80:hi' });
  expect(channels).toEqual({ 0: `${String.fromCharCode(80, 0)}80:hi`, 1: String.fromCharCode(80, 0) });
  const refused = await speak('portforward?ports=81', ['v4.channel.k8s.io']);
  expect(refused.channels[1]).toMatch(/error forwarding port 81 to pod p_default, uid .*: refused$/);
});

test('a command ends with its client, and with the cluster', async () => {
  const ended: string[] = [];
  const started: string[] = [];
  const own = await startCluster({
    profile: 'envtest',
    serve: true,
    kubelet: {
      async exec(_pod, { command }, { signal }) {
        started.push(command.join());
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
        ended.push(command.join());
      },
    },
  });
  for (const [path, body] of [
    ['nodes', { metadata: { name: 'n' } }],
    [
      'namespaces/default/pods',
      { metadata: { name: 'p' }, spec: { nodeName: 'n', containers: [{ name: 'main', image: 'i' }] } },
    ],
    ['namespaces/default/serviceaccounts', { metadata: { name: 'admin' } }],
  ] as const) {
    await send(own.transport, `POST /api/v1/${path}`, body);
  }
  await own.load([
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'admin' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', name: 'admin', namespace: 'default' }],
    },
  ]);
  const answer = await send(own.transport, 'POST /api/v1/namespaces/default/serviceaccounts/admin/token', {});
  const authorization = `Bearer ${(answer.body as { status: { token: string } }).status.token}`;
  const open = (command: string) => {
    const url = `${own.url?.replace('https', 'wss')}/api/v1/namespaces/default/pods/p/exec?command=${command}&stdout=1`;
    const options = { rejectUnauthorized: false, headers: { authorization } };
    const socket = new WebSocket(url, ['v4.channel.k8s.io'], options);
    socket.on('error', () => {});
    return socket;
  };
  const leaving = open('left');
  await expect.poll(() => started).toEqual(['left']);
  leaving.terminate();
  await expect.poll(() => ended).toEqual(['left']);
  const staying = open('stopped');
  const closed = new Promise((resolve) => staying.on('close', resolve));
  await expect.poll(() => started).toEqual(['left', 'stopped']);
  await own.stop();
  await closed;
  await expect.poll(() => ended).toEqual(['left', 'stopped']);
});
