import type { Pod } from '@opwright/kubernetes/core';
import type { JsonObject } from '@opwright/machinery';
import { openChannels } from '../../streams/channels.ts';
import type { Connection, Stream } from '../../streams/connection.ts';
import { type SpdyStream, spdyStreams } from '../../streams/spdy/session.ts';
import type { Call, Result } from '../context.ts';
import { badRequest } from '../errors.ts';
import type { KubeletHooks } from './kubelet.ts';
import { missingHook } from './missing.ts';
import { podOf, requireNode } from './pod.ts';
import { chosenProtocol, requestedUpgrade, upgraded } from './upgrade.ts';

const PROTOCOL = 'portforward.k8s.io';
/** SPDY in the messages of a WebSocket: what kubectl speaks. */
const TUNNEL = `SPDY/3.1+${PROTOCOL}`;
const CHANNEL_PROTOCOLS = ['v4.channel.k8s.io', 'v4.base64.channel.k8s.io', 'base64.v4.channel.k8s.io'];

type Forward = NonNullable<KubeletHooks['portForward']>;

/** portforward: connections to ports of a pod. */
export async function podPortForward(call: Call, options: JsonObject): Promise<Result> {
  const { request, server } = call;
  const ports = (options.ports ?? []) as readonly number[];
  const pod = podOf(call);
  requireNode(call, pod);
  const { to, protocols } = requestedUpgrade(request);
  const { portForward } = server.kubelet;
  if (portForward === undefined) throw missingHook('portForward');

  if (to === 'SPDY/3.1') {
    const protocol = chosenProtocol(protocols, [PROTOCOL]);
    return upgraded({ to, serve: (connection) => forwardStreams(connection, pod, portForward) }, protocol);
  }
  if (protocols.includes(TUNNEL)) {
    return upgraded({
      to,
      subprotocol: TUNNEL,
      serve: (connection) => forwardStreams(connection, pod, portForward),
    });
  }
  const subprotocol = chosenProtocol(protocols, CHANNEL_PROTOCOLS);
  if (ports.length === 0) throw badRequest('query parameter "ports" is required');
  return upgraded({
    to,
    subprotocol,
    serve: (connection) => forwardChannels(connection, pod, ports, subprotocol.includes('base64'), portForward),
  });
}

/** Each connection is a pair of streams that the client opens: one for data, one for what goes wrong. */
async function forwardStreams(connection: Connection, pod: Pod, forward: Forward): Promise<void> {
  const waiting = new Map<string, SpdyStream>();
  for await (const stream of spdyStreams(connection)) {
    const { port: [port = ''] = [], streamtype: [type = ''] = [], requestid: [given] = [] } = stream.headers;
    // Older clients number their connections by the streams: the one for errors comes first.
    const id = given ?? String(type === 'data' ? stream.id - 2 : stream.id);
    if (!/^[1-9]\d{0,4}$/.test(port) || (type !== 'data' && type !== 'error')) {
      await stream.reset();
      continue;
    }
    const other = waiting.get(id);
    if (other === undefined) {
      waiting.set(id, stream);
      continue;
    }
    waiting.delete(id);
    const [data, error] = type === 'data' ? [stream, other] : [other, stream];
    void forwardOne(connection, pod, Number(port), data, error, forward).then(async (failed) => {
      if (!failed) return;
      await data.reset();
      await error.reset();
    });
  }
}

/** The connections are known from the beginning: two channels for each port, which begin with its number. */
async function forwardChannels(
  connection: Connection,
  pod: Pod,
  ports: readonly number[],
  base64: boolean,
  forward: Forward,
): Promise<void> {
  const channels = openChannels(connection, { count: 2 * ports.length, base64 });
  await Promise.all(
    ports.map(async (port, index) => {
      const [data, error] = [channels[2 * index]!, channels[2 * index + 1]!];
      const number = Buffer.alloc(2);
      number.writeUInt16LE(port);
      await data.send(number);
      await error.send(number);
      await forwardOne(connection, pod, port, data, error, forward);
    }),
  );
}

/** Whether it failed. */
async function forwardOne(
  { signal }: Connection,
  pod: Pod,
  port: number,
  data: Stream,
  error: Stream,
  forward: Forward,
): Promise<boolean> {
  let failure: string | undefined;
  try {
    await forward(pod, port, { incoming: data.incoming, send: (bytes) => data.send(bytes), signal });
  } catch (cause) {
    failure = cause instanceof Error ? cause.message : String(cause);
    const { name, namespace, uid } = pod.metadata;
    await error.send(`error forwarding port ${port} to pod ${name}_${namespace}, uid ${uid}: ${failure}`);
  }
  await data.end();
  await error.end();
  return failure !== undefined;
}
