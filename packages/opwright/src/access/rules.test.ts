import { ConfigMap, Node, Pod, Secret } from '@opwright/kubernetes/core';
import { expect, test } from 'vitest';
import { Foo } from '../../test/support/fixtures.ts';
import { controller } from '../controller/builder.ts';
import { defineOperator } from '../operator.ts';
import { accessRules, scopedAccessRules } from './rules.ts';

test('what is declared is what may be done, merged and sorted', () => {
  const rules = accessRules(
    defineOperator({
      name: 'op',
      controllers: [
        controller(Foo)
          .watches(Pod, () => [])
          .reads(Node)
          .owns(ConfigMap)
          .writes(Secret)
          .reconcile(() => {})
          .finalize(() => {}),
      ],
    }),
  );
  expect(rules).toEqual([
    { apiGroups: [''], resources: ['configmaps'], verbs: ['create', 'delete', 'get', 'list', 'patch', 'watch'] },
    { apiGroups: [''], resources: ['nodes', 'pods'], verbs: ['get', 'list', 'watch'] },
    { apiGroups: [''], resources: ['secrets'], verbs: ['create', 'delete', 'patch'] },
    { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] },
    { apiGroups: ['example.com'], resources: ['foos'], verbs: ['get', 'list', 'patch', 'watch'] },
    { apiGroups: ['example.com'], resources: ['foos/finalizers'], verbs: ['update'] },
    { apiGroups: ['example.com'], resources: ['foos/status'], verbs: ['get', 'patch', 'update'] },
  ]);
});

test('each cluster allows what is declared for it', () => {
  const operator = defineOperator({
    name: 'op',
    controllers: [
      controller(Foo, { clusters: ['east'] })
        .reads(Node)
        .reads(Pod, { cluster: 'west' })
        .writes(Secret, { cluster: '*' })
        .reconcile(() => {}),
    ],
  });
  const events = { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] };
  const secrets = { apiGroups: [''], resources: ['secrets'], verbs: ['create', 'delete', 'patch'] };
  const followed = ['get', 'list', 'watch'];
  expect(accessRules(operator)).toEqual([secrets, events]);
  expect(accessRules(operator, 'west')).toEqual([{ apiGroups: [''], resources: ['pods'], verbs: followed }, secrets]);
  expect(accessRules(operator, 'east')).toEqual([
    { apiGroups: [''], resources: ['nodes'], verbs: followed },
    secrets,
    events,
    { apiGroups: ['example.com'], resources: ['foos'], verbs: followed },
    { apiGroups: ['example.com'], resources: ['foos/status'], verbs: ['get', 'patch', 'update'] },
  ]);
});

test('a controller that owns and finalizes nothing may not touch the object itself', () => {
  const rules = accessRules(defineOperator({ name: 'op', controllers: [controller(Foo).reconcile(() => {})] }));
  expect(rules).toContainEqual({ apiGroups: ['example.com'], resources: ['foos'], verbs: ['get', 'list', 'watch'] });
  expect(rules.flatMap(({ resources }) => resources)).not.toContain('foos/finalizers');
});

test('two controllers that need different things of a kind get both', () => {
  const rules = accessRules(
    defineOperator({
      name: 'op',
      controllers: [
        controller(Foo, { name: 'a' })
          .reads(Secret)
          .reconcile(() => {}),
        controller(Foo, { name: 'b' })
          .writes(Secret)
          .reconcile(() => {}),
      ],
    }),
  );
  expect(rules[0]).toEqual({
    apiGroups: [''],
    resources: ['secrets'],
    verbs: ['create', 'delete', 'get', 'list', 'patch', 'watch'],
  });
});

test('rules about cluster-scoped objects are apart from those that a Role can grant', () => {
  const { cluster, namespaced } = scopedAccessRules(
    defineOperator({
      name: 'op',
      controllers: [
        controller(Foo)
          .reads(Node)
          .owns(ConfigMap)
          .reconcile(() => {}),
      ],
    }),
  );
  expect(cluster).toEqual([{ apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list', 'watch'] }]);
  expect(namespaced.flatMap(({ resources }) => resources)).toEqual([
    'configmaps',
    'events',
    'foos',
    'foos/finalizers',
    'foos/status',
  ]);
});
