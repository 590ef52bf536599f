import { Deployment } from '@opwright/kubernetes/apps';
import { Pod } from '@opwright/kubernetes/core';
import { defineResource, k } from '@opwright/schema';
import { describe, expect, test } from 'vitest';
import { Thing } from '../../test/support/fixtures.ts';
import { defineOperator } from '../operator.ts';
import { operatorPolicies } from './manifests.ts';
import { policy } from './policy.ts';

const Room = defineResource({
  group: 'hotel.example.com',
  version: 'v1',
  kind: 'Room',
  scope: 'Cluster',
  spec: k.object({ beds: k.integer(), since: k.string().format('date-time').optional() }),
});

describe('an expression', () => {
  test('is checked by the type of the objects when it is written', () => {
    expect(() => policy(Pod).rule("object.spec.containers.all(c, c.image != '')")).not.toThrow();
    expect(() => policy(Pod, { name: 'images' }).rule("object.spec.container.all(c, c.image != '')")).toThrow(
      'policy "images" for Pod: rule 1 is wrong: compilation failed: ERROR: <input>:1:12: undefined field \'container\'',
    );
    expect(() => policy(Room).rule('true').rule("object.spec.beds == 'two'")).toThrow(
      /^policy "room" for Room: rule 2 is wrong: .*found no matching overload for '_==_' applied to '\(int, string\)'/,
    );
    expect(() => policy(Room).rule('object.spec.beds')).toThrow('must evaluate to bool but got int');
    expect(() => policy(Room).rule('true', { messageExpression: 'object.spec.beds' })).toThrow(
      'message of rule 1 is wrong: must evaluate to string but got int',
    );
    expect(() => policy(Room, { matchConditions: { big: 'object.beds > 1' } })).toThrow('match condition big is wrong');
  });

  test('sees metadata, the old object, the request, and types that contain themselves', () => {
    for (const expression of [
      "object.metadata.labels['a'] == 'b'",
      'oldObject == null || oldObject.spec.beds <= object.spec.beds',
      "request.userInfo.username.startsWith('system:')",
      "!has(object.spec.since) || timestamp(object.spec.since) < timestamp('2027-01-01T00:00:00Z')",
      "authorizer.group('').resource('pods').check('list').allowed()",
      "namespaceObject.metadata.name == 'default'",
    ]) {
      expect(() => policy(Room).rule(expression), expression).not.toThrow();
    }
    const requests = "object.spec.template.spec.containers.all(c, 'cpu' in c.resources.requests)";
    expect(() => policy(Deployment).rule(requests)).not.toThrow();
    // A kind of which nothing is known is checked where it meets what is known.
    expect(() => policy(Thing).rule('object.anything.goes')).toThrow('must evaluate to bool but got dyn');
    expect(() => policy(Thing).rule('object.anything.goes == request.nothing')).toThrow("undefined field 'nothing'");
  });

  test('sees the variables before it, with their types', () => {
    const beds = policy(Room).variable('beds', 'object.spec.beds').variable('many', 'variables.beds > 4');
    expect(() => beds.rule('!variables.many')).not.toThrow();
    expect(() => beds.rule("variables.beds == 'x'")).toThrow("'(int, string)'");
    expect(() => beds.rule('variables.none')).toThrow("undefined field 'none'");
    expect(() => beds.variable('wrong', 'object.nope')).toThrow('variable wrong is wrong');
    expect(() => beds.variable('a-b', 'true')).toThrow('its name must be');
  });
});

test('the manifests are a policy and its binding', () => {
  const rooms = policy(Room, {
    name: 'beds',
    actions: ['Warn', 'Audit'],
    failurePolicy: 'Ignore',
    objectSelector: { matchLabels: { a: 'b' } },
    matchConditions: { big: 'object.spec.beds > 1' },
  })
    .variable('beds', 'object.spec.beds')
    .rule('variables.beds < 9', { message: 'a dormitory', reason: 'Forbidden' });
  const metadata = {
    name: 'hotel-beds',
    labels: { 'app.kubernetes.io/name': 'hotel', 'app.kubernetes.io/managed-by': 'opwright' },
  };
  const apiVersion = 'admissionregistration.k8s.io/v1';
  expect(operatorPolicies(defineOperator({ name: 'hotel', controllers: [], policies: [rooms] }))).toEqual([
    {
      apiVersion,
      kind: 'ValidatingAdmissionPolicy',
      metadata,
      spec: {
        failurePolicy: 'Ignore',
        matchConstraints: {
          matchPolicy: 'Equivalent',
          objectSelector: { matchLabels: { a: 'b' } },
          resourceRules: [
            {
              apiGroups: ['hotel.example.com'],
              apiVersions: ['v1'],
              operations: ['CREATE', 'UPDATE'],
              resources: ['rooms'],
              scope: 'Cluster',
            },
          ],
        },
        matchConditions: [{ name: 'big', expression: 'object.spec.beds > 1' }],
        variables: [{ name: 'beds', expression: 'object.spec.beds' }],
        validations: [{ expression: 'variables.beds < 9', message: 'a dormitory', reason: 'Forbidden' }],
      },
    },
    {
      apiVersion,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata,
      spec: { policyName: 'hotel-beds', validationActions: ['Warn', 'Audit'] },
    },
  ]);
});

test('a policy without a rule, and two of one name, are errors', () => {
  const define = (...policies: ReturnType<typeof policy>[]) => defineOperator({ name: 'o', controllers: [], policies });
  expect(() => define(policy(Pod))).toThrow('policy "pod" has no rule: call .rule(…)');
  expect(() => define(policy(Pod).rule('true'), policy(Pod).rule('true'))).toThrow('two policies are named "pod"');
});
