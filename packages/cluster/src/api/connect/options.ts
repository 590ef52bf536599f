import type { FieldNode, JsonObject, StructNode, TypeNode } from '@opwright/machinery';
import { badRequest, goQuote } from '../errors.ts';
import type { ExpectedKind } from '../read-body.ts';
import { booleanParameter, type ResourceRequest } from '../request-info.ts';

/** What a connection is made with: an object that admission sees and that nobody stores. */
export interface ConnectOptions {
  readonly kind: ExpectedKind;
  /** @throws StatusError 400 for parameters that cannot be read */
  read(info: ResourceRequest): JsonObject;
}

/** Of whatever carries the streams of a command. */
const STREAMS = ['stdin', 'stdout', 'stderr', 'tty'];
const BOOLEAN: TypeNode = { node: 'scalar', scalar: 'boolean' };
const STRING: TypeNode = { node: 'scalar', scalar: 'string' };

export const podExecOptions: ConnectOptions = {
  kind: optionsKind('PodExecOptions', [
    ...STREAMS.map((name) => field(name, BOOLEAN)),
    field('container', STRING),
    field('command', list(STRING), 'null'),
  ]),
  read: ({ query }) => ({ ...streams(query), command: query.getAll('command') }),
};

export const podAttachOptions: ConnectOptions = {
  kind: optionsKind('PodAttachOptions', [...STREAMS.map((name) => field(name, BOOLEAN)), field('container', STRING)]),
  read: ({ query }) => streams(query),
};

export const podPortForwardOptions: ConnectOptions = {
  kind: optionsKind('PodPortForwardOptions', [field('ports', list({ node: 'scalar', scalar: 'int32' }))]),
  read: ({ query }) => ({ ports: portsOf(query.getAll('ports')) }),
};

export const podProxyOptions = proxyOptions('PodProxyOptions');
export const serviceProxyOptions = proxyOptions('ServiceProxyOptions');
export const nodeProxyOptions = proxyOptions('NodeProxyOptions');

function proxyOptions(kind: string): ConnectOptions {
  return { kind: optionsKind(kind, [field('path', STRING)]), read: (info) => ({ path: pathBehind(info) }) };
}

function streams(query: URLSearchParams): JsonObject {
  const flags = STREAMS.map((name) => [name, booleanParameter(query, name)]);
  return { ...Object.fromEntries(flags), container: query.get('container') ?? '' };
}

function portsOf(values: readonly string[]): number[] {
  return values
    .flatMap((value) => value.split(','))
    .map((value) => {
      if (!/^\d+$/.test(value)) {
        throw badRequest(`cannot convert to []int32: strconv.ParseUint: parsing ${goQuote(value)}: invalid syntax`);
      }
      return Number(value);
    });
}

/** What is asked of the target of a proxy: '' for `…/proxy`, where only the slash is missing. */
function pathBehind({ path, rest }: ResourceRequest): string {
  const below = ['', ...rest].join('/').replace(/\/+$/, '');
  return path.endsWith('/') ? `${below}/` : below;
}

/** No document describes these types. */
function optionsKind(kind: string, fields: readonly FieldNode[]): ExpectedKind {
  const all = [field('kind', STRING), field('apiVersion', STRING), ...fields];
  const type: StructNode = {
    node: 'struct',
    name: kind,
    fields: new Map(all.map((each) => [each.name, each])),
    atomic: false,
    preserveUnknown: false,
    embeddedResource: false,
  };
  return { group: '', version: 'v1', apiVersion: 'v1', kind, type, custom: false };
}

function field(name: string, type: TypeNode, whenAbsent: FieldNode['whenAbsent'] = 'omit'): FieldNode {
  return { name, type, required: false, whenAbsent, pointer: false, nullable: false, patchStrategy: [] };
}

function list(item: TypeNode): TypeNode {
  return { node: 'list', item, listType: 'atomic', keys: [] };
}
