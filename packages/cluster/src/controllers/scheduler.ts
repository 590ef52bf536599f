import type { Client } from '@opwright/client';
import { Node, Pod } from '@opwright/kubernetes/core';
import { isConflict, isNotFound } from '@opwright/machinery';
import { controller } from 'opwright';

/** Assigns pods to nodes: the one with the fewest pods among those that the pod's selector and tolerations allow. */
export function scheduler(client: Client) {
  const unassigned = (pod: Pod) => pod.spec.nodeName === undefined && (pod.spec.schedulingGates ?? []).length === 0;
  return controller(Pod, {
    name: 'scheduler',
    indexes: { byNode: (pod) => [(pod as Pod).spec.nodeName ?? ''] },
    onlyWhen: unassigned,
  })
    .watches(Node, (_node, ctx) => ctx.list(Pod, { index: ['byNode', ''] }))
    .reconcile(async (pod, ctx) => {
      if (!unassigned(pod) || pod.spec.schedulerName !== 'default-scheduler') return;
      const nodes = ctx.list(Node);
      const fitting: { node: Node; pods: number }[] = [];
      for (const node of nodes) {
        if (fits(pod, node))
          fitting.push({ node, pods: ctx.list(Pod, { index: ['byNode', node.metadata.name] }).length });
      }
      const chosen = fitting.sort(
        (a, b) => a.pods - b.pods || (a.node.metadata.name < b.node.metadata.name ? -1 : 1),
      )[0]?.node;
      if (chosen === undefined) {
        const message =
          nodes.length === 0
            ? 'no nodes available to schedule pods'
            : `0/${nodes.length} nodes are available: ${nodes.length} node(s) didn't match Pod's node affinity/selector.`;
        ctx.condition({ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message });
        ctx.event({ type: 'Warning', reason: 'FailedScheduling', message });
        return;
      }
      const { name, namespace = '', uid } = pod.metadata;
      const target = { apiVersion: 'v1', kind: 'Node', name: chosen.metadata.name };
      try {
        await client.createSubresource(Pod, { name, namespace }, 'binding', {
          apiVersion: 'v1',
          kind: 'Binding',
          metadata: { name, namespace, uid },
          target,
        });
      } catch (error) {
        if (isNotFound(error) || isConflict(error)) return;
        throw error;
      }
      ctx.event({
        reason: 'Scheduled',
        message: `Successfully assigned ${namespace}/${name} to ${chosen.metadata.name}`,
      });
    });
}

function fits(pod: Pod, node: Node): boolean {
  if (node.spec?.unschedulable === true || node.metadata.deletionTimestamp !== undefined) return false;
  const labels = node.metadata.labels ?? {};
  for (const [key, value] of Object.entries(pod.spec.nodeSelector ?? {})) if (labels[key] !== value) return false;
  const tolerations = pod.spec.tolerations ?? [];
  return (node.spec?.taints ?? [])
    .filter(({ effect }) => effect === 'NoSchedule' || effect === 'NoExecute')
    .every((taint) =>
      tolerations.some(
        ({ key, operator = 'Equal', value = '', effect }) =>
          (key === undefined ? operator === 'Exists' : key === taint.key) &&
          (operator === 'Exists' || value === (taint.value ?? '')) &&
          (effect === undefined || effect === taint.effect),
      ),
    );
}
