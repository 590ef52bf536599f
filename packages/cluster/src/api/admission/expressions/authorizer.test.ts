import { expect, test } from 'vitest';
import type { AccessAttributes } from '../../authorize.ts';
import { deciding } from './authorizer.ts';

const check = {
  verb: 'get',
  group: '',
  resource: 'pods',
  subresource: '',
  namespace: 'ns',
  name: '',
  fieldSelector: '',
  labelSelector: '',
};
const jane = { name: 'jane', groups: [] };

test('an authorizer that takes its time is asked once for each access, and what asked runs again', async () => {
  const asked: AccessAttributes[] = [];
  const decided = deciding(
    {
      async authorize(attributes) {
        asked.push(attributes);
        await Promise.resolve();
        return { allowed: attributes.verb === 'get', reason: 'why' };
      },
    },
    jane,
  );
  let runs = 0;
  const answer = await decided((decide) => {
    runs += 1;
    return [decide(check), decide({ ...check, verb: 'list' }), decide(check)].map(({ allowed }) => allowed);
  });
  expect([answer, runs, asked.map(({ verb }) => verb)]).toEqual([[true, false, true], 3, ['get', 'list']]);
  expect(await decided((decide) => decide(check).reason)).toBe('why');
  expect(asked).toHaveLength(2);
});

test('service accounts are asked about as what they are, paths as paths, and failures are answers', async () => {
  const asked: AccessAttributes[] = [];
  const decided = deciding(
    {
      authorize(attributes) {
        asked.push(attributes);
        throw new Error('no idea');
      },
    },
    jane,
  );
  const serviceAccount = { namespace: 'a', name: 'b' };
  expect(await decided((decide) => decide({ ...check, serviceAccount, path: '/x' }))).toEqual({
    allowed: false,
    reason: '',
    error: 'no idea',
  });
  const groups = ['system:serviceaccounts', 'system:serviceaccounts:a'];
  expect(asked).toEqual([{ user: { name: 'system:serviceaccount:a:b', groups }, verb: 'get', path: '/x' }]);
});

test('what else goes wrong is no decision', async () => {
  const decided = deciding({ authorize: () => ({ allowed: true, reason: '' }) }, jane);
  await expect(
    decided(() => {
      throw new Error('a bug');
    }),
  ).rejects.toThrow('a bug');
});
