import { expect, expectTypeOf, test } from 'vitest';
import { Foo } from '../../test/support/fixtures.ts';
import { webhooks } from './builder.ts';

test('a definition is a value: every method returns a new one', () => {
  const empty = webhooks(Foo, { timeoutSeconds: 3 });
  const complete = empty.default(() => {}).validate(() => {});
  expect(empty.definition).toEqual({ resource: Foo, options: { timeoutSeconds: 3 } });
  expect(Object.keys(complete.definition)).toEqual(['resource', 'options', 'default', 'validate']);
});

test('a draft can be changed, what is judged cannot', () => {
  webhooks(Foo)
    .default((draft) => {
      expectTypeOf(draft.spec.name).toEqualTypeOf<string>();
      draft.spec.name = 'x';
    })
    .validate((object, old) => {
      expectTypeOf(old).toEqualTypeOf<typeof object | undefined>();
      // @ts-expect-error: what is judged is readonly
      object.spec.name = 'x';
    });
});
