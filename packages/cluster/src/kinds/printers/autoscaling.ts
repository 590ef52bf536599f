import type { JsonObject } from '@opwright/machinery';
import { at, field, int, items, text } from '../tree.ts';
import { none } from './cells.ts';
import { withAge } from './columns.ts';

const unknown = '<unknown>';

export const horizontalPodAutoscalerPrinter = withAge(
  ['Reference', 'Targets', 'MinPods', 'MaxPods', 'Replicas'],
  (autoscaler) => {
    const spec = at(autoscaler, 'spec');
    const status = at(autoscaler, 'status');
    const target = at(spec, 'scaleTargetRef');
    return [
      `${text(target, 'kind')}/${text(target, 'name')}`,
      metricsText(items(spec, 'metrics'), items(status, 'currentMetrics')),
      String(field(spec, 'minReplicas') ?? '<unset>'),
      int(spec, 'maxReplicas'),
      int(status, 'currentReplicas'),
    ];
  },
);

/** The first two metrics as current/target. */
function metricsText(specs: readonly JsonObject[], statuses: readonly JsonObject[]): string {
  if (specs.length === 0) return none;
  const all = specs.map((spec, index) => metricText(spec, statuses[index]));
  const shown = all.slice(0, 2).join(', ');
  return all.length > 2 ? `${shown} + ${all.length - 2} more...` : shown;
}

const sources: Readonly<Record<string, string>> = {
  External: 'external',
  Pods: 'pods',
  Object: 'object',
  Resource: 'resource',
  ContainerResource: 'containerResource',
};

function metricText(spec: JsonObject, status: JsonObject | undefined): string {
  const type = text(spec, 'type');
  const source = sources[type];
  if (source === undefined) return '<unknown type>';
  const target = at(spec, source, 'target');
  const current = at(status, source, 'current');
  const averageValue = text(target, 'averageValue');
  if (type === 'Resource' || type === 'ContainerResource') {
    const name = text(at(spec, source), 'name');
    if (averageValue !== '') return `${name}: ${text(current, 'averageValue') || unknown}/${averageValue}`;
    return `${name}: ${percent(current, unknown)}/${percent(target, '<auto>')}`;
  }
  if (type === 'Pods') return `${text(current, 'averageValue') || unknown}/${averageValue}`;
  if (averageValue !== '') return `${text(current, 'averageValue') || unknown}/${averageValue} (avg)`;
  return `${text(current, 'value') || unknown}/${text(target, 'value')}`;
}

function percent(value: JsonObject | undefined, absent: string): string {
  const utilization = field(value, 'averageUtilization');
  return utilization === undefined ? absent : `${utilization}%`;
}
