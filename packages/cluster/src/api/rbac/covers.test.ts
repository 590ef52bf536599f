import fc from 'fast-check';
import { expect, test } from 'vitest';
import { missingRules } from './covers.ts';
import { ruleAllows } from './match.ts';

const some = (...values: string[]) => fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 2 });
const rules = fc.array(
  fc.oneof(
    fc.record(
      {
        verbs: some('get', 'list', '*'),
        apiGroups: some('', 'apps', '*'),
        resources: some('pods', 'pods/log', '*/log', '*'),
        resourceNames: some('a', 'b'),
      },
      { requiredKeys: ['verbs', 'apiGroups', 'resources'] },
    ),
    fc.record({ verbs: some('get', '*'), nonResourceURLs: some('/a', '/a/b', '/a/*', '/*', '*') }),
  ),
  { maxLength: 3 },
);
const user = { name: 'u', groups: [] };
const accesses = [
  ...['get', 'list', 'delete'].flatMap((verb) =>
    ['', 'apps', 'batch'].flatMap((group) =>
      ['', 'log', 'exec'].flatMap((subresource) =>
        ['a', 'b', 'c', ''].map((name) => ({
          ...{ user, verb, group, version: '*', resource: 'pods', subresource, namespace: 'n', name },
        })),
      ),
    ),
  ),
  ...['/a', '/a/b', '/c'].flatMap((path) => ['get', 'post'].map((verb) => ({ user, verb, path }))),
];

test('who misses nothing of some rules may do all that they allow', () => {
  fc.assert(
    fc.property(rules, rules, (owned, wanted) => {
      if (missingRules(owned, wanted).length > 0) return;
      for (const access of accesses) {
        if (!wanted.some((rule) => ruleAllows(rule, access))) continue;
        expect(
          owned.some((rule) => ruleAllows(rule, access)),
          JSON.stringify(access),
        ).toBe(true);
      }
    }),
    { numRuns: 2000 },
  );
});

test('what is missing is told by resource, with its verbs', () => {
  const wanted = [
    { verbs: ['get', 'list'], apiGroups: [''], resources: ['pods', 'secrets'] },
    { verbs: ['get'], apiGroups: [''], resources: ['secrets'], resourceNames: ['a"b'] },
    { verbs: ['get'], nonResourceURLs: ['/x'] },
  ];
  expect(missingRules([{ verbs: ['*'], apiGroups: ['*'], resources: ['pods'] }], wanted)).toEqual([
    '{APIGroups:[""], Resources:["secrets"], ResourceNames:["a\\"b"], Verbs:["get"]}',
    '{APIGroups:[""], Resources:["secrets"], Verbs:["get" "list"]}',
    '{NonResourceURLs:["/x"], Verbs:["get"]}',
  ]);
  expect(missingRules([], [])).toEqual([]);
});
