import type { JsonObject } from '@opwright/machinery';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { convertObject, defineResource, KEPT_HUB, k } from '../index.ts';

const Schedules = defineResource({
  group: 'batch.example.com',
  kind: 'Backup',
  versions: {
    v1alpha1: { spec: k.object({ schedule: k.string() }), status: k.object({ last: k.string().optional() }) },
    v1beta1: { spec: k.object({ at: k.object({ minute: k.string() }) }) },
    v1: {
      spec: k.object({ minute: k.string(), paused: k.boolean().default(false) }),
      status: k.object({ last: k.string().optional() }),
      storage: true,
    },
  },
});

const Backup = Schedules.converts({
  v1alpha1: {
    toHub: (backup, kept) => ({
      spec: { minute: backup.spec.schedule, paused: kept?.spec.paused ?? false },
      ...(backup.status && { status: backup.status }),
    }),
    fromHub: (backup) => ({
      spec: { schedule: backup.spec.minute },
      ...(backup.status && { status: backup.status }),
    }),
    keep: true,
  },
  v1beta1: {
    toHub: (backup) => ({ spec: { minute: backup.spec.at.minute, paused: false } }),
    fromHub: (backup) => ({ spec: { at: { minute: backup.spec.minute } } }),
  },
});

const metadata = { name: 'a', namespace: 'default', uid: '1', labels: { a: 'b' }, managedFields: [{ manager: 'm' }] };
const object = (version: string, content: object): JsonObject => ({
  apiVersion: `batch.example.com/${version}`,
  kind: 'Backup',
  metadata,
  ...content,
});
const convert = (from: JsonObject, version: string) => convertObject(Backup, from, `batch.example.com/${version}`);

describe('conversions', () => {
  test('are typed by their versions, and the compiler wants all but the hub', () => {
    Schedules.converts({
      v1alpha1: {
        toHub: (backup, kept) => {
          expectTypeOf(backup.spec).toEqualTypeOf<{ readonly schedule: string }>();
          expectTypeOf(kept?.spec.paused).toEqualTypeOf<boolean | undefined>();
          return { spec: { minute: backup.spec.schedule, paused: true } };
        },
        fromHub: (hub) => ({ spec: { schedule: hub.spec.minute } }),
      },
      v1beta1: {
        toHub: (backup) => ({ spec: { minute: backup.spec.at.minute, paused: false } }),
        // @ts-expect-error a field is missing
        fromHub: () => ({ spec: { at: {} } }),
      },
    });
    expect(() =>
      // @ts-expect-error v1beta1 is missing
      Schedules.converts({ v1alpha1: Backup.conversions?.v1alpha1 as never }),
    ).toThrow('Backup.batch.example.com cannot have these conversions: v1beta1 has none');
    expect(() => Schedules.converts({ ...Backup.conversions, v1: {}, v9: {} } as never)).toThrow(
      'v1 is the hub, it needs none; there is no version v9',
    );
  });

  test('go through the hub and leave metadata alone', () => {
    const converted = convert(object('v1beta1', { spec: { at: { minute: '5' } } }), 'v1alpha1');
    expect(converted).toEqual(object('v1alpha1', { spec: { schedule: '5' } }));
    expect(converted.metadata).toBe(metadata);
  });

  test('return the same object for the version that it has', () => {
    const same = object('v1', { spec: { minute: '1', paused: true } });
    expect(convert(same, 'v1')).toBe(same);
  });

  test('keep what an older version cannot say in an annotation, when there is something', () => {
    const hub = object('v1', { spec: { minute: '1', paused: true } });
    const older = convert(hub, 'v1alpha1');
    expect(older.metadata).toEqual({
      ...metadata,
      annotations: { [KEPT_HUB]: '{"spec":{"minute":"1","paused":true}}' },
    });
    expect(convert(older, 'v1')).toEqual(hub);
    const edited = { ...older, spec: { schedule: '2' } };
    expect(convert(edited, 'v1')).toEqual(object('v1', { spec: { minute: '2', paused: true } }));
    expect(convert(object('v1', { spec: { minute: '1', paused: false } }), 'v1alpha1').metadata).toBe(metadata);
  });

  test('do not trust the annotation, and leave others alone', () => {
    const withText = (text: string) => ({
      ...object('v1alpha1', { spec: { schedule: '2' } }),
      metadata: { ...metadata, annotations: { [KEPT_HUB]: text, other: 'x' } },
    });
    for (const text of ['{', '[]', 'null']) {
      expect(convert(withText(text), 'v1')).toEqual({
        ...object('v1', { spec: { minute: '2', paused: false } }),
        metadata: { ...metadata, annotations: { other: 'x' } },
      });
    }
  });

  test('that fail name the object and the versions', () => {
    expect(() => convert(object('v1beta1', { spec: {} }), 'v1')).toThrow(
      /^cannot convert Backup "default\/a" from v1beta1 to v1: Cannot read properties of undefined \(reading 'minute'\)$/,
    );
    expect(() => convert(object('v1', {}), 'v3')).toThrow(
      'Backup.batch.example.com has no version batch.example.com/v3, it has v1alpha1, v1beta1, v1',
    );
    const Bad = Schedules.converts({
      ...Backup.conversions,
      v1beta1: { toHub: () => undefined, fromHub: () => ({}) },
    } as never);
    expect(() => convertObject(Bad, object('v1beta1', {}), 'batch.example.com/v1')).toThrow('returned no object');
  });

  test('cannot change what they are given', () => {
    const Bad = Schedules.converts({
      ...Backup.conversions,
      v1beta1: {
        toHub: (backup: { spec: { at?: unknown } }) => {
          delete backup.spec.at;
          return {};
        },
        fromHub: () => ({}),
      },
    } as never);
    const given = object('v1beta1', { spec: { at: { minute: '1' } } });
    expect(() => convertObject(Bad, given, 'batch.example.com/v1')).toThrow('Cannot delete property');
  });
});

test('the CRD of a resource that converts names a webhook that does not answer, or the one that is given', () => {
  expect(Schedules.crd().spec.conversion).toBeUndefined();
  expect(Backup.crd().spec.conversion?.webhook.clientConfig.url).toMatch(/\.invalid\/convert$/);
  const conversion = {
    strategy: 'Webhook',
    webhook: { conversionReviewVersions: ['v1'], clientConfig: { url: 'https://here/convert' } },
  } as const;
  expect(Backup.crd(conversion).spec.conversion).toBe(conversion);
});
