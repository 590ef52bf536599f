import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eventParser, listParser } from './parsers.ts';

const MANAGERS = new Set(['foo/"quoted"']);
const ofEvent = eventParser(MANAGERS);
const ofList = listParser(MANAGERS);
const parseEvent = (text: string) => ofEvent(Buffer.from(text));
const parseList = async (text: string) => ofList(Buffer.from(text));

type Fields = Record<string, unknown>;

/** Keys and texts with everything that a scanner could stumble over. */
const text = fc.oneof(
  fc.string(),
  fc.constantFrom('managedFields', 'metadata', 'object', 'items', '"managedFields":[', '\\', '\\"', '}', '],"', ''),
);
const json: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.constantFrom(null, true, 0, -1.5e-7),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(text, tie('value'), { maxKeys: 4 }),
  ),
})).value;
const fields: fc.Arbitrary<Fields> = fc.dictionary(text, json, { maxKeys: 4 }) as fc.Arbitrary<Fields>;
const object = fc.tuple(fields, fields, fields, fields, json).map(([before, after, first, last, managedFields]) => ({
  ...before,
  metadata: { ...first, managedFields, ...last },
  ...after,
}));

function stripped(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const { metadata, ...rest } = value as Fields;
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) return value;
  const { managedFields: _, ...others } = metadata as Fields;
  return { ...rest, metadata: others };
}

const isCutOrWhole = (found: unknown, value: unknown) => expect([stripped(value), value]).toContainEqual(found);

describe('reading without managed fields', () => {
  test('changes nothing else, whatever the texts and keys are', () => {
    fc.assert(
      fc.property(object, fields, fields, (value, before, after) => {
        const event = { ...before, object: value, ...after };
        const { object: found, ...others } = parseEvent(JSON.stringify(event)) as Fields;
        const { object: expected, ...expectedOthers } = JSON.parse(JSON.stringify(event)) as Fields;
        expect(others).toEqual(expectedOthers);
        isCutOrWhole(found, expected);
      }),
    );
  });

  test('changes nothing else in lists', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(object, { maxLength: 4 }), fields, async (items, others) => {
        const list = JSON.parse(JSON.stringify({ ...others, items })) as Fields;
        const found = (await parseList(JSON.stringify(list))) as Fields;
        expect({ ...found, items: [] }).toEqual({ ...list, items: [] });
        (found.items as unknown[]).forEach((item, index) => {
          isCutOrWhole(item, (list.items as unknown[])[index]);
        });
      }),
    );
  });

  const managed = (manager: string, operation: string) => ({
    manager,
    operation,
    fieldsV1: { 'f:metadata': { 'k:{"name":"x"}': {} } },
  });
  const pod = (...managedFields: unknown[]) => ({
    kind: 'Pod',
    metadata: { name: 'web', managedFields },
    spec: { template: { metadata: { managedFields: ['of the template'] } } },
  });

  test.each([
    ['first', '{"managedFields":[],"name":"web"}'],
    ['last', '{"name":"web","managedFields":[{"a":"]}"}]}'],
    ['between', '{"a":1,"managedFields":[[]],"name":"web"}'],
    ['alone', '{"managedFields":[]}'],
  ])('cuts them out where they are %s', (_, metadata) => {
    const event = parseEvent(`{"type":"ADDED","object":{"metadata":${metadata},"spec":{}}}`);
    expect(event).toEqual({ type: 'ADDED', object: stripped({ metadata: JSON.parse(metadata), spec: {} }) });
  });

  test('cuts out those of the object alone', async () => {
    const object = pod(managed('kubectl', 'Update'));
    expect(parseEvent(JSON.stringify({ type: 'ADDED', object }))).toEqual({ type: 'ADDED', object: stripped(object) });
    expect(await parseList(JSON.stringify({ kind: 'PodList', items: [object, object] }))).toEqual({
      kind: 'PodList',
      items: [stripped(object), stripped(object)],
    });
  });

  test('keeps them where one of the managers has applied the object', async () => {
    const object = pod(managed('kubectl', 'Update'), managed('foo/"quoted"', 'Apply'));
    expect(parseEvent(JSON.stringify({ type: 'ADDED', object }))).toEqual({ type: 'ADDED', object });
    expect(await parseList(JSON.stringify({ items: [object] }))).toEqual({ items: [object] });
    const updated = pod(managed('foo/"quoted"', 'Update'));
    expect(parseEvent(JSON.stringify({ type: 'ADDED', object: updated }))).toMatchObject({ object: stripped(updated) });
  });

  test('knows owned fields again, whatever comes before and behind them', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fields, fc.array(fields, { maxLength: 3 })), { maxLength: 6 }), (objects) => {
        const owned = { '.': {}, 'k:{"name":"x"}': { 'f:a': {} } };
        for (const [rest, others] of objects) {
          const managedFields = [
            { manager: 'a', ...rest, fieldsV1: owned },
            ...others.map((fieldsV1) => ({ fieldsV1 })),
          ];
          const object = { metadata: { managedFields, name: 'web' }, spec: owned };
          expect(parseEvent(JSON.stringify({ object }))).toEqual({ object: stripped(object) });
        }
      }),
    );
  });

  test('reads text with white space whole, and says what is no JSON', async () => {
    const event = { type: 'ADDED', object: pod(managed('kubectl', 'Update')) };
    expect(parseEvent(JSON.stringify(event, null, 1))).toEqual(event);
    for (const broken of [
      '',
      '{',
      '{"object":{"metadata":{"managedFields":[',
      '{"object":{"metadata":{"managedFields":',
    ]) {
      expect(() => parseEvent(broken)).toThrow(SyntaxError);
      await expect(parseList(broken)).rejects.toThrow(SyntaxError);
    }
    for (const broken of ['{"items":[1 2]}', '{"items":[1,]}', '{"items":[', '{"items":[{]}]']) {
      await expect(parseList(broken)).rejects.toThrow(SyntaxError);
    }
  });
});

test('a long list is read in slices, between which others work', async () => {
  const items = Array.from({ length: 40 }, (_, i) => ({
    metadata: { name: `n${i}` },
    data: { text: 'ä'.repeat(10_000) },
  }));
  const list = { kind: 'ConfigMapList', metadata: { continue: 'x' }, items };
  for (const parse of [ofList, listParser()]) {
    let turns = 0;
    const count = () => {
      turns += 1;
      timer = setImmediate(count);
    };
    let timer = setImmediate(count);
    expect(await parse(Buffer.from(JSON.stringify(list)))).toEqual(list);
    clearImmediate(timer);
    expect(turns).toBeGreaterThan(1);
  }
});
