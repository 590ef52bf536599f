import { createClient } from '@opwright/client';
import { type Cluster, startCluster } from '@opwright/cluster';
import { Pod } from '@opwright/kubernetes/core';
import { defineOperator, defineResource, k, operatorPolicies, policy, webhooks } from 'opwright';
import { afterEach, beforeEach, expect, test } from 'vitest';

const Room = defineResource({
  group: 'hotel.example.com',
  version: 'v1',
  kind: 'Room',
  spec: k.object({ beds: k.integer() }),
});

const operator = defineOperator({
  name: 'hotel',
  controllers: [],
  webhooks: [webhooks(Room)],
  policies: [
    policy(Pod)
      .variable('latest', "object.spec.containers.filter(c, c.image.endsWith(':latest')).map(c, c.name)")
      .rule('size(variables.latest) == 0', {
        message: 'latest is no version',
        messageExpression: "'no version: ' + variables.latest.join(', ')",
      }),
    policy(Room, { actions: ['Warn'] }).rule('object.spec.beds < 9', { message: 'this is a dormitory' }),
    policy(Room, { name: 'shrink', operations: ['UPDATE'] }).rule('object.spec.beds >= oldObject.spec.beds', {
      message: 'no bed is taken away',
    }),
  ],
});

let cluster: Cluster;
beforeEach(async () => {
  cluster = await startCluster({ profile: 'envtest' });
  await cluster.load([Room.crd(), ...operatorPolicies(operator)]);
});
afterEach(() => cluster.stop());

const at = (name: string) => ({ namespace: 'default', name });

test('the API server keeps the policies of an operator that does not run', async () => {
  const pod = (image: string) => ({ metadata: at('a'), spec: { containers: [{ name: 'web', image }] } });
  await expect(cluster.client.create(Pod, pod('web:latest'))).rejects.toMatchObject({
    code: 422,
    message: expect.stringMatching(
      /ValidatingAdmissionPolicy 'hotel-pod' with binding 'hotel-pod' denied request: no version: web$/,
    ),
  });
  await cluster.client.create(Pod, pod('web:1'));

  const warnings: string[] = [];
  const client = createClient(cluster.transport, { warnings: (text) => warnings.push(text) });
  await client.create(Room, { metadata: at('big'), spec: { beds: 9 } });
  expect(warnings).toEqual([expect.stringContaining('this is a dormitory')]);

  const fewer = { type: 'merge', patch: { spec: { beds: 8 } } } as const;
  await expect(client.patch(Room, at('big'), fewer)).rejects.toThrow('no bed is taken away');
});
