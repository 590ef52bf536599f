import { defineResource } from '@opwright/schema';
import { expect, test } from 'vitest';
import { Foo, Thing } from '../../test/support/fixtures.ts';
import { defineOperator } from '../operator.ts';
import { webhooks } from './builder.ts';
import type { WebhookTarget } from './client-config.ts';
import { operatorWebhookConfigurations } from './configurations.ts';

const operator = defineOperator({
  name: 'foo-operator',
  controllers: [],
  webhooks: [
    webhooks(Foo, { failurePolicy: 'Ignore', matchConditions: { named: 'object.spec.name != ""' } })
      .default(() => {})
      .validate(() => {})
      .validateDelete(() => {}),
    webhooks(Thing).validateDelete(() => {}),
  ],
});

test('one configuration per kind, with what the webhooks can do', () => {
  const service = { namespace: 'foo-system', name: 'foo-operator-webhook' };
  const configurations = operatorWebhookConfigurations(operator, { service });
  expect(configurations.map(({ kind }) => kind)).toEqual([
    'MutatingWebhookConfiguration',
    'ValidatingWebhookConfiguration',
  ]);
  const [mutating, validating] = configurations;
  expect(mutating?.webhooks).toEqual([
    {
      name: 'mutate.v1.foo.example.com',
      admissionReviewVersions: ['v1'],
      clientConfig: { service: { ...service, port: 443, path: '/mutate-example-com-v1-foo' } },
      rules: [
        {
          operations: ['CREATE', 'UPDATE'],
          apiGroups: ['example.com'],
          apiVersions: ['v1'],
          resources: ['foos'],
          scope: 'Namespaced',
        },
      ],
      failurePolicy: 'Ignore',
      matchPolicy: 'Equivalent',
      sideEffects: 'None',
      timeoutSeconds: 10,
      namespaceSelector: {
        matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['foo-system'] }],
      },
      matchConditions: [{ name: 'named', expression: 'object.spec.name != ""' }],
      reinvocationPolicy: 'Never',
    },
  ]);
  expect(validating?.webhooks).toMatchObject([
    { name: 'validate.v1.foo.example.com', rules: [{ operations: ['CREATE', 'UPDATE', 'DELETE'] }] },
    { name: 'validate.v1.thing', rules: [{ operations: ['DELETE'], apiGroups: [''] }] },
  ]);
});

test('by URL, with the authorities to trust', () => {
  const target = { url: 'https://127.0.0.1:9443', caBundle: 'PEM' };
  const only = defineOperator({ name: 'o', controllers: [], webhooks: [webhooks(Foo).default(() => {})] });
  const [configuration, ...others] = operatorWebhookConfigurations(only, target);
  expect(others).toEqual([]);
  expect(configuration?.webhooks).toMatchObject([
    { clientConfig: { url: 'https://127.0.0.1:9443/mutate-example-com-v1-foo', caBundle: 'UEVN' } },
  ]);
});

test('two definitions for one kind are an error that names the remedy', () => {
  expect(() => defineOperator({ name: 'o', controllers: [], webhooks: [webhooks(Foo), webhooks(Foo)] })).toThrow(
    'webhooks for Foo (example.com/v1) are defined twice: put them into one definition',
  );
});

test('webhooks of built-in kinds leave the namespace of the operator alone, those of custom resources do not', () => {
  const Room = defineResource({ group: 'hotel.example.com', version: 'v1', kind: 'Room' });
  const namespaceSelector = { matchLabels: { a: 'b' }, matchExpressions: [{ key: 'c', operator: 'Exists' as const }] };
  const both = defineOperator({
    name: 'o',
    controllers: [],
    webhooks: [webhooks(Thing, { namespaceSelector }).validate(() => {}), webhooks(Room).validate(() => {})],
  });
  const selectors = (target: WebhookTarget) =>
    operatorWebhookConfigurations(both, target).flatMap(({ webhooks: list }) =>
      (list as { namespaceSelector?: object }[]).map((webhook) => webhook.namespaceSelector),
    );
  expect(selectors({ service: { namespace: 'o-system', name: 'o-webhook' } })).toEqual([
    {
      matchLabels: { a: 'b' },
      matchExpressions: [
        { key: 'c', operator: 'Exists' },
        { key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['o-system'] },
      ],
    },
    undefined,
  ]);
  expect(selectors({ url: 'https://127.0.0.1' })).toEqual([namespaceSelector, undefined]);
});
