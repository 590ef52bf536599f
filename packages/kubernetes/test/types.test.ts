import { Deployment, type DeploymentInput } from '@opwright/kubernetes/apps';
import { Pod, type PodTemplateSpec } from '@opwright/kubernetes/core';
import { ClusterRole } from '@opwright/kubernetes/rbac';
import type { Infer, InferInput } from '@opwright/machinery';
import { expectTypeOf, test } from 'vitest';

test('a stored object has what the server always writes', () => {
  expectTypeOf<Infer<typeof Pod>>().toEqualTypeOf<Pod>();
  expectTypeOf<Pod['apiVersion']>().toEqualTypeOf<'v1'>();
  expectTypeOf<Pod['kind']>().toEqualTypeOf<'Pod'>();
  expectTypeOf<Pod['metadata']['uid']>().toEqualTypeOf<string>();
  expectTypeOf<Deployment['status']['readyReplicas']>().toEqualTypeOf<number | undefined>();
  expectTypeOf<Deployment['spec']['template']['spec']['containers'][number]['name']>().toEqualTypeOf<string>();
  expectTypeOf<NonNullable<ClusterRole['rules']>[number]['verbs']>().toEqualTypeOf<readonly string[]>();
});

test('a person writes what has no default', () => {
  expectTypeOf<InferInput<typeof Deployment>>().toEqualTypeOf<DeploymentInput>();
  const deployment: DeploymentInput = {
    metadata: { name: 'web', labels: { app: 'web' } },
    spec: {
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          containers: [
            {
              name: 'web',
              image: 'nginx',
              resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: 1 } },
            },
          ],
        },
      },
    },
  };
  expectTypeOf(deployment.spec.template).toEqualTypeOf<PodTemplateSpec>();
});

test('what a server would refuse does not compile', () => {
  const metadata = { name: 'web' };
  // @ts-expect-error a Deployment needs a spec
  const noSpec: DeploymentInput = { metadata };
  // @ts-expect-error no such pull policy
  const policy: Pod['spec']['containers'][number] = { name: 'c', imagePullPolicy: 'Sometimes' };
  // @ts-expect-error no such field
  const typo: Pod['spec'] = { containers: [], restartpolicy: 'Always' };
  // @ts-expect-error stored objects are readonly
  const change = (pod: Pod) => (pod.spec.nodeName = 'n');
  void [noSpec, policy, typo, change, Deployment, Pod, ClusterRole];
});
