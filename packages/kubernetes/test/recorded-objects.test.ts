import { readFileSync } from 'node:fs';
import { typeOf } from '@opwright/kubernetes/data';
import { decodeObject, encodeJson, orderFields, parseJson } from '@opwright/machinery';
import { describe, expect, test } from 'vitest';

// What a real API server answered to minimal creates, one object per line, managed fields left out.
const recorded = readFileSync(new URL('golden/recorded-objects.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n');

describe('objects that a real API server returned', () => {
  test('pass through decoding and ordering byte for byte, however their fields were ordered', () => {
    expect(recorded.length).toBeGreaterThan(40);
    for (const text of recorded) {
      const parsed = parseJson(text).value as { apiVersion: string; kind: string };
      const type = typeOf(parsed.apiVersion, parsed.kind)!;
      const { object, unknown } = decodeObject(type, reversed(parsed));
      expect(unknown).toEqual([]);
      expect(encodeJson(orderFields(type, object))).toBe(text);
    }
  });

  test('need no work when they are in order already', () => {
    for (const text of recorded) {
      const parsed = parseJson(text).value as { apiVersion: string; kind: string };
      expect(orderFields(typeOf(parsed.apiVersion, parsed.kind)!, parsed)).toBe(parsed);
    }
  });

  test('get back the zero values and nulls that Go always writes', () => {
    const deployment = typeOf('apps/v1', 'Deployment')!;
    const bare = {
      kind: 'Deployment',
      apiVersion: 'apps/v1',
      spec: { template: { spec: { containers: [{ name: 'c' }] } } },
    };
    expect(encodeJson(orderFields(deployment, bare))).toBe(
      '{"kind":"Deployment","apiVersion":"apps/v1","metadata":{"creationTimestamp":null},"spec":{"selector":null,' +
        '"template":{"metadata":{"creationTimestamp":null},"spec":{"containers":[{"name":"c","resources":{}}]}},' +
        '"strategy":{}},"status":{}}',
    );
  });
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, entry]) => [key, reversed(entry)]),
  );
}
