import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ClientOptions, WebSocket } from 'ws';
import { send } from '../../test/exchange.ts';
import { type Cluster, startCluster } from '../index.ts';
import { PROTOCOL_TOKEN } from './authenticate.ts';

let cluster: Cluster;
let token: string;

beforeAll(async () => {
  cluster = await startCluster({ profile: 'envtest', serve: true });
  await cluster.load([
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'reader', namespace: 'default' } },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'reader' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', name: 'reader', namespace: 'default' }],
    },
  ]);
  const answer = await send(cluster.transport, 'POST /api/v1/namespaces/default/serviceaccounts/reader/token', {});
  token = (answer.body as { status: { token: string } }).status.token;
});
afterAll(() => cluster.stop());

const MAPS = '/api/v1/namespaces/default/configmaps';
const ONE_SECOND = `${MAPS}?watch=true&timeoutSeconds=1`;

interface Opened {
  readonly socket: WebSocket;
  /** Of text as text. */
  readonly messages: (string | Buffer)[];
  /** The status of a refusal, or the code that the socket was closed with. */
  readonly ended: Promise<number>;
}

/** Asks for a watch as fabric8's client and pages do. */
function open(path: string, protocols: string[] = [], { headers, ...options }: ClientOptions = {}): Opened {
  const messages: (string | Buffer)[] = [];
  const socket = new WebSocket(`${cluster.url?.replace('https', 'wss')}${path}`, protocols, {
    origin: 'https://console.example.com',
    rejectUnauthorized: false,
    headers: { authorization: `Bearer ${token}`, ...headers },
    ...options,
  });
  socket.on('message', (data: Buffer, isBinary) => messages.push(isBinary ? data : data.toString()));
  const ended = new Promise<number>((resolve) => {
    socket.on('unexpected-response', (_, { statusCode }) => resolve(statusCode ?? 0));
    socket.on('error', () => {});
    socket.on('close', resolve);
  });
  return { socket, messages, ended };
}

test('a watch over a WebSocket sends each event as a message, and closes when its time is over', async () => {
  await send(cluster.transport, `POST ${MAPS}`, { metadata: { name: 'first' } });
  const { socket, messages, ended } = open(`${MAPS}?watch=true&timeoutSeconds=1&fieldSelector=metadata.name%3Dfirst`);
  await expect.poll(() => messages.length).toBe(1);
  await send(cluster.transport, `DELETE ${MAPS}/first`);
  await expect.poll(() => messages.length).toBe(2);
  expect(messages.map((text) => JSON.parse(String(text)))).toMatchObject([
    { type: 'ADDED', object: { metadata: { name: 'first' } } },
    { type: 'DELETED', object: { metadata: { name: 'first' } } },
  ]);
  expect(messages[0]).toMatch(/\}\n$/);
  expect(socket.protocol).toBe('');
  expect(await ended).toBe(1000);
});

test('events in protobuf are messages of bytes, without their length in front', async () => {
  await send(cluster.transport, `POST ${MAPS}`, { metadata: { name: 'bytes' } });
  const headers = { accept: 'application/vnd.kubernetes.protobuf' };
  const { socket, messages, ended } = open(`${ONE_SECOND}&fieldSelector=metadata.name%3Dbytes`, [], { headers });
  await expect.poll(() => messages.length).toBe(1);
  expect(messages[0]).toBeInstanceOf(Buffer);
  expect((messages[0] as Buffer).subarray(0, 8).toString('latin1')).toBe('\x0a\x05ADDED\x12');
  socket.close();
  await ended;
});

test('a page shows its token as a protocol, and gets the other one', async () => {
  const protocols = ['watch', `${PROTOCOL_TOKEN}${Buffer.from(token).toString('base64url')}`];
  const { socket, ended } = open(ONE_SECOND, protocols, { headers: { authorization: '' } });
  expect(await ended).toBe(1000);
  expect(socket.protocol).toBe('watch');
});

test('who names no origin, or several protocols, is refused, and what cannot be watched is answered plainly', async () => {
  expect(await open(ONE_SECOND, [], { origin: '' }).ended).toBe(403);
  expect(await open(ONE_SECOND, [], { origin: 'null' }).ended).toBe(403);
  expect(await open(ONE_SECOND, ['a', 'b']).ended).toBe(400);
  expect(await open('/api/v1/nowhere?watch=true').ended).toBe(404);
  expect(await open(MAPS).ended).toBe(200);
});
