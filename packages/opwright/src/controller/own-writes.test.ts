import { type KubeObject, type Random, seededRandom, type VirtualClock } from '@opwright/machinery';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createFakeApi, type FakeApi } from '../../test/support/fake-api.ts';
import { Child, Foo, idleClock, named, startOn, Thing } from '../../test/support/fixtures.ts';
import { defineOperator } from '../operator.ts';
import { type Controller, controller } from './builder.ts';
import { retryAfter } from './result.ts';

const operatorOf = (...controllers: Controller[]) => defineOperator({ name: 'op', controllers });
const foo = (name = 'a') => named(name, { spec: { name: 'jack' } });
const random = seededRandom(1);

/** The server, whose watches of a kind tell everything later, in order. */
function lagging(api: FakeApi, clock: VirtualClock, lagOf: (plural: string) => number): FakeApi {
  return {
    ...api,
    get requests() {
      return api.requests;
    },
    async request(request) {
      const response = await api.request(request);
      const plural = /\/([a-z]+)\?/.exec(request.path)?.[1] ?? '';
      if (!request.path.includes('watch=')) return response;
      return {
        ...response,
        async *lines() {
          for await (const line of response.lines()) {
            await new Promise<void>((resolve) => clock.setTimeout(resolve, lagOf(plural)));
            yield line;
          }
        },
      };
    },
  };
}

async function start(api: FakeApi, operator: ReturnType<typeof operatorOf>, lagOf: (plural: string) => number) {
  const clock = idleClock();
  return startOn(lagging(api, clock, lagOf), operator, { random, watchList: false, clock });
}

describe('a run after a write', () => {
  test('waits until the cache has shown it, with what others had done before it', async () => {
    const api = createFakeApi();
    api.put(Foo, foo());
    api.put(Thing, named('old'));
    const seen: string[][] = [];
    const { clock, manager } = await start(
      api,
      operatorOf(
        controller(Foo)
          .owns(Thing)
          .reconcile(async (_foo, ctx) => {
            seen.push(
              ctx
                .list(Thing)
                .map(({ metadata }) => metadata.name)
                .sort(),
            );
            if (seen.length > 1) return undefined;
            // Somebody else is faster; the cache hears of it later.
            api.remove(Thing, 'default/old');
            await ctx.create(Thing, { metadata: { name: 'new' } });
            seen.push(
              ctx
                .list(Thing)
                .map(({ metadata }) => metadata.name)
                .sort(),
            );
            return retryAfter(10);
          }),
      ),
      (plural) => (plural === 'things' ? 800 : 0),
    );
    await clock.advance(1500);
    expect(seen).toHaveLength(2);
    await clock.advance(200);
    expect(seen.slice(0, 3)).toEqual([['old'], ['new', 'old'], ['new']]);
    expect(await manager.metrics()).toMatch(/opwright_read_gate_wait_seconds_count\{controller="foo"\} 1/);
    expect(await manager.metrics()).toContain('opwright_read_gate_timeouts_total{controller="foo"} 0');
    await manager.stop();
    expect(clock.pending).toBe(0);
  });

  test('waits five seconds at most, and says for what it waited', async () => {
    const api = createFakeApi();
    api.put(Foo, foo());
    const at: number[] = [];
    const { clock, manager, logger } = await start(
      api,
      operatorOf(
        controller(Foo)
          .owns(Thing)
          .reconcile(async (_foo, ctx) => {
            at.push(ctx.clock.monotonic());
            if (at.length === 1) await ctx.create(Thing, { metadata: { name: 'new' } });
            else expect(ctx.get(Thing, 'new')).toBeDefined();
            return at.length === 1 ? retryAfter(10) : undefined;
          }),
      ),
      (plural) => (plural === 'things' ? 60_000 : 0),
    );
    await clock.advance(20_000);
    expect(at).toEqual([0, 5000]);
    expect(logger.lines.find(({ level }) => level === 'warn')?.fields).toMatchObject({ written: 'Thing default/new' });
    expect(await manager.metrics()).toContain('opwright_read_gate_timeouts_total{controller="foo"} 1');
    await manager.stop();
  });

  test('waits for a creation and a deletion that the cache hears of only afterwards', async () => {
    const api = createFakeApi();
    api.put(Foo, foo());
    const seen: [number, number][] = [];
    const { clock, manager } = await start(
      api,
      operatorOf(
        controller(Foo)
          .reads(Thing)
          .writes(Thing)
          .reconcile(async (_foo, ctx) => {
            seen.push([ctx.clock.monotonic(), ctx.list(Thing).length]);
            if (seen.length > 1) return undefined;
            await ctx.apply(Thing, { metadata: { name: 't' }, data: { a: 'b' } });
            await ctx.delete(Thing, 't');
            expect(ctx.list(Thing)).toEqual([]);
            return retryAfter(10);
          }),
      ),
      (plural) => (plural === 'things' ? 100 : 0),
    );
    await clock.advance(10_000);
    expect(seen).toEqual([
      [0, 0],
      [200, 0],
    ]);
    await manager.stop();
  });

  test('does not wait after a write that changed nothing, nor for a kind that it does not read', async () => {
    const api = createFakeApi();
    api.put(Foo, foo());
    api.put(Thing, named('t', { data: { a: 'b' } }));
    const at: number[] = [];
    const { clock, manager } = await start(
      api,
      operatorOf(
        controller(Foo)
          .reads(Thing)
          .writes(Thing)
          .writes(Child)
          .reconcile(async (_foo, ctx) => {
            at.push(ctx.clock.monotonic());
            if (at.length > 4) return undefined;
            // Another's delete that comes to nothing.
            await ctx.delete(Thing, 'unknown');
            await ctx.apply(Child, { metadata: { name: `c-${at.length}` } });
            return retryAfter(10);
          }),
      ),
      (plural) => (plural === 'things' ? 100 : 0),
    );
    await clock.advance(10_000);
    expect(at).toEqual([0, 10, 20, 30, 40]);
    await manager.stop();
  });

  test('that waits in the queue keeps what has happened meanwhile', async () => {
    const api = createFakeApi();
    api.put(Foo, foo());
    const seen: string[][] = [];
    const { clock, manager } = await start(
      api,
      operatorOf(
        controller(Foo)
          .owns(Thing)
          .reconcile(async (_foo, ctx) => {
            seen.push(ctx.triggers.map(({ source, type }) => `${source} ${type}`));
            if (seen.length === 1) await ctx.create(Thing, { metadata: { name: 'new' } });
          }),
      ),
      (plural) => (plural === 'things' ? 800 : 0),
    );
    api.put(Foo, { ...foo(), spec: { name: 'joe' } });
    await clock.advance(10);
    api.put(Foo, { ...foo(), spec: { name: 'jim' } });
    await clock.advance(5000);
    expect(seen.flat()).toEqual(['Foo initial', 'Foo update', 'Thing create']);
    await manager.stop();
  });
});

interface Step {
  readonly who: 'controller' | 'other';
  readonly what: 'apply' | 'delete' | 'status';
  readonly name: string;
}

const name = fc.constantFrom('x', 'y', 'z');
const step: fc.Arbitrary<Step> = fc.record({
  who: fc.constantFrom('controller', 'controller', 'other'),
  what: fc.constantFrom('apply', 'apply', 'delete', 'status'),
  name,
});

test('whatever the lag of the caches, a key never reads a past before its own last write', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 25 }),
      fc.record({
        things: fc.integer({ min: 0, max: 3000 }),
        foos: fc.integer({ min: 0, max: 3000 }),
        seed: fc.integer(),
      }),
      async (steps, lags) => {
        const api = createFakeApi();
        api.put(Foo, foo());
        const jitter: Random = seededRandom(lags.seed);
        /** By name, the version of the last own write; the uid that was deleted. */
        const written = new Map<string, string>();
        const deleted = new Map<string, string>();
        /** What others have deleted since the last own write: a cache may know that, and not yet what came after. */
        const maybeGone = new Set<string>();
        let colour: string | undefined;
        const left = [...steps];
        const problems: string[] = [];
        const look = (things: readonly KubeObject[], when: string) => {
          const found = new Map(things.map((thing) => [thing.metadata.name, thing.metadata]));
          for (const [name, version] of written) {
            const metadata = found.get(name);
            if (metadata && Number(metadata.resourceVersion) < Number(version)) problems.push(`${when}: old ${name}`);
            if (!metadata && !maybeGone.has(name)) problems.push(`${when}: no ${name}`);
          }
          for (const [name, uid] of deleted) if (found.get(name)?.uid === uid) problems.push(`${when}: undead ${name}`);
        };
        const operator = operatorOf(
          controller(Foo)
            .reads(Thing)
            .writes(Thing)
            .reconcile(async (object, ctx) => {
              look(ctx.list(Thing), 'begin');
              if (object.status?.colour !== colour) problems.push(`status ${object.status?.colour}, wrote ${colour}`);
              for (let next = left.shift(); next; next = left.shift()) {
                const { who, what, name } = next;
                const data = { at: String(left.length) };
                if (who === 'other') {
                  if (what === 'delete') {
                    api.remove(Thing, `default/${name}`);
                    maybeGone.add(name);
                  } else api.put(Thing, named(name, { data }));
                  continue;
                }
                if (what === 'status') {
                  colour = `c${left.length}`;
                  ctx.status({ colour });
                  break;
                }
                if (what === 'apply') {
                  const result = await ctx.apply(Thing, { metadata: { name }, data });
                  written.set(name, result.metadata.resourceVersion);
                  maybeGone.delete(name);
                  deleted.delete(name);
                } else {
                  const uid = ctx.get(Thing, name)?.metadata.uid;
                  await ctx.delete(Thing, name);
                  written.delete(name);
                  if (uid) deleted.set(name, uid);
                }
                look(ctx.list(Thing), 'after');
                if (left.length % 3 === 0) break;
              }
              return left.length > 0 ? retryAfter(1 + Math.floor(jitter.next() * 500)) : undefined;
            }),
        );
        const { clock, manager, logger } = await start(api, operator, (plural) =>
          plural === 'things' ? lags.things * jitter.next() : plural === 'foos' ? lags.foos * jitter.next() : 0,
        );
        await clock.advance(300_000);
        expect(problems).toEqual([]);
        expect(left).toEqual([]);
        expect(logger.messages('error')).toEqual([]);
        await manager.stop();
      },
    ),
    { numRuns: 60 },
  );
});
