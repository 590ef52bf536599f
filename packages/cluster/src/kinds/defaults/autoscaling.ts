import type { MutableObject } from '../kind.ts';
import { each, ensure, setDefault } from '../tree.ts';

/** Percent of the requested CPU that a workload without metrics is kept at. */
const cpuUtilization = 80;

export function setHorizontalPodAutoscalerDefaults(autoscaler: MutableObject): void {
  const spec = ensure(autoscaler, 'spec');
  setDefault(spec, 'minReplicas', 1);
  if (each(spec, 'metrics').length === 0) {
    const target = { type: 'Utilization', averageUtilization: cpuUtilization };
    spec.metrics = [{ type: 'Resource', resource: { name: 'cpu', target } }];
  }
  setBehaviorDefaults(spec);
}

const scaleUp = [
  { type: 'Pods', value: 4, periodSeconds: 15 },
  { type: 'Percent', value: 100, periodSeconds: 15 },
];
const scaleDown = [{ type: 'Percent', value: 100, periodSeconds: 15 }];

/** A behavior that is given in part is completed; one that is absent stays absent. */
function setBehaviorDefaults(spec: MutableObject): void {
  if (spec.behavior === undefined || spec.behavior === null) return;
  const behavior = ensure(spec, 'behavior');
  const up = ensure(behavior, 'scaleUp');
  setDefault(up, 'stabilizationWindowSeconds', 0);
  up.selectPolicy ??= 'Max';
  up.policies ??= scaleUp.map((policy) => ({ ...policy }));
  const down = ensure(behavior, 'scaleDown');
  down.selectPolicy ??= 'Max';
  down.policies ??= scaleDown.map((policy) => ({ ...policy }));
}

export function setHorizontalPodAutoscalerV1Defaults(autoscaler: MutableObject): void {
  setDefault(ensure(autoscaler, 'spec'), 'minReplicas', 1);
}
