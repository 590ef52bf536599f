import type { Case } from '../case.ts';
import { as, configMap, core, grant, patch, post } from '../steps.ts';

const unrecorded = { unrecorded: true } as const;
const asUser = as('{{run}}');

/**
 * Who writes policies with parameters, or binds them, has to be allowed to read those.
 *
 * @param spec of a policy, without what is about parameters
 * @param ofBinding the same of a binding
 */
export function paramAccess(group: string, kind: string, spec: object, ofBinding: object): Case {
  const policies = `${group}/${kind}policies`;
  const bindings = `${group}/${kind}policybindings`;
  const policy = (name: string, paramKind?: object, rest: object = {}) => ({
    metadata: { name: `${name}-{{run}}` },
    spec: { ...spec, ...(paramKind && { paramKind }), ...rest },
  });
  const binding = (policyName: string, paramRef: object, rest: object = {}) => ({
    metadata: { name: `${policyName}-{{run}}` },
    spec: {
      ...ofBinding,
      policyName: `${policyName}-{{run}}`,
      paramRef: { parameterNotFoundAction: 'Allow', ...paramRef },
      ...rest,
    },
  });
  const configMaps = { apiVersion: 'v1', kind: 'ConfigMap' };
  const asked = { ...asUser, keep: ['kind', 'message', 'details', 'spec.paramKind', 'spec.paramRef'] };
  return {
    name: 'who writes or binds a policy with parameters has to be allowed to read them',
    steps: [
      ...grant('write', {
        apiGroups: ['admissionregistration.k8s.io'],
        resources: [`${kind}policies`, `${kind}policybindings`],
        verbs: ['*'],
      }),
      post(`${policies}?dryRun=All`, policy('probe'), { ...asUser, until: { status: 201 } }),
      post(policies, policy('p', configMaps), asked),
      post(policies, policy('p', { apiVersion: 'example.com/v1', kind: 'Foo' }), asked),
      post(policies, policy('p', { apiVersion: 'v1', kind: 'ConfigMap' }, { failurePolicy: 'Nope' }), asked),
      post(policies, policy('p', configMaps), unrecorded),
      post(policies, policy('q', { apiVersion: 'example.com/v1', kind: 'Foo' }), unrecorded),
      post(policies, policy('r'), asked),
      patch(`${policies}/p-{{run}}`, 'merge', { spec: { failurePolicy: 'Ignore' } }, asked),
      patch(`${policies}/p-{{run}}`, 'merge', { spec: { paramKind: { kind: 'Secret' } } }, asked),
      patch(`${policies}/r-{{run}}`, 'merge', { spec: { paramKind: configMaps } }, asked),
      post(bindings, binding('p', { name: 'a', namespace: '{{ns}}' }), asked),
      post(bindings, binding('p', { selector: {} }), asked),
      post(bindings, binding('q', { name: 'a' }), asked),
      post(bindings, binding('r', { name: 'a' }), asked),
      post(bindings, binding('nope', { name: 'a' }), asked),
      post(bindings, binding('nope', { name: 'a' }, { policyName: '' }), asked),
      post(bindings, binding('p', { name: 'a' }), unrecorded),
      patch(`${bindings}/p-{{run}}`, 'merge', { metadata: { labels: { a: 'b' } } }, asked),
      patch(`${bindings}/p-{{run}}`, 'merge', { spec: { paramRef: { name: 'b' } } }, asked),
      patch(`${bindings}/p-{{run}}`, 'merge', { spec: { paramRef: null } }, asked),
      ...grant('read', { apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }),
      post(`${core}/configmaps`, configMap('a'), unrecorded),
      post(`${policies}?dryRun=All`, policy('probe', configMaps), { ...asUser, until: { status: 201 } }),
      post(policies, policy('s', configMaps), asked),
      post(bindings, binding('s', { name: 'a' }), asked),
      patch(`${bindings}/s-{{run}}`, 'merge', { spec: { paramRef: { name: null, selector: {} } } }, asked),
    ],
  };
}
