import { invalidValue, type JsonObject, StatusError } from '@opwright/machinery';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Foo, recording } from '../../test/support/fixtures.ts';
import { admitByDefaulting, admitByValidating } from './admit.ts';
import { webhooks } from './builder.ts';
import type { AdmissionRequest } from './review.ts';

const log = recording();

function request(part: Partial<AdmissionRequest>): AdmissionRequest {
  return {
    uid: 'u1',
    kind: { group: 'example.com', version: 'v1', kind: 'Foo' },
    resource: { group: 'example.com', version: 'v1', resource: 'foos' },
    name: 'a',
    namespace: 'default',
    operation: 'CREATE',
    userInfo: { username: 'jane', groups: ['dev'] },
    object: null,
    oldObject: null,
    ...part,
  };
}

const foo = (spec: object, rest: object = {}) =>
  ({ apiVersion: 'example.com/v1', kind: 'Foo', metadata: { name: 'a' }, spec, ...rest }) as unknown as JsonObject;

function patchOf({ patch }: { patch?: string }): unknown {
  return patch === undefined ? undefined : JSON.parse(Buffer.from(patch, 'base64').toString('utf8'));
}

describe('defaulting', () => {
  const admit = admitByDefaulting(
    webhooks(Foo).default((draft) => {
      draft.spec.name ??= 'nobody';
    }).definition,
  );

  test('answers with the operations that make the change, and says nothing of what it did not touch', async () => {
    const object = foo({ unknown: { big: 1, list: [null, {}] } }, { alsoUnknown: null });
    const response = await admit(request({ object }), log);
    expect(response).toMatchObject({ allowed: true, patchType: 'JSONPatch' });
    expect(patchOf(response)).toEqual([{ op: 'add', path: '/spec/name', value: 'nobody' }]);
  });

  test('answers without a patch when nothing changed, and never on a delete', async () => {
    for (const part of [{ object: foo({ name: 'x' }) }, { operation: 'DELETE' as const, oldObject: foo({}) }]) {
      expect(await admit(request(part), log)).toEqual({ allowed: true, status: { code: 200 } });
    }
  });

  test('never removes a field, whatever the object holds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue()), async (spec) => {
        const operations = patchOf(await admit(request({ object: foo(spec) }), log)) ?? [];
        expect((operations as { op: string }[]).filter(({ op }) => op === 'remove')).toEqual([]);
        expect((operations as unknown[]).length).toBe(spec.name === undefined || spec.name === null ? 1 : 0);
      }),
    );
  });

  test('refuses with the message of what it throws; a defect is not for the user to read', async () => {
    const throwing = (error: unknown) =>
      admitByDefaulting(
        webhooks(Foo).default((draft) => {
          draft.spec.name = 'changed before it fails: no patch may tell of it';
          throw error;
        }).definition,
      )(request({ object: foo({}) }), log);
    expect(await throwing(new Error('not on Sundays'))).toEqual({
      allowed: false,
      status: { code: 403, reason: 'Forbidden', message: 'not on Sundays' },
    });
    await expect(throwing(new TypeError('undefined is not a function'))).rejects.toThrow(TypeError);
  });
});

describe('validating', () => {
  const admit = admitByValidating(
    webhooks(Foo)
      .validate((object, old, ctx) => {
        if (old && old.spec.name !== object.spec.name) ctx.warn(`renamed by ${ctx.user.username}`);
        if (object.spec.name.length <= 5) return [];
        return [invalidValue('spec.name', object.spec.name, 'must be short')];
      })
      .validateDelete((object) => {
        if (object.spec.name === 'keep') throw new Error('it is needed');
      }).definition,
  );

  test('answers with the fields that are wrong, as an API server does', async () => {
    expect(await admit(request({ object: foo({ name: 'toolong' }) }), log)).toMatchObject({
      allowed: false,
      status: {
        code: 422,
        reason: 'Invalid',
        message: 'Foo.example.com "a" is invalid: spec.name: Invalid value: "toolong": must be short',
        details: { causes: [{ field: 'spec.name', reason: 'FieldValueInvalid' }] },
      },
    });
  });

  test('sees the old object on updates, and may warn', async () => {
    const part = { operation: 'UPDATE' as const, object: foo({ name: 'b' }), oldObject: foo({ name: 'a' }) };
    expect(await admit(request(part), log)).toEqual({
      allowed: true,
      status: { code: 200 },
      warnings: ['renamed by jane'],
    });
  });

  test('judges deletions by the object that is to go', async () => {
    const deletion = (name: string) => admit(request({ operation: 'DELETE', oldObject: foo({ name }) }), log);
    expect(await deletion('drop')).toMatchObject({ allowed: true });
    expect(await deletion('keep')).toMatchObject({ allowed: false, status: { code: 403, message: 'it is needed' } });
  });

  test('hands on the status of an API error, and objects that cannot be changed', async () => {
    const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, message: 'busy', code: 429 } as const;
    const busy = webhooks(Foo).validate(() => {
      throw new StatusError(status);
    });
    const object = foo({ name: 'a' });
    expect(await admitByValidating(busy.definition)(request({ object }), log)).toEqual({ allowed: false, status });
    const changing = webhooks(Foo).validate((given) => {
      (given.spec as { name: string }).name = 'b';
    });
    await expect(admitByValidating(changing.definition)(request({ object }), log)).rejects.toThrow(TypeError);
  });
});
