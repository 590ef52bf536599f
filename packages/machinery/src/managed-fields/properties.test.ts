import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { objectMeta } from '../../test/reduced-types.ts';
import {
  anything,
  atomicList,
  int,
  listBy,
  mapOf,
  setOf,
  string,
  struct,
  withDefault,
} from '../../test/type-builders.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import type { ManagedFieldsEntry } from '../meta.ts';
import { deepEqual } from '../trees/deep-equal.ts';
import { deepFreeze } from '../trees/deep-freeze.ts';
import { type ApplyRequest, applyWithManager } from './apply.ts';
import { compare } from './compare.ts';
import { difference, type FieldSet, intersection, isEmpty, leaves, pathsOf, union } from './field-set.ts';
import { parseFieldsV1 } from './fields-v1.ts';
import { merge } from './merge.ts';
import { printPath } from './path-element.ts';
import { toFieldSet } from './to-field-set.ts';
import { updateWithManager } from './update.ts';

const port = struct('', { port: int, protocol: withDefault(string, 'TCP'), name: string });
const spec = struct('', {
  text: string,
  number: int,
  nested: struct('', { a: string, b: struct('', { c: string }) }),
  map: mapOf(string),
  deep: mapOf(struct('', { x: string, y: mapOf(string) })),
  atomicMap: mapOf(string, true),
  ports: listBy(['port', 'protocol'], port),
  set: setOf(string),
  list: atomicList(string),
  any: anything,
});
const type = struct('', { apiVersion: string, kind: string, metadata: objectMeta, spec });

const text = fc.constantFrom('x', 'y', 'z');
const textMap = fc.dictionary(fc.constantFrom('k', 'l', '__proto__'), text, { maxKeys: 3 });
const some = <T>(of: Record<string, fc.Arbitrary<T>>) => fc.record(of, { requiredKeys: [] });
const ports = fc.uniqueArray(
  fc.record(
    { port: fc.integer({ min: 1, max: 3 }), protocol: fc.constantFrom('TCP', 'UDP'), name: text },
    { requiredKeys: ['port'] },
  ),
  { maxLength: 4, selector: (item) => `${item.port}${item.protocol ?? 'TCP'}` },
);
const specs: fc.Arbitrary<JsonObject> = some<JsonValue>({
  text,
  number: fc.integer({ min: 0, max: 2 }),
  nested: some<JsonValue>({ a: text, b: some<JsonValue>({ c: text }) }),
  map: textMap,
  deep: fc.dictionary(fc.constantFrom('d', 'e'), some<JsonValue>({ x: text, y: textMap }), { maxKeys: 2 }),
  atomicMap: textMap,
  ports: ports as fc.Arbitrary<JsonValue>,
  set: fc.uniqueArray(text),
  list: fc.array(text, { maxLength: 2 }),
  any: fc.oneof(text, textMap, fc.array(textMap, { maxLength: 2 })),
});

const wrap = (of: JsonObject): JsonObject =>
  deepFreeze({ apiVersion: 'ex.io/v1', kind: 'W', metadata: { name: 'w' }, spec: of }) as JsonObject;
const request = { type, apiVersion: 'ex.io/v1', kind: 'W', now: '2026-11-20T17:00:00Z' };

function apply(live: JsonObject | undefined, manager: string, of: JsonObject, more: Partial<ApplyRequest> = {}) {
  return deepFreeze(
    applyWithManager({ ...request, live, manager, config: wrap(of), force: true, ...more }).object,
  ) as JsonObject;
}
function update(live: JsonObject | undefined, manager: string, of: JsonObject) {
  const next = { ...(live ?? wrap(of)), spec: of };
  return deepFreeze(updateWithManager({ ...request, live, manager, next })) as JsonObject;
}

const entriesOf = (object: JsonObject) =>
  ((object.metadata as JsonObject).managedFields ?? []) as unknown as readonly ManagedFieldsEntry[];
const ownedBy = (object: JsonObject, manager?: string): FieldSet =>
  entriesOf(object)
    .filter((entry) => manager === undefined || entry.manager === manager)
    .map((entry) => parseFieldsV1(entry.fieldsV1!))
    .reduce(union, NOTHING);
const NOTHING = toFieldSet(type, {});
/** What an object holds, for comparing: null, empty and absent are one here. */
const content = (value: JsonValue | undefined): unknown => {
  if (value === null || value === undefined) return undefined;
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(content);
  if (typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([key, item]) => [key, content(item as JsonValue)] as const);
  const filled = entries.filter(([, item]) => item !== undefined);
  return filled.length === 0 ? undefined : new Map(filled.sort(([a], [b]) => (a < b ? -1 : 1)));
};
const printed = (set: FieldSet) => pathsOf(set).map(printPath);

describe('for any objects', () => {
  test('merging a configuration twice is merging it once', () => {
    fc.assert(
      fc.property(specs, specs, (live, config) => {
        const once = merge(spec, live, config);
        expect(merge(spec, once, config)).toBe(once);
        expect(merge(spec, live, live)).toBe(live);
      }),
    );
  });

  test('a merge keeps what only the live object has and takes what the configuration has', () => {
    fc.assert(
      fc.property(specs, specs, (live, config) => {
        const merged = merge(spec, live, config);
        expect(printed(compare(spec, live, merged).removed).filter((path) => !path.startsWith('.any'))).toEqual([]);
        const { added, modified } = compare(spec, merged, config);
        expect(printed(union(added, modified)).filter((path) => !isEmptyAt(config, path))).toEqual([]);
      }),
    );
  });

  test('a comparison names no path twice, and swaps added and removed with the sides', () => {
    fc.assert(
      fc.property(specs, specs, (a, b) => {
        const there = compare(spec, a, b);
        const back = compare(spec, b, a);
        expect(printed(there.added)).toEqual(
          printed(back.removed).filter((path) => !path.startsWith('.any') || printed(there.added).includes(path)),
        );
        for (const [x, y] of [
          [there.added, there.modified],
          [there.added, there.removed],
          [there.modified, there.removed],
        ] as const) {
          expect(isEmpty(intersection(x, y))).toBe(true);
        }
        const same = isEmpty(there.added) && isEmpty(there.modified) && isEmpty(there.removed);
        if (deepEqual(a, b)) expect(same).toBe(true);
      }),
    );
  });

  test('applying twice changes nothing the second time', () => {
    fc.assert(
      fc.property(specs, specs, (first, second) => {
        const live = apply(update(undefined, 'u', first), 'm', second);
        expect(apply(live, 'm', second)).toBe(live);
      }),
    );
  });

  test('what one manager applied, and nobody else owns, goes when it applies nothing any more', () => {
    fc.assert(
      fc.property(specs, specs, (others, mine) => {
        const before = apply(undefined, 'other', others);
        const applied = apply(before, 'mine', mine);
        const after = apply(applied, 'mine', {});
        // `any` may have changed its shape, which is not undone: force has taken it from the other.
        const shared = intersection(toFieldSet(type, wrap(others)), toFieldSet(type, wrap(mine)));
        expect(printed(ownedBy(after, 'mine'))).toEqual(['.spec']);
        if (isEmpty(leaves(difference(shared, NAMES)))) expect(content(after.spec)).toEqual(content(others));
        const remaining = toFieldSet(type, after);
        expect(
          printed(
            leaves(difference(intersection(remaining, toFieldSet(type, wrap(mine))), union(ownedBy(after), NAMES))),
          ),
        ).toEqual([]);
      }),
    );
  });

  test('after updates every leaf has an owner, and updaters share nothing', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), specs), { minLength: 1, maxLength: 5 }),
        (updates) => {
          let live: JsonObject | undefined;
          for (const [manager, next] of updates) live = update(live, manager, next);
          const unowned = difference(compare(type, {}, live!).added, union(ownedBy(live!), NAMES));
          expect(printed(leaves(unowned)).filter((path) => !isEmptyAt(live!, path))).toEqual([]);
          const names = ['a', 'b', 'c'];
          for (const [i, one] of names.entries()) {
            for (const other of names.slice(i + 1)) {
              expect(printed(intersection(ownedBy(live!, one), ownedBy(live!, other)))).toEqual([]);
            }
          }
        },
      ),
    );
  });

  test('nobody owns what is not there, whatever was applied and updated', () => {
    const step = fc.tuple(fc.boolean(), fc.constantFrom('a', 'b'), specs);
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 6 }), (steps) => {
        let live: JsonObject | undefined;
        for (const [applies, manager, next] of steps) {
          live = applies ? apply(live, manager, next) : update(live, manager, next);
        }
        const there = union(compare(type, {}, live!).added, toFieldSet(type, live!));
        expect(printed(difference(leaves(ownedBy(live!)), there))).toEqual([]);
      }),
    );
  });

  test('without force an apply conflicts exactly when it would take something from someone', () => {
    fc.assert(
      fc.property(specs, specs, (others, mine) => {
        const live = update(undefined, 'other', others);
        const { modified, added } = compare(type, live, merge(type, live, wrap(mine)));
        const conflicts = intersection(ownedBy(live, 'other'), union(modified, added));
        const run = () => apply(live, 'mine', mine, { force: false });
        if (isEmpty(conflicts)) run();
        else expect(run).toThrow(`Apply failed with ${pathsOf(conflicts).length} conflict`);
      }),
    );
  });
});

const NAMES = toFieldSet(type, { ...wrap({}), metadata: { name: 'w', managedFields: [] } });

/** Empty maps and lists have no identity of their own: whether one is there is not a matter of ownership alone. */
function isEmptyAt(object: JsonObject, path: string): boolean {
  let at: JsonValue | undefined = object;
  for (const name of path.split(/[.[]/).slice(1)) {
    if (typeof at !== 'object' || at === null || Array.isArray(at)) return at === undefined || at === null;
    at = (at as JsonObject)[name];
  }
  return at === undefined || at === null || (typeof at === 'object' && Object.keys(at).length === 0);
}
