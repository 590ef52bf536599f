import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eventParser, listParser } from './managed-fields.ts';

const MANAGERS = new Set(['foo/"quoted"']);
const parseEvent = eventParser(MANAGERS);
const parseList = listParser(MANAGERS);

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

  test('changes nothing else in lists', () => {
    fc.assert(
      fc.property(fc.array(object, { maxLength: 4 }), fields, (items, others) => {
        const list = JSON.parse(JSON.stringify({ ...others, items })) as Fields;
        const found = parseList(JSON.stringify(list)) as Fields;
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

  test('cuts out those of the object alone', () => {
    const object = pod(managed('kubectl', 'Update'));
    expect(parseEvent(JSON.stringify({ type: 'ADDED', object }))).toEqual({ type: 'ADDED', object: stripped(object) });
    expect(parseList(JSON.stringify({ kind: 'PodList', items: [object, object] }))).toEqual({
      kind: 'PodList',
      items: [stripped(object), stripped(object)],
    });
  });

  test('keeps them where one of the managers has applied the object', () => {
    const object = pod(managed('kubectl', 'Update'), managed('foo/"quoted"', 'Apply'));
    expect(parseEvent(JSON.stringify({ type: 'ADDED', object }))).toEqual({ type: 'ADDED', object });
    expect(parseList(JSON.stringify({ items: [object] }))).toEqual({ items: [object] });
    const updated = pod(managed('foo/"quoted"', 'Update'));
    expect(parseEvent(JSON.stringify({ type: 'ADDED', object: updated }))).toMatchObject({ object: stripped(updated) });
  });

  test('reads text with white space whole, and says what is no JSON', () => {
    const event = { type: 'ADDED', object: pod(managed('kubectl', 'Update')) };
    expect(parseEvent(JSON.stringify(event, null, 1))).toEqual(event);
    for (const broken of [
      '',
      '{',
      '{"object":{"metadata":{"managedFields":[',
      '{"object":{"metadata":{"managedFields":',
    ]) {
      expect(() => parseEvent(broken)).toThrow(SyntaxError);
      expect(() => parseList(broken)).toThrow(SyntaxError);
    }
    for (const broken of ['{"items":[1 2]}', '{"items":[1,]}', '{"items":[', '{"items":[{]}]']) {
      expect(() => parseList(broken)).toThrow(SyntaxError);
    }
  });
});
