import { TransportError } from '@opwright/client';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { controller } from '../src/controller/builder.ts';
import { defineOperator } from '../src/operator.ts';
import { createFakeApi, failure, refused } from './support/fake-api.ts';
import { Child, Foo, named, startOn, Thing } from './support/fixtures.ts';

const active = new Set<string>();
let overlaps = 0;

/** A Foo has a child with the name of its friend, and is happy while a Thing of that name exists. */
const operator = defineOperator({
  name: 'op',
  controllers: [
    controller(Foo, { concurrency: 3 })
      .owns(Child)
      .watches(Thing, (thing, ctx) => ctx.list(Foo).filter((foo) => foo.spec.name === thing.metadata.name))
      .reconcile(async (foo, ctx) => {
        const { name } = foo.metadata;
        if (active.has(name)) overlaps += 1;
        active.add(name);
        try {
          await ctx.apply(Child, { metadata: { name: `${name}-child` }, data: { friend: foo.spec.name } });
          ctx.status({ happy: ctx.get(Thing, foo.spec.name) !== undefined });
        } finally {
          active.delete(name);
        }
      })
      .finalize(async (foo, ctx) => {
        await ctx.delete(Child, `${foo.metadata.name}-child`);
      }),
  ],
});

type Fault = 'none' | '500' | 'refused' | 'lost answer' | 'silence' | 'conflict' | 'break' | 'end' | 'compact' | 'gap';
type Change = {
  readonly what: 'foo' | 'delete foo' | 'thing' | 'delete thing' | 'delete child';
  readonly name: string;
  readonly friend: string;
};

const change: fc.Arbitrary<Change> = fc.record({
  what: fc.constantFrom('foo', 'foo', 'delete foo', 'thing', 'delete thing', 'delete child'),
  name: fc.constantFrom('a', 'b'),
  friend: fc.constantFrom('x', 'y'),
});
const fault = fc.constantFrom<Fault>(
  'none',
  'none',
  '500',
  'refused',
  'lost answer',
  'silence',
  'conflict',
  'break',
  'end',
  'compact',
  'gap',
);

test('whatever fails on the way, the world is as the objects say in the end, and is left alone from then on', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(change, fault, fc.nat(3)), { maxLength: 25 }), async (script) => {
      active.clear();
      overlaps = 0;
      const api = createFakeApi();
      const faults: Fault[] = [];
      const hostile = {
        ...api,
        async request(request: Parameters<typeof api.request>[0]) {
          const next = faults.shift();
          if (next === '500') return failure(500, 'InternalError', 'etcdserver: request timed out');
          if (next === 'refused' || (next === 'lost answer' && request.method === 'GET')) throw refused();
          if (next === 'conflict' && request.method === 'PATCH')
            return failure(409, 'Conflict', 'the object has been modified');
          if (next === 'silence') {
            // A connection that has died unnoticed: before the request has arrived, or after.
            if (request.method !== 'GET') await api.request(request);
            return new Promise<never>(() => {});
          }
          const answer = await api.request(request);
          // The server did it, and nobody hears of it.
          if (next === 'lost answer') throw new TransportError('socket hang up', { code: 'ECONNRESET' });
          return answer;
        },
      };
      const { clock, manager } = await startOn(hostile, operator);
      const wanted = new Map<string, string>();
      const things = new Set<string>();
      for (const [{ what, name, friend }, current, delay] of script) {
        if (current === 'break') for (const watch of api.watches) watch.break();
        else if (current === 'end') for (const watch of api.watches) watch.end();
        else if (current === 'compact') api.compact();
        else if (current === 'gap') {
          for (const watch of api.watches) watch.break();
          api.compact();
        } else if (current !== 'none') faults.push(current, current);
        const found = api.get(Foo, `default/${name}`);
        if (what === 'foo' && !found?.metadata.deletionTimestamp) {
          wanted.set(name, friend);
          const base = (found ?? named(name)) as ReturnType<typeof named>;
          api.put(Foo, { ...base, spec: { name: friend } });
        } else if (what === 'delete foo' && found) {
          wanted.delete(name);
          await api.request({ method: 'DELETE', path: `/apis/example.com/v1/namespaces/default/foos/${name}` });
        } else if (what === 'thing') {
          things.add(friend);
          api.put(Thing, named(friend));
        } else if (what === 'delete thing') {
          things.delete(friend);
          api.remove(Thing, `default/${friend}`);
        } else if (what === 'delete child') api.remove(Child, `default/${name}-child`);
        await clock.advance(delay * 700);
      }
      await clock.advance(900_000);
      for (const name of ['a', 'b']) {
        const friend = wanted.get(name);
        const foo = api.get(Foo, `default/${name}`);
        if (friend === undefined) {
          expect(foo).toBeUndefined();
        } else {
          expect(foo).toMatchObject({ spec: { name: friend }, status: { happy: things.has(friend) } });
          expect(api.get(Child, `default/${name}-child`)).toMatchObject({ data: { friend } });
        }
      }
      expect(overlaps).toBe(0);
      const writes = api.writes().length;
      await clock.advance(3_600_000);
      expect(api.writes()).toHaveLength(writes);
      expect(manager.ready()).toEqual({ ready: true, reasons: [], degraded: [] });
      await manager.stop();
      expect(clock.pending).toBe(0);
      expect(api.watches).toEqual([]);
    }),
    { numRuns: 50 },
  );
});
