import { decodeObject, type JsonObject, StatusError } from '@opwright/machinery';
import { describe, expect, it } from 'vitest';
import { serviceAllocator } from '../allocator.ts';
import { builtinKinds } from '../builtin.ts';
import type { MutableObject, ServedKind } from '../kind.ts';

function served(apiVersion: string, name: string): ServedKind {
  const kind = builtinKinds().find((k) => k.apiVersion === apiVersion && k.kind === name);
  if (kind === undefined) throw new Error(`${apiVersion} ${name}`);
  return kind;
}

/** Decoded, with its defaults. */
function object(kind: ServedKind, body: JsonObject, prepare = true): JsonObject {
  const decoded = decodeObject(kind.type, { apiVersion: kind.apiVersion, kind: kind.kind, ...body })
    .object as MutableObject;
  kind.setDefaults(decoded);
  if (prepare)
    kind.prepareForCreate(decoded, {
      nowMs: 0,
      user: { name: 'u', groups: [] },
      allocator: serviceAllocator(() => []),
      newUid: () => 'uid',
      dryRun: false,
      subresource: '',
      warn() {},
    });
  return decoded as JsonObject;
}

function errors(apiVersion: string, name: string, body: JsonObject): string[] {
  const kind = served(apiVersion, name);
  return kind.validate(object(kind, body)).map(({ field, message }) => `${field}: ${message}`);
}

function updateErrors(apiVersion: string, name: string, body: JsonObject, old: JsonObject): string[] {
  const kind = served(apiVersion, name);
  const [now, then] = [object(kind, body), object(kind, old)];
  return [...kind.validate(now, then), ...kind.validateUpdate(now, then)].map(
    ({ field, message }) => `${field}: ${message}`,
  );
}

const named = { metadata: { name: 'x', namespace: 'default' } };
const container = { name: 'c', image: 'i' };
const labelText =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const dns1035Text =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

// The texts are those that a real API server answered.
describe('validation of built-in kinds', () => {
  it('names everything that is wrong with a Deployment, in order', () => {
    const spec = { replicas: -1, template: {}, strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 0 } } };
    expect(errors('apps/v1', 'Deployment', { ...named, spec })).toEqual([
      'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
      'spec.selector: Required value',
      'spec.template.metadata.labels: Invalid value: map[string]string(nil): `selector` does not match template `labels`',
      'spec.template.spec.containers: Required value',
      'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: intstr.IntOrString{Type:0, IntVal:0, StrVal:""}: may not be 0 when `maxSurge` is 0',
    ]);
  });

  it('wants the pods of a Deployment selected, and running for ever', () => {
    const template = { metadata: { labels: { x: 'y' } }, spec: { restartPolicy: 'Never', containers: [container] } };
    expect(
      errors('apps/v1', 'Deployment', { ...named, spec: { selector: { matchLabels: { a: 'b' } }, template } }),
    ).toEqual([
      'spec.template.metadata.labels: Invalid value: map[string]string{"x":"y"}: `selector` does not match template `labels`',
      'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
    ]);
  });

  it('keeps the selector of a workload', () => {
    const template = { metadata: { labels: { app: 'e', z: '1' } }, spec: { containers: [container] } };
    const spec = (matchLabels: JsonObject) => ({ ...named, spec: { selector: { matchLabels }, template } });
    expect(updateErrors('apps/v1', 'Deployment', spec({ app: 'e', z: '1' }), spec({ app: 'e' }))).toEqual([
      'spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string{"app":"e", "z":"1"}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: field is immutable',
    ]);
  });

  it('keeps most of a StatefulSet', () => {
    const template = { metadata: { labels: { app: 'e' } }, spec: { containers: [container] } };
    const spec = (serviceName: string) => ({
      ...named,
      spec: { serviceName, selector: { matchLabels: { app: 'e' } }, template },
    });
    expect(updateErrors('apps/v1', 'StatefulSet', spec('b'), spec('a'))).toEqual([
      "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
    ]);
  });

  it('names what is wrong with the containers of a pod', () => {
    expect(errors('v1', 'Pod', { ...named, spec: { containers: [] } })).toEqual(['spec.containers: Required value']);
    const volumes = [{ name: 'v' }, { name: 'v' }];
    expect(
      errors('v1', 'Pod', {
        ...named,
        spec: { volumes, restartPolicy: 'X', containers: [{ name: 'C' }, { name: 'C' }] },
      }),
    ).toEqual([
      'spec.volumes[1].name: Duplicate value: "v"',
      `spec.containers[0].name: Invalid value: "C": ${labelText}`,
      'spec.containers[0].image: Required value',
      `spec.containers[1].name: Invalid value: "C": ${labelText}`,
      'spec.containers[1].image: Required value',
      'spec.containers[1].name: Duplicate value: "C"',
      'spec.restartPolicy: Unsupported value: "X": supported values: "Always", "OnFailure", "Never"',
    ]);
    const bad = {
      ...container,
      ports: [{ containerPort: 99999 }],
      volumeMounts: [{ name: 'nope', mountPath: '/x' }],
      imagePullPolicy: 'x',
      resources: { limits: { cpu: '1' }, requests: { cpu: '2' } },
    };
    expect(errors('v1', 'Pod', { ...named, spec: { containers: [bad] } })).toEqual([
      'spec.containers[0].ports[0].containerPort: Invalid value: 99999: must be between 1 and 65535, inclusive',
      'spec.containers[0].volumeMounts[0].name: Not found: "nope"',
      'spec.containers[0].imagePullPolicy: Unsupported value: "x": supported values: "Always", "IfNotPresent", "Never"',
      'spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1',
    ]);
  });

  it('lets the image of a pod change, and little else', () => {
    const pod = (change: JsonObject, containers = [container]) => ({ ...named, spec: { containers, ...change } });
    expect(updateErrors('v1', 'Pod', pod({}, [{ ...container, image: 'new' }]), pod({}))).toEqual([]);
    expect(updateErrors('v1', 'Pod', pod({ nodeName: 'a' }), pod({}))).toHaveLength(1);
    const pods = served('v1', 'Pod');
    const bound = {
      ...object(pods, pod({ nodeName: 'a' })),
      status: { conditions: [{ type: 'PodScheduled', status: 'True' }] },
    };
    expect(pods.subresourceErrors?.binding?.(bound, object(pods, pod({})))).toEqual([]);
    expect(updateErrors('v1', 'Pod', pod({ nodeName: 'b' }), pod({ nodeName: 'a' }))).toHaveLength(1);
    expect(updateErrors('v1', 'Pod', pod({ restartPolicy: 'Never' }), pod({}))[0]).toBe(
      'spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
    );
  });

  it('wants jobs to end', () => {
    const template = { spec: { containers: [container] } };
    const body = { ...named, spec: { schedule: 'bogus', jobTemplate: { spec: { template } } } };
    expect(errors('batch/v1', 'CronJob', body)).toEqual([
      'spec.schedule: Invalid value: "bogus": expected exactly 5 fields, found 1: [bogus]',
      'spec.jobTemplate.spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
    ]);
  });

  it('keeps the completions of a job', () => {
    const job = (completions: number) => ({
      metadata: { ...named.metadata, uid: 'u' },
      spec: { completions, template: { spec: { restartPolicy: 'Never', containers: [container] } } },
    });
    expect(updateErrors('batch/v1', 'Job', job(5), job(1))).toEqual([
      'spec.completions: Invalid value: 5: field is immutable',
    ]);
  });

  it('names what is wrong with a Service', () => {
    const ports = [{ port: 0 }, { port: 1 }];
    expect(errors('v1', 'Service', { metadata: { name: 'S_4' }, spec: { ports } })).toEqual([
      `metadata.name: Invalid value: "S_4": ${dns1035Text}`,
      'spec.ports[0].name: Required value',
      'spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive',
      'spec.ports[0].targetPort: Invalid value: 0: must be between 1 and 65535, inclusive',
      'spec.ports[1].name: Required value',
    ]);
    expect(errors('v1', 'Service', { ...named, spec: {} })).toEqual(['spec.ports: Required value']);
    expect(errors('v1', 'Service', { ...named, spec: { type: 'ExternalName' } })).toEqual([
      'spec.externalName: Required value',
    ]);
    const service = (clusterIP: string) => ({ ...named, spec: { clusterIP, ports: [{ port: 1 }] } });
    expect(updateErrors('v1', 'Service', service('10.0.0.250'), service('10.0.0.2'))).toEqual([
      'spec.clusterIPs[0]: Invalid value: []string{"10.0.0.250"}: may not change once set',
    ]);
  });

  it('refuses addresses that cannot be had', () => {
    const message = (spec: JsonObject) => {
      try {
        object(served('v1', 'Service'), { ...named, spec });
      } catch (error) {
        if (error instanceof StatusError) return error.message;
      }
      return '';
    };
    expect(message({ clusterIP: '192.168.1.1', ports: [{ port: 1 }] })).toBe(
      'Service "x" is invalid: spec.clusterIPs: Invalid value: []string{"192.168.1.1"}: failed to allocate IP 192.168.1.1: the provided IP (192.168.1.1) is not in the valid range. The range of valid IPs is 10.0.0.0/16',
    );
    expect(message({ type: 'NodePort', ports: [{ port: 1, nodePort: 80 }] })).toBe(
      'Service "x" is invalid: spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767',
    );
  });

  it('checks keys and contents of ConfigMaps and Secrets', () => {
    const keyText =
      "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
    expect(errors('v1', 'Secret', { ...named, data: { 'bad key': 'Yg==' } })).toEqual([
      `data[bad key]: Invalid value: "bad key": ${keyText}`,
    ]);
    expect(errors('v1', 'Secret', { ...named, type: 'kubernetes.io/tls' })).toEqual([
      'data[tls.crt]: Required value',
      'data[tls.key]: Required value',
    ]);
    expect(updateErrors('v1', 'Secret', { ...named, type: 'B' }, { ...named, type: 'A' })).toEqual([
      'type: Invalid value: "B": field is immutable',
    ]);
    const frozen = { ...named, immutable: true, data: { a: '1' } };
    expect(updateErrors('v1', 'ConfigMap', { ...named, data: { a: '2' } }, frozen)).toEqual([
      'immutable: Forbidden: field is immutable when `immutable` is set',
      'data: Forbidden: field is immutable when `immutable` is set',
    ]);
    expect(errors('v1', 'ConfigMap', { ...named, data: { a: 'x'.repeat(1024 * 1024 + 1) } })).toEqual([
      '[]: Too long: may not be more than 1048576 bytes',
    ]);
  });

  it('names what is wrong with claims, bindings, events and webhooks', () => {
    expect(errors('v1', 'PersistentVolumeClaim', { ...named, spec: {} })).toEqual([
      'spec.accessModes: Required value: at least 1 access mode is required',
      'spec.resources[storage]: Required value',
    ]);
    const binding = {
      ...named,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Foo', name: '' },
      subjects: [{ kind: 'X', name: '' }],
    };
    expect(errors('rbac.authorization.k8s.io/v1', 'RoleBinding', binding)).toEqual([
      'roleRef.kind: Unsupported value: "Foo": supported values: "Role", "ClusterRole"',
      'roleRef.name: Required value',
      'subjects[0].name: Required value',
      'subjects[0].kind: Unsupported value: "X": supported values: "ServiceAccount", "User", "Group"',
    ]);
    const role = (name: string) => ({ ...named, roleRef: { kind: 'Role', name } });
    expect(updateErrors('rbac.authorization.k8s.io/v1', 'RoleBinding', role('zz'), role('a'))).toEqual([
      'roleRef: Invalid value: rbac.RoleRef{APIGroup:"rbac.authorization.k8s.io", Kind:"Role", Name:"zz"}: cannot change roleRef',
    ]);
    expect(errors('v1', 'Event', { ...named, involvedObject: { namespace: 'other' } })).toEqual([
      'involvedObject.namespace: Invalid value: "other": does not match event.namespace',
    ]);
    const webhook = {
      name: 'bad',
      clientConfig: { url: 'https://x' },
      admissionReviewVersions: ['v1'],
      sideEffects: 'Some',
      timeoutSeconds: 31,
    };
    expect(
      errors('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', {
        metadata: { name: 'x' },
        webhooks: [webhook],
      }),
    ).toEqual([
      'webhooks[0].name: Invalid value: "bad": should be a domain with at least three segments separated by dots',
      'webhooks[0].sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"',
      'webhooks[0].timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 seconds',
    ]);
  });

  it('takes the names of roles as they come', () => {
    expect(errors('rbac.authorization.k8s.io/v1', 'Role', { metadata: { name: 'system:x' } })).toEqual([]);
    expect(errors('v1', 'ConfigMap', { metadata: { name: 'system:x' } })).toHaveLength(1);
  });
});
