import { setImmediate } from 'node:timers/promises';
import {
  builtinResource,
  type Clock,
  type KubeObject,
  type ObjectMeta,
  type ObjectMetaInput,
  seededRandom,
  VirtualClock,
} from '@opwright/machinery';
import { callbackLogger, type Logger, type LogLine } from '../../src/manager/logger.ts';
import { createManager, type Manager } from '../../src/manager/manager.ts';
import type { ManagerOptions } from '../../src/manager/options.ts';
import type { Operator } from '../../src/operator.ts';
import { createFakeApi, type FakeApi } from './fake-api.ts';

interface FooFields {
  readonly spec: { readonly name: string };
  readonly status?: {
    readonly happy?: boolean;
    readonly colour?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

interface StoredFoo extends KubeObject, FooFields {
  readonly apiVersion: 'example.com/v1';
  readonly kind: 'Foo';
  readonly metadata: ObjectMeta;
}

export const Foo = builtinResource<
  'example.com/v1',
  'Foo',
  StoredFoo,
  FooFields & { readonly metadata: ObjectMetaInput }
>({
  apiVersion: 'example.com/v1',
  kind: 'Foo',
  plural: 'foos',
  subresources: ['status'],
});

interface Data {
  readonly data?: Readonly<Record<string, string>>;
}

function dataKind<Kind extends string>(kind: Kind, plural: string) {
  return builtinResource<
    'v1',
    Kind,
    KubeObject & Data & { readonly apiVersion: 'v1'; readonly kind: Kind },
    Data & { readonly metadata: ObjectMetaInput }
  >({ apiVersion: 'v1', kind, plural });
}

export const Thing = dataKind('Thing', 'things');
export const Child = dataKind('Child', 'children');

/** A clock that lets everything come to rest between two timers. */
export function idleClock(): VirtualClock {
  return new VirtualClock({ settle: () => setImmediate().then(() => setImmediate()) });
}

/** A clock on which every reading takes a millisecond: what looks at it at each step has soon used its time up. */
export function laboriousClock(onTimer: (delay: number) => void = () => {}): Clock {
  let reading = 0;
  return {
    now: () => 0,
    monotonic: () => ++reading,
    setTimeout(callback, delay) {
      const handle = setTimeout(callback, delay);
      onTimer(delay);
      return { cancel: () => clearTimeout(handle) };
    },
  };
}

export interface Recording extends Logger {
  readonly lines: LogLine[];
  messages(level: LogLine['level']): string[];
}

export function recording(): Recording {
  const lines: LogLine[] = [];
  return {
    ...callbackLogger((line) => lines.push(line)),
    lines,
    messages: (level) => lines.filter((line) => line.level === level).map(({ message }) => message),
  };
}

export interface Running {
  readonly api: FakeApi;
  readonly clock: VirtualClock;
  readonly logger: Recording;
  readonly manager: Manager;
}

/** Starts the operator on a fake server in virtual time and lets it come to rest. */
export async function startOn(
  api: FakeApi,
  operator: Operator,
  options: Partial<ManagerOptions> = {},
): Promise<Running> {
  const clock = options.clock instanceof VirtualClock ? options.clock : idleClock();
  const logger = recording();
  const manager = createManager(operator, {
    transport: api,
    clock,
    random: seededRandom(1),
    logger,
    metricsAddress: '0',
    probeAddress: '0',
    ...options,
  });
  const started = manager.start();
  started.catch(() => {});
  await clock.advance(0);
  return { api, clock, logger, manager };
}

export { createFakeApi };

/** An object of any kind, as a test puts it into the fake server. */
export function named(
  name: string,
  rest: object = {},
  namespace = 'default',
): { metadata: Record<string, unknown> } & Record<string, unknown> {
  return { metadata: { name, namespace }, ...rest };
}
