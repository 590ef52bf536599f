import { encodeJson, internalError, type JsonObject } from '@opwright/machinery';
import { bool, text, texts } from '../../kinds/tree.ts';
import { byteQueue } from '../../streams/byte-queue.ts';
import { openChannels } from '../../streams/channels.ts';
import type { Connection, Stream } from '../../streams/connection.ts';
import { spdyStreams } from '../../streams/spdy/session.ts';
import type { Call, Result } from '../context.ts';
import type { ExitCode, TerminalStreams } from './kubelet.ts';
import { missingHook } from './missing.ts';
import { containerOf, podOf, requireNode } from './pod.ts';
import { chosenProtocol, requestedUpgrade, upgraded } from './upgrade.ts';

/** exec: runs a command in a container. */
export async function podExec(call: Call, options: JsonObject): Promise<Result> {
  const { exec } = call.server.kubelet;
  return remoteCommand(
    call,
    options,
    exec === undefined ? undefined : (pod, options, streams) => exec(pod, options, streams),
  );
}

/** attach: connects to the process of a container. */
export async function podAttach(call: Call, options: JsonObject): Promise<Result> {
  const { attach } = call.server.kubelet;
  return remoteCommand(
    call,
    options,
    attach === undefined ? undefined : (pod, { container, tty }, streams) => attach(pod, { container, tty }, streams),
  );
}

type Run = NonNullable<Call['server']['kubelet']['exec']>;

/** Which of the streams a client asks for. */
interface Wanted {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/** The streams of a command, however they are carried. */
type Carried = Partial<Record<'stdin' | 'stdout' | 'stderr' | 'resize', Stream>> & { readonly error: Stream };

const V5 = 'v5.channel.k8s.io';
const WEBSOCKET_PROTOCOLS = [
  V5,
  'v4.channel.k8s.io',
  'v4.base64.channel.k8s.io',
  'base64.v4.channel.k8s.io',
  'channel.k8s.io',
  'base64.channel.k8s.io',
];
const SPDY_PROTOCOLS = ['v4.channel.k8s.io', 'v3.channel.k8s.io', 'v2.channel.k8s.io', 'channel.k8s.io'];

function remoteCommand(call: Call, asked: JsonObject, run: Run | undefined): Result {
  const { info, request } = call;
  const pod = podOf(call);
  const container = containerOf(pod, text(asked, 'container'));
  requireNode(call, pod);
  const { to, protocols } = requestedUpgrade(request);
  if (run === undefined) throw missingHook(info.subresource === 'exec' ? 'exec' : 'attach');
  const tty = bool(asked, 'tty');
  const wanted: Wanted = {
    stdin: bool(asked, 'stdin'),
    stdout: bool(asked, 'stdout'),
    stderr: bool(asked, 'stderr') && !tty,
    tty,
  };
  const options = { container, tty, command: texts(asked, 'command') };
  const serve = async (connection: Connection, streams: Carried, statusIsJson: boolean) => {
    const status = await outcome(() => run(pod, options, terminal(connection, streams)));
    const told = statusIsJson ? encodeJson(status) : 'message' in status ? (status.message ?? '') : '';
    if (told !== '') await streams.error.send(told);
    for (const stream of Object.values(streams)) await stream?.end();
  };

  if (to === 'websocket') {
    const subprotocol = protocols.includes(V5) ? V5 : chosenProtocol(protocols, WEBSOCKET_PROTOCOLS);
    const isV5 = subprotocol === V5;
    return upgraded({
      to,
      subprotocol,
      serve: async (connection) => {
        const streams = overChannels(connection, wanted, subprotocol);
        // An empty message says that we are here.
        await (streams.stdout ?? streams.stderr ?? streams.error).send('');
        await serve(connection, streams, isV5 || subprotocol.includes('v4'));
      },
    });
  }
  const protocol = chosenProtocol(protocols, SPDY_PROTOCOLS);
  return upgraded(
    {
      to,
      serve: async (connection) => {
        const streams = await overSpdy(connection, wanted, protocol);
        if (streams !== undefined) await serve(connection, streams, protocol === 'v4.channel.k8s.io');
      },
    },
    protocol,
  );
}

function overChannels(connection: Connection, wanted: Wanted, subprotocol: string): Carried {
  const [stdin, stdout, stderr, error, resize] = openChannels(connection, {
    count: 5,
    base64: subprotocol.includes('base64'),
    closeSignal: subprotocol === V5,
  });
  return {
    ...(wanted.stdin && stdin && { stdin }),
    ...(wanted.stdout && stdout && { stdout }),
    ...(wanted.stderr && stderr && { stderr }),
    error: error!,
    ...(resize && { resize }),
  };
}

/** Waits until the client has opened the streams that it asks for; undefined when it goes before. */
async function overSpdy(connection: Connection, wanted: Wanted, protocol: string): Promise<Carried | undefined> {
  // Terminals have had sizes since the third version.
  const hasSizes = wanted.tty && /^v[34]/.test(protocol);
  const names = [
    'error',
    ...(['stdin', 'stdout', 'stderr'] as const).filter((name) => wanted[name]),
    ...(hasSizes ? ['resize'] : []),
  ];
  const found: Record<string, Stream> = {};
  const opened = spdyStreams(connection);
  for (let missing = names.length; missing > 0; missing--) {
    const item = await opened.next();
    if (item.done) return undefined;
    found[item.value.headers.streamtype?.[0] ?? ''] = item.value;
  }
  // What arrives on the streams has to be handed out. Nobody needs further ones.
  void (async () => {
    for await (const more of opened) await more.reset();
  })().catch(() => connection.close());
  return found.error === undefined ? undefined : ({ ...found, error: found.error } as Carried);
}

function terminal({ signal }: Connection, { stdin, stdout, stderr, resize }: Carried): TerminalStreams {
  const nothing = byteQueue();
  nothing.end();
  return {
    stdin: stdin?.incoming ?? nothing,
    stdout: (data) => stdout?.send(data) ?? Promise.resolve(),
    stderr: (data) => stderr?.send(data) ?? Promise.resolve(),
    sizes: sizesFrom(resize?.incoming ?? nothing),
    signal,
  };
}

async function* sizesFrom(messages: AsyncIterable<Uint8Array>) {
  for await (const message of messages) {
    for (const line of Buffer.from(message).toString().split('\n')) {
      if (line.trim() === '') continue;
      const { Width: width = 0, Height: height = 0 } = JSON.parse(line) as { Width?: number; Height?: number };
      yield { width, height };
    }
  }
}

/** The Status that tells how a command ended, as kubelets write it. */
async function outcome(run: () => ExitCode | Promise<ExitCode>) {
  let code: number;
  try {
    code = (await run()) ?? 0;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const {
      kind: _kind,
      apiVersion: _version,
      ...status
    } = internalError(`error executing command in container: ${why}`);
    return status;
  }
  if (code === 0) return { metadata: {}, status: 'Success' } as const;
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: command terminated with exit code ${code}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
  } as const;
}
