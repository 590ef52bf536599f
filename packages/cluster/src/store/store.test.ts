import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { StoreEvent } from './history.ts';
import { type StoredObject, storeKey } from './object.ts';
import { CompactedError, createStore } from './store.ts';

const draft = (namespace: string, name: string, value: number) => ({
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: { name, namespace, uid: name, resourceVersion: '', creationTimestamp: '' },
  value,
});

/** The naive store: a copy of everything per revision. */
interface Model {
  readonly states: Map<number, Map<string, { revision: number; value: number }>>;
  readonly events: { revision: number; type: string; key: string }[];
}

type Command =
  | {
      readonly do: 'create' | 'update' | 'stale' | 'delete';
      readonly namespace: string;
      readonly name: string;
      readonly value: number;
    }
  | { readonly do: 'compact' };

const commands = fc.array(
  fc.oneof(
    {
      weight: 12,
      arbitrary: fc.record({
        do: fc.constantFrom('create' as const, 'update' as const, 'stale' as const, 'delete' as const),
        namespace: fc.constantFrom('a', 'a-b', 'b'),
        name: fc.constantFrom('x', 'y', 'z', 'z-1'),
        value: fc.nat(3),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ do: 'compact' as const }) },
  ),
  { maxLength: 60 },
);

describe('against a naive model', () => {
  test('every revision that is not compacted can be listed, in pages and by namespace, and replayed', () => {
    fc.assert(
      fc.property(commands, fc.nat(4), (steps: readonly Command[], limit) => {
        const store = createStore();
        const model: Model = { states: new Map([[store.revision, new Map()]]), events: [] };
        const live: StoreEvent[] = [];
        store.watch('things', store.revision, { namespace: 'a' }, (event) => live.push(event));
        const former = new Map<string, StoredObject>();
        let compacted = 0;

        for (const step of steps) {
          if (step.do === 'compact') {
            compacted = store.revision;
            store.compact(compacted);
            continue;
          }
          const key = storeKey(step.namespace, step.name);
          const state = new Map(model.states.get(store.revision));
          const current = store.get('things', key);
          const fresh = draft(step.namespace, step.name, step.value);
          const before = store.revision;
          if (step.do === 'create') {
            expect(store.create('things', key, fresh) === undefined).toBe(current !== undefined);
            if (current === undefined) {
              state.set(key, { revision: before + 1, value: step.value });
              model.events.push({ revision: before + 1, type: 'ADDED', key });
            }
          } else if (step.do === 'stale') {
            const stale = former.get(key);
            if (stale !== undefined && stale !== current) {
              expect(store.update('things', key, stale, fresh)).toBeUndefined();
              expect(store.delete('things', key, stale)).toBeUndefined();
            }
          } else if (current !== undefined) {
            former.set(key, current);
            if (step.do === 'update') {
              store.update('things', key, current, fresh);
              state.set(key, { revision: before + 1, value: step.value });
              model.events.push({ revision: before + 1, type: 'MODIFIED', key });
            } else {
              store.delete('things', key, current);
              state.delete(key);
              model.events.push({ revision: before + 1, type: 'DELETED', key });
            }
          }
          model.states.set(store.revision, state);
        }

        for (const [revision, state] of model.states) {
          if (revision < compacted) continue;
          for (const namespace of [undefined, 'a', 'a-b', 'b']) {
            const expected = [...state]
              .filter(([key]) => namespace === undefined || key.startsWith(`${namespace}/`))
              .sort(([a], [b]) => (a < b ? -1 : 1));
            const pageSize = limit + 1;
            const seen: StoredObject[] = [];
            let after: string | undefined;
            do {
              const page = store.list('things', {
                revision,
                limit: pageSize,
                ...(namespace && { namespace }),
                ...(after && { after }),
              });
              seen.push(...page.items);
              expect(page.remaining).toBe(expected.length - seen.length);
              after = page.last;
            } while (after !== undefined);
            expect(
              seen.map((object) => [
                storeKey(object.metadata.namespace, object.metadata.name),
                { revision: Number(object.metadata.resourceVersion), value: object.value },
              ]),
            ).toEqual(expected);
          }
          const replayed: StoreEvent[] = [];
          store.watch('things', revision, {}, (event) => replayed.push(event))();
          expect(replayed.map(({ revision, type, key }) => ({ revision, type, key }))).toEqual(
            model.events.filter((event) => event.revision > revision),
          );
        }
        expect(live.map(({ revision }) => revision)).toEqual(
          model.events.filter(({ key }) => key.startsWith('a/')).map(({ revision }) => revision),
        );
      }),
      { numRuns: 150 },
    );
  });
});

test('what is stored and handed out is frozen all the way down', () => {
  const store = createStore();
  const object = store.create('things', 'a/x', { ...draft('a', 'x', 1), deep: { list: [{ n: 1 }] } })!;
  expect(() => {
    (object.deep as unknown as { list: { n: number }[] }).list[0]!.n = 2;
  }).toThrow(TypeError);
  expect(store.get('things', 'a/x')).toBe(object);
});

test('a deleted object is seen in its last state with the version of the deletion', () => {
  const store = createStore();
  const object = store.create('things', 'a/x', draft('a', 'x', 1))!;
  const seen: StoreEvent[] = [];
  store.watch('things', store.revision, {}, (event) => seen.push(event));
  store.delete('things', 'a/x', object);
  expect(seen).toMatchObject([
    { type: 'DELETED', object: { value: 1, metadata: { resourceVersion: String(store.revision) } } },
  ]);
  expect(seen[0]?.previous).toBe(object);
});

test('what is older than the compaction is refused', () => {
  const store = createStore();
  const first = store.revision;
  store.create('things', 'a/x', draft('a', 'x', 1));
  store.compact(store.revision);
  expect(() => store.list('things', { revision: first })).toThrow(CompactedError);
  expect(() => store.watch('things', first, {}, () => {})).toThrow(CompactedError);
});

test('the history is bounded', () => {
  const store = createStore({ historyLimit: 10 });
  const start = store.revision;
  for (let i = 0; i < 100; i++) store.create('things', `a/${i}`, draft('a', String(i), i));
  expect(() => store.watch('things', start, {}, () => {})).toThrow(CompactedError);
  const seen: StoreEvent[] = [];
  store.watch('things', store.revision - 10, {}, (event) => seen.push(event));
  expect(seen).toHaveLength(10);
});

test('the cost of a write does not grow with the number of objects', () => {
  const store = createStore();
  let current = store.create('things', 'a/0', draft('a', '0', 0))!;
  const writes = () => {
    const from = process.hrtime.bigint();
    for (let i = 0; i < 2000; i++) current = store.update('things', 'a/0', current, draft('a', '0', i))!;
    return Number(process.hrtime.bigint() - from);
  };
  writes();
  const few = Math.min(writes(), writes(), writes());
  for (let i = 1; i < 20_000; i++) store.create('things', `a/${i}`, draft('a', String(i), i));
  const many = Math.min(writes(), writes(), writes());
  expect(many).toBeLessThan(few * 10);
});
