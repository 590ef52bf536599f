import { posix } from 'node:path';
import type { Endpoints, Pod, Service } from '@opwright/kubernetes/core';
import { encodeJson, type JsonObject } from '@opwright/machinery';
import { text } from '../../kinds/tree.ts';
import { type StoredObject, storeKey } from '../../store/object.ts';
import type { Call, Result } from '../context.ts';
import { badRequest, goQuote, notFound, serviceUnavailable } from '../errors.ts';
import type { ServerRequest } from '../http-types.ts';
import type { ProxyTarget } from './kubelet.ts';
import { missingHook } from './missing.ts';

/** `name`, `name:port` or `scheme:name:port`, as proxied requests name what they go to. */
interface Address {
  readonly scheme: 'http' | 'https';
  readonly name: string;
  readonly port: string;
}

/** Requests to a port of a pod; without a port, to the first one that it declares. */
export async function podProxy(call: Call, options: JsonObject): Promise<Result> {
  const address = addressOf(call, 'pod');
  const pod = find<Pod>(call, 'pods', address.name);
  const declared = pod.spec.containers.flatMap(({ ports = [] }) => ports)[0]?.containerPort;
  const ip = pod.status?.podIP ?? '';
  if (ip === '') throw badRequest('address not allowed');
  return proxied(
    call,
    text(options, 'path'),
    { pod, port: Number(address.port || (declared ?? 80)) },
    `${address.scheme}://${ip}`,
  );
}

/** Requests to a port of a service: to a pod behind it. */
export async function serviceProxy(call: Call, options: JsonObject): Promise<Result> {
  const address = addressOf(call, 'service');
  const { name } = address;
  let portName = address.port;
  if (/^\d+$/.test(portName)) {
    const { spec } = find<Service>(call, 'services', name);
    const found = spec?.ports?.find(({ port }) => port === Number(portName));
    if (found === undefined) throw serviceUnavailable(`no service port ${portName} found for service ${goQuote(name)}`);
    portName = found.name ?? '';
  }
  const endpoints = call.server.store.get('endpoints', storeKey(call.info.namespace, name));
  if (endpoints === undefined) throw notFound({ group: '', plural: 'services' }, name);
  const { subsets = [] } = endpoints as StoredObject & Endpoints;
  for (const { ports = [], addresses = [] } of subsets ?? []) {
    const port = ports.find((each) => (each.name ?? '') === portName)?.port;
    const target = addresses.find(({ targetRef }) => targetRef?.kind === 'Pod');
    const pod = call.server.store.get('pods', storeKey(call.info.namespace, target?.targetRef?.name ?? ''));
    if (port === undefined || target === undefined || pod === undefined) continue;
    return proxied(
      call,
      text(options, 'path'),
      { pod: pod as StoredObject & Pod, port },
      `${address.scheme}://${target.ip}`,
    );
  }
  const asked = subsets?.length ? call.info.name : name;
  throw serviceUnavailable(`no endpoints available for service ${goQuote(asked)}`);
}

/** Requests to the kubelet of a node. */
export async function nodeProxy(call: Call, options: JsonObject): Promise<Result> {
  const { name } = addressOf(call, 'node');
  find(call, 'nodes', name);
  return proxied(call, text(options, 'path'), { node: name }, `https://${name}:10250`);
}

function addressOf({ info }: Call, what: string): Address {
  const parts = info.name.split(':');
  const [scheme, name, port = ''] = parts.length === 3 ? parts : ['', ...parts];
  const isGood = parts.length <= 3 && name && ['', 'http', 'https'].includes(scheme ?? '');
  if (!isGood) throw badRequest(`invalid ${what} request ${goQuote(info.name)}`);
  return { scheme: scheme === 'https' ? 'https' : 'http', name, port };
}

function find<T>({ info, server }: Call, plural: string, name: string): StoredObject & T {
  const object = server.store.get(plural, storeKey(plural === 'nodes' ? '' : info.namespace, name));
  if (object === undefined) throw notFound({ group: '', plural }, name);
  return object as StoredObject & T;
}

async function proxied(call: Call, path: string, target: ProxyTarget, origin: string): Promise<Result> {
  const { request, server } = call;
  const { proxy } = server.kubelet;
  if (proxy === undefined) throw missingHook('proxy');
  const query = /\?.*$/.exec(request.path)?.[0] ?? '';
  if (path === '' && (request.method === 'GET' || request.method === 'HEAD')) {
    const location = `${request.path.split('?', 1)[0]}/${query}`;
    return { response: { status: 301, headers: { location }, body: { text: '' } } };
  }
  const url = `${'port' in target ? `${origin}:${target.port}` : origin}${escaped(path)}${query}`;
  try {
    const response = await proxy(target, toRequest(request, url));
    return {
      response: {
        status: response.status,
        headers: Object.fromEntries(response.headers),
        body: response.body === null ? { text: '' } : { stream: response.body },
      },
    };
  } catch (error) {
    throw serviceUnavailable(`error trying to reach service: ${error instanceof Error ? error.message : error}`);
  }
}

/** As Go's library writes it: rooted, without empty parts, its last slash kept. */
function escaped(path: string): string {
  return encodeURIComponent(posix.join('/', path))
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%(?:2F|24|26|2B|2C|3A|3B|3D|40)/g, decodeURIComponent);
}

/** Of the connection to us, and what tells us who asks. */
const OWN_HEADERS = /^(host|authorization|connection|content-length|transfer-encoding|impersonate-.*)$/;

function toRequest({ method, headers, body, lifetime: { signal } }: ServerRequest, url: string): Request {
  const own = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    value === undefined || OWN_HEADERS.test(name) ? [] : [value].flat().map((one) => [name, String(one)]),
  );
  const bytes = body === undefined ? undefined : 'bytes' in body ? body.bytes : Buffer.from(encodeJson(body.json));
  const hasBody = bytes !== undefined && method !== 'GET' && method !== 'HEAD';
  return new Request(url, { method, headers: own, signal, ...(hasBody && { body: new Uint8Array(bytes) }) });
}
