import { defineResource, k } from '@opwright/schema';
import { describe, expect, test } from 'vitest';
import { Foo as BuiltinFoo, Thing } from '../test/support/fixtures.ts';
import { controller } from './controller/builder.ts';
import { defineOperator, isOperator, operatorCrds, operatorResources } from './operator.ts';

const Foo = defineResource({ group: 'example.com', version: 'v1', kind: 'Foo', spec: k.object({ name: k.string() }) });
const Bar = defineResource({ group: 'example.com', version: 'v1', kind: 'Bar', spec: k.object({ name: k.string() }) });
const Foreign = defineResource({ group: 'other.com', version: 'v1', kind: 'Foreign', spec: k.object({}) });

const foos = controller(Foo)
  .owns(Bar)
  .reads(Foreign)
  .reads(Thing)
  .reconcile(() => {});

test('an operator brings the CRDs of what it reconciles or owns, not those of others', () => {
  const operator = defineOperator({
    name: 'op',
    controllers: [foos, controller(Foo, { name: 'again' }).reconcile(() => {})],
  });
  expect(operatorCrds(operator).map((crd) => (crd.metadata as { name: string }).name)).toEqual([
    'foos.example.com',
    'bars.example.com',
  ]);
  expect(operatorResources(operator)).toEqual([Foo]);
  expect(isOperator(operator)).toBe(true);
  expect([isOperator({ name: 'op', controllers: [] }), isOperator(undefined)]).toEqual([false, false]);
});

describe('a definition that cannot work is an error that names the remedy', () => {
  test.each([
    ['Big Op', [foos], 'operator name "Big Op" must be a DNS label'],
    ['op', [foos, foos], 'two controllers are named "foo": give one another name, controller(resource, { name'],
    ['op', [controller(Foo)], 'controller "foo" has no reconcile function: call .reconcile('],
  ])('%s', (name, controllers, message) => {
    expect(() => defineOperator({ name, controllers })).toThrow(message);
  });

  test('two label selectors for one kind', () => {
    expect(() => controller(BuiltinFoo).reads(Thing, { labelSelector: 'a=b' }).owns(Thing)).toThrow(
      'controller "foo": Thing is declared twice with different label selectors',
    );
  });
});

test('a builder is never changed: what is declared later concerns the new one only', () => {
  const first = controller(Foo).reads(Thing);
  first.owns(Bar);
  expect(first.definition.sources.map(({ role }) => role)).toEqual(['reads']);
});
