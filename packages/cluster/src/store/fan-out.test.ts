import { VirtualClock } from '@opwright/machinery';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFanOut } from './fan-out.ts';
import { CompactedError, createStore } from './store.ts';

const draft = (name: string, namespace: string) => ({ metadata: { name, namespace, resourceVersion: '' } });

test('everybody sees every event in order, whatever is written, begun, ended and caught up in between', async () => {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.record({ act: fc.constant('write' as const), namespace: fc.constantFrom('a', 'b') }) },
    { weight: 4, arbitrary: fc.record({ act: fc.constant('begin' as const), back: fc.nat(5), count: fc.nat(60) }) },
    fc.record({ act: fc.constant('end' as const), which: fc.nat() }),
    fc.record({ act: fc.constant('catchUp' as const), which: fc.nat() }),
    fc.record({ act: fc.constant('advance' as const) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step), async (steps) => {
      const clock = new VirtualClock({ settle: async () => {} });
      const store = createStore();
      const fanOut = createFanOut(store, clock);
      const written: { revision: number; namespace: string }[] = [];
      const watchers: { from: number; seen: number[]; catchUp(): void; end(): void }[] = [];
      const expected = (from: number) =>
        written
          .filter(({ revision, namespace }) => revision > from && namespace === 'a')
          .map(({ revision }) => revision);
      for (const action of steps) {
        if (action.act === 'write') {
          store.create('things', `${action.namespace}/${written.length}`, draft(`${written.length}`, action.namespace));
          written.push({ revision: store.revision, namespace: action.namespace });
        } else if (action.act === 'begin') {
          for (let i = 0; i < action.count; i++) {
            const seen: number[] = [];
            const from = Math.max(1, store.revision - action.back);
            const subscription = fanOut.watch('things', from, { namespace: 'a' }, ({ revision }) =>
              seen.push(revision),
            );
            watchers.push({ from, seen, ...subscription });
            expect(seen).toEqual(expected(from));
          }
        } else if (action.act === 'advance') {
          await clock.advance(0);
        } else if (watchers.length > 0) {
          const [watcher] = watchers.splice(action.which % watchers.length, 1);
          watcher!.catchUp();
          expect(watcher!.seen).toEqual(expected(watcher!.from));
          if (action.act === 'end') watcher!.end();
          else watchers.push(watcher!);
        }
      }
      await clock.advance(0);
      for (const { from, seen } of watchers) expect(seen).toEqual(expected(from));
      for (const { end } of watchers) end();
      expect(clock.pending).toBe(0);
    }),
  );
});

test('a write tells few watchers at once and lets many wait for their turn', async () => {
  const clock = new VirtualClock();
  const store = createStore();
  const fanOut = createFanOut(store, clock);
  let told = 0;
  for (let i = 0; i < 1_000; i++) fanOut.watch('things', store.revision, {}, () => told++);
  store.create('things', 'a/x', draft('x', 'a'));
  expect(told).toBeLessThan(100);
  await clock.advance(0);
  expect(told).toBe(1_000);
});

test('a revision that is forgotten is refused, early and late', () => {
  const store = createStore();
  const fanOut = createFanOut(store, new VirtualClock());
  for (let i = 0; i < 40; i++) fanOut.watch('things', store.revision, {}, () => {});
  store.create('things', 'a/x', draft('x', 'a'));
  store.create('things', 'a/y', draft('y', 'a'));
  store.compact(store.revision);
  expect(() => fanOut.watch('things', 1, {}, () => {})).toThrow(CompactedError);
  expect(() => fanOut.watch('others', 1, {}, () => {})).toThrow(CompactedError);
});
