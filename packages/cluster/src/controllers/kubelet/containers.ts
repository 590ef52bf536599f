import type { Pod } from '@opwright/kubernetes/core';
import { parseTime } from '@opwright/machinery';
import type { KubeletHooks } from '../../api/connect/kubelet.ts';

const NOTHING_RUNS = 'the containers of this cluster are simulated, nothing runs in them';

/** What clients find in the containers of the stand-in: it says that they are simulated, and how to change that. */
export const simulatedContainers: Required<KubeletHooks> = {
  logs(pod, { container }) {
    const text = `This container is simulated: nothing runs in it, so it logs nothing else. ${instead('logs')}`;
    return { lines: [{ timeMs: startOf(pod, container), text }] };
  },
  exec: () => refuse('exec'),
  attach: () => refuse('attach'),
  portForward: async () => refuse('portForward'),
  proxy: () => refuse('proxy'),
};

function refuse(hook: keyof KubeletHooks): never {
  throw new Error(`${NOTHING_RUNS}. ${instead(hook)}`);
}

function instead(hook: keyof KubeletHooks): string {
  return `A test answers with the hook ${hook} in the option kubelet of startCluster.`;
}

function startOf({ metadata, status }: Pod, container: string): number {
  const all = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
  const state = all.find(({ name }) => name === container)?.state;
  const startedAt = state?.running?.startedAt ?? state?.terminated?.startedAt;
  return parseTime(startedAt ?? '') ?? parseTime(metadata.creationTimestamp ?? '') ?? 0;
}
