import { describe, expect, it } from 'vitest';
import { builtinKinds } from './builtin.ts';

describe('builtinKinds', () => {
  it('serves every resource of the data with a type, columns and a row', () => {
    const kinds = builtinKinds();
    expect(kinds).toHaveLength(59);
    for (const kind of kinds) {
      const object = { apiVersion: kind.apiVersion, kind: kind.kind, metadata: { name: 'x' } };
      expect(kind.row(object, 0)).toHaveLength(kind.columns.length);
      if (kind.verbs.includes('list'))
        expect(kind.type.node === 'struct' && kind.type.fields.has('metadata')).toBe(true);
    }
  });

  it('stores the versions of a resource in one place', () => {
    const storage = (apiVersion: string, kind: string) =>
      builtinKinds().find((k) => k.apiVersion === apiVersion && k.kind === kind)?.storage;
    expect(storage('events.k8s.io/v1', 'Event')).toBe(storage('v1', 'Event'));
    expect(storage('autoscaling/v1', 'HorizontalPodAutoscaler')).toBe(
      storage('autoscaling/v2', 'HorizontalPodAutoscaler'),
    );
  });
});
