import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { JsonObject } from '@opwright/machinery';
import { describe, expect, it } from 'vitest';
import { builtinKinds } from '../builtin.ts';
import { bootstrapObjects } from './index.ts';

/** Number and digest of the recorded objects of a kind, without what the store adds and without status. */
const golden = JSON.parse(readFileSync(new URL('../golden/bootstrap.json', import.meta.url), 'utf8')) as Record<
  string,
  [number, string]
>;
const options = { nowMs: 0, clientCa: 'PEM', server: { address: '127.0.0.1', port: 6443 } };

describe('bootstrapObjects', () => {
  it.each(Object.entries(golden))('are those of a real control plane: %s', (kind, expected) => {
    const objects = bootstrapObjects('cluster', options)
      .filter((object) => object.kind === kind)
      .map(({ apiVersion: _apiVersion, kind: _kind, status: _status, ...rest }) => rest)
      .sort((a, b) => (path(a) < path(b) ? -1 : 1));
    const digest = createHash('sha256')
      .update(JSON.stringify(sorted(objects)))
      .digest('hex')
      .slice(0, 16);
    expect([objects.length, digest]).toEqual(expected);
  });

  it('leave aggregated roles empty where no controller fills them', () => {
    const admin = bootstrapObjects('envtest', options).find(
      (object) => (object.metadata as JsonObject).name === 'admin',
    );
    expect(admin?.rules).toBeNull();
  });

  it('are valid, and complete: defaults add nothing', () => {
    for (const object of bootstrapObjects('cluster', options)) {
      const kind = builtinKinds().find((k) => k.apiVersion === object.apiVersion && k.kind === object.kind);
      const copy = structuredClone(object) as JsonObject & { [key: string]: unknown };
      kind?.setDefaults(copy);
      expect(copy).toEqual(object);
      expect(kind?.validate(object), path(object)).toEqual([]);
    }
  });
});

function path({ metadata }: JsonObject): string {
  const { namespace, name } = metadata as JsonObject;
  return `${namespace ?? ''}\u0000${name}`;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, entry]) => [key, sorted(entry)]),
  );
}
