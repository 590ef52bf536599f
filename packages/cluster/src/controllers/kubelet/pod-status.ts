import type {
  Container,
  ContainerState,
  ContainerStatus,
  Pod,
  PodCondition,
  PodStatus,
} from '@opwright/kubernetes/core';
import { formatTime, type Random } from '@opwright/machinery';
import { NODE_IP } from './node.ts';

/** What the stand-in knows of its surroundings when it writes a status. */
export interface StatusSurroundings {
  readonly nowMs: number;
  readonly random: Random;
  /** A free address, asked for once per pod. */
  readonly podIP: () => string;
}

/** The pod has arrived at its node: containers are being created. */
export function startingStatus(pod: Pod, { nowMs }: StatusSurroundings): PodStatus {
  const unready = `containers with unready status: [${pod.spec.containers.map(({ name }) => name).join(' ')}]`;
  return {
    ...pod.status,
    phase: 'Pending',
    hostIP: NODE_IP,
    hostIPs: [{ ip: NODE_IP }],
    startTime: formatTime(nowMs),
    conditions: conditions(pod, nowMs, {
      started: false,
      ready: false,
      reason: 'ContainersNotReady',
      message: unready,
    }),
    ...initStatuses(pod, (container) => containerStatus(container, { waiting: { reason: 'PodInitializing' } }, false)),
    containerStatuses: pod.spec.containers.map((container) =>
      containerStatus(container, { waiting: { reason: 'ContainerCreating' } }, false),
    ),
  };
}

/** Everything runs and is ready. */
export function runningStatus(pod: Pod, { nowMs, random, podIP }: StatusSurroundings): PodStatus {
  const now = formatTime(nowMs);
  const ip = pod.spec.hostNetwork === true ? NODE_IP : podIP();
  const running = (container: Container) =>
    containerStatus(container, { running: { startedAt: now } }, true, containerId(random));
  const completed = (container: Container) => {
    const containerID = containerId(random);
    const terminated = { exitCode: 0, reason: 'Completed', startedAt: now, finishedAt: now, containerID };
    return { ...containerStatus(container, { terminated }, true, containerID), started: false };
  };
  return {
    ...pod.status,
    phase: 'Running',
    podIP: ip,
    podIPs: [{ ip }],
    conditions: conditions(pod, nowMs, { started: true, ready: true }),
    // A restartable init container is a sidecar: it goes on running.
    ...initStatuses(pod, (container) =>
      container.restartPolicy === 'Always' ? running(container) : completed(container),
    ),
    containerStatuses: pod.spec.containers.map(running),
  };
}

/** The containers have ended because the pod is being deleted. */
export function terminatedStatus(pod: Pod, { nowMs }: StatusSurroundings): PodStatus {
  const now = formatTime(nowMs);
  const end = (status: ContainerStatus): ContainerStatus =>
    status.state?.running === undefined
      ? status
      : {
          ...status,
          ready: false,
          started: false,
          state: {
            terminated: {
              exitCode: 0,
              reason: 'Completed',
              startedAt: status.state.running.startedAt ?? now,
              finishedAt: now,
              ...(status.containerID !== undefined && { containerID: status.containerID }),
            },
          },
        };
  const { initContainerStatuses, containerStatuses } = pod.status;
  return {
    ...pod.status,
    conditions: conditions(pod, nowMs, { started: false, ready: false, reason: 'PodCompleted' }),
    ...(initContainerStatuses && { initContainerStatuses: initContainerStatuses.map(end) }),
    ...(containerStatuses && { containerStatuses: containerStatuses.map(end) }),
  };
}

function initStatuses(pod: Pod, status: (container: Container) => ContainerStatus) {
  const { initContainers = [] } = pod.spec;
  return initContainers.length > 0 ? { initContainerStatuses: initContainers.map(status) } : {};
}

function containerStatus(
  container: Container,
  state: ContainerState,
  up: boolean,
  containerID?: string,
): ContainerStatus {
  const image = container.image ?? '';
  return {
    name: container.name,
    state,
    lastState: {},
    ready: up,
    restartCount: 0,
    image,
    imageID: up ? `docker.io/library/${image}` : '',
    ...(containerID !== undefined && { containerID }),
    started: up,
  };
}

function conditions(
  pod: Pod,
  nowMs: number,
  state: { started: boolean; ready: boolean; reason?: string; message?: string },
): PodCondition[] {
  const old = pod.status.conditions ?? [];
  const make = (type: string, up: boolean): PodCondition => {
    const status = up ? 'True' : 'False';
    const before = old.find((condition) => condition.type === type);
    const lastTransitionTime = before?.status === status ? before.lastTransitionTime : formatTime(nowMs);
    return {
      type,
      status,
      ...(lastTransitionTime !== undefined && { lastTransitionTime }),
      ...(!up && state.reason !== undefined && { reason: state.reason }),
      ...(!up && state.message !== undefined && { message: state.message }),
    };
  };
  const own = [
    make('PodReadyToStartContainers', state.started),
    make('Initialized', true),
    make('Ready', state.ready),
    make('ContainersReady', state.ready),
    make('PodScheduled', true),
  ];
  return [...own, ...old.filter(({ type }) => !own.some((condition) => condition.type === type))];
}

function containerId(random: Random): string {
  return `containerd://${`${random.uuid()}${random.uuid()}`.replaceAll('-', '')}`;
}
