import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../json.ts';
import { liveIfOnlyTimesDiffer } from './keep-times.ts';

const object = (time: string, more: { fieldsV1?: JsonObject; data?: JsonObject } = {}): JsonObject => ({
  metadata: {
    name: 'a',
    managedFields: [{ manager: 'm', time, fieldsV1: more.fieldsV1 ?? { 'f:data': {} } }],
  },
  data: more.data ?? { a: '1' },
});

describe('a change of nothing but times', () => {
  const live = object('2026-11-20T17:00:00Z');

  test('is none', () => {
    expect(liveIfOnlyTimesDiffer(live, object('2026-11-20T18:00:00Z'))).toBe(live);
    expect(liveIfOnlyTimesDiffer(live, live)).toBe(live);
  });

  test('of owned fields or of content is one', () => {
    for (const more of [{ fieldsV1: { 'f:spec': {} } }, { data: { a: '2' } }]) {
      const next = object('2026-11-20T18:00:00Z', more);
      expect(liveIfOnlyTimesDiffer(live, next)).toBe(next);
    }
    const untracked = { ...live, metadata: { name: 'a' } };
    expect(liveIfOnlyTimesDiffer(live, untracked)).toBe(untracked);
  });
});
