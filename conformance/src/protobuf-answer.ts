import { request as httpsRequest } from 'node:https';
import { loadKubeconfig } from '@opwright/client';
import { typeOf } from '@opwright/kubernetes/data';
import { decodeProtobuf, encodeProtobuf, isProtobuf, orderFields } from '@opwright/machinery';

/** An answer as bytes. */
export interface BinaryAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly bytes: Buffer;
}

/** Sends a request and reads the whole answer as it is, which the client's transport would take for text. */
export type BinaryTransport = (
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body?: Uint8Array,
) => Promise<BinaryAnswer>;

/** To the server of a kubeconfig with client certificates, as its current user. */
export async function binaryTransport(kubeconfig: string): Promise<BinaryTransport> {
  const { contexts, clusters, users, currentContext = '' } = await loadKubeconfig(kubeconfig);
  const context = contexts.get(currentContext)?.();
  const cluster = context && clusters.get(context.cluster)?.();
  const user = context && users.get(context.user)?.();
  const inline = (pem: { readonly text: string } | object | undefined) =>
    pem !== undefined && 'text' in pem ? { pem: pem.text } : undefined;
  const ca = inline(cluster?.certificateAuthority)?.pem;
  const cert = inline(user?.clientCertificate)?.pem;
  const key = inline(user?.clientKey)?.pem;
  return (method, path, headers, body) =>
    new Promise((resolve, reject) => {
      const url = new URL(path, cluster?.server);
      const sent = httpsRequest(url, { method, headers, ca, cert, key, agent: false }, (message) => {
        const chunks: Buffer[] = [];
        message.on('data', (chunk: Buffer) => chunks.push(chunk));
        message.on('error', reject);
        message.on('end', () =>
          resolve({ status: message.statusCode ?? 0, headers: message.headers, bytes: Buffer.concat(chunks) }),
        );
      });
      sent.on('error', reject);
      sent.end(body);
    });
}

/**
 * What a protobuf answer stands for, as JSON: an object, or the events of a watch. `bytes` tells whether they are the ones that
 * the machinery writes for it, so that equal values are equal bytes.
 */
export function readProtobuf(bytes: Buffer, contentType: string): unknown {
  if (!contentType.includes('stream=watch')) return readObject(bytes);
  const events: unknown[] = [];
  for (let at = 0; at + 4 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    events.push(readEvent(bytes.subarray(at + 4, at + 4 + length)));
    at += 4 + length;
  }
  return events;
}

function readObject(bytes: Buffer): unknown {
  if (!isProtobuf(bytes)) return bytes.toString();
  const { apiVersion, kind, object } = decodeProtobuf(bytes, typeOf);
  const type = typeOf(apiVersion, kind);
  if (type === undefined) throw new Error(`no type for ${apiVersion} ${kind}`);
  const value = orderFields(type, object);
  const same = Buffer.compare(encodeProtobuf(type, value), bytes) === 0;
  return { bytes: same ? 'as written here' : bytes.toString('base64'), value };
}

/** WatchEvent: type (1), object (2) with the bytes in its field 1. */
function readEvent(frame: Buffer): unknown {
  const typeLength = frame[1] ?? 0;
  const start = frame.indexOf('k8s\0', 2 + typeLength, 'latin1');
  return { type: frame.subarray(2, 2 + typeLength).toString(), object: readObject(frame.subarray(start)) };
}
