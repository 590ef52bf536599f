import { describe, expect, test } from 'vitest';
import { type AnyCustomResource, checkConversion, defineResource, k } from '../index.ts';

const versions = {
  v1alpha1: {
    spec: k.object({
      schedule: k.string().pattern('^\\d{1,2} \\d{1,2}( \\*){3}$'),
      size: k.int32().min(1).max(9).optional(),
    }),
  },
  v1: {
    spec: k.object({
      minute: k.string().pattern('^\\d{1,2}$'),
      hour: k.string().pattern('^\\d{1,2}$'),
      size: k.int32().min(1).max(9).optional(),
      labels: k.record(k.string()).optional(),
    }),
    storage: true,
  },
} as const;
const Backups = defineResource({ group: 'batch.example.com', kind: 'Backup', versions });

const good = Backups.converts({
  v1alpha1: {
    toHub: ({ spec: { schedule, ...same } }, kept) => {
      const [minute = '', hour = ''] = schedule.split(' ');
      return { spec: { ...kept?.spec, size: undefined, ...same, minute, hour } as never };
    },
    fromHub: ({ spec: { minute, hour, labels: _, ...same } }) => ({
      spec: { ...same, schedule: `${minute} ${hour} * * *` },
    }),
    keep: true,
  },
});

describe('checkConversion', () => {
  test('passes for conversions that keep everything', () => {
    checkConversion(good);
    checkConversion(good, { seed: 'other', runs: 20 });
  });

  test('finds a field that gets lost, in the simplest object that shows it', () => {
    const lossy = Backups.converts({ v1alpha1: { ...good.conversions?.v1alpha1, keep: false } } as never);
    expect(() => checkConversion(lossy)).toThrow(
      /^Backup\.batch\.example\.com: v1 → v1alpha1 → v1 changes the object: remove \/spec\/labels\n {2}object: \{"spec":\{"minute":"\d+","hour":"\d+","labels":\{\}\},"apiVersion":"batch\.example\.com\/v1","kind":"Backup"\}\n {2}seed: 1$/,
    );
  });

  test.each<[string, object, RegExp]>([
    [
      'a field that the other version does not have',
      { toHub: () => ({ spec: { minute: '1', hour: '1', day: 1 } }) },
      /v1alpha1 → v1 makes fields that v1 does not have: spec\.day/,
    ],
    [
      'an object that is invalid in the other version',
      { toHub: () => ({ spec: { minute: 'x', hour: '1' } }) },
      /v1alpha1 → v1 makes an invalid object: spec\.minute: Invalid value: "x"/,
    ],
    [
      'an error',
      {
        fromHub: () => {
          throw new Error('no way');
        },
      },
      /cannot convert Backup "default\/example" from v1 to v1alpha1: no way/,
    ],
  ])('finds %s', (_, wrong, message) => {
    const bad = Backups.converts({ v1alpha1: { ...good.conversions?.v1alpha1, ...wrong } } as never);
    expect(() => checkConversion(bad as AnyCustomResource)).toThrow(message);
  });

  test('says what to do about objects that chance does not find', () => {
    const rare = k.object({ sum: k.string().rule("self == 'sesame'") });
    const Rare = defineResource({
      group: 'a.b',
      kind: 'Rare',
      versions: { v1: { spec: rare, storage: true }, v2: { spec: rare } },
    }).converts({ v2: { toHub: ({ spec }) => ({ spec }), fromHub: ({ spec }) => ({ spec }) } });
    expect(() => checkConversion(Rare)).toThrow(/^found no valid Rare v2 by chance \(.*\): give some in examples$/);
    const metadata = { name: 'a' };
    const example = (version: string) => ({
      apiVersion: `a.b/${version}`,
      kind: 'Rare',
      metadata,
      spec: { sum: 'sesame' },
    });
    checkConversion(Rare, { examples: [example('v1'), example('v2')], runs: 1 });
  });

  test('needs conversions', () => {
    expect(() => checkConversion(Backups)).toThrow('has no conversions: say them in .converts');
  });
});
