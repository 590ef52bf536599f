import { type JsonObject, type JsonValue, mutableCopy } from '@opwright/machinery';
import type { Conversion } from '../behaviour.ts';
import { setHorizontalPodAutoscalerDefaults } from '../defaults/autoscaling.ts';
import type { MutableObject } from '../kind.ts';
import { asJson, at, ensure, field, isJsonObject, items, text, within } from '../tree.ts';

/*
 * autoscaling/v1 knows one metric, the CPU utilization; what else a v2 autoscaler has travels in annotations. The v2
 * form is stored.
 */

const annotation = {
  metrics: 'autoscaling.alpha.kubernetes.io/metrics',
  currentMetrics: 'autoscaling.alpha.kubernetes.io/current-metrics',
  conditions: 'autoscaling.alpha.kubernetes.io/conditions',
  behavior: 'autoscaling.alpha.kubernetes.io/behavior',
} as const;

export const autoscalerV1Conversion: Conversion = {
  storage: 'horizontalpodautoscalers.autoscaling',
  storedAs: 'autoscaling/v2',
  fromStorage: autoscalerV2ToV1,
  toStorage: autoscalerV1ToV2,
};

/** The metric types' names of the same facts: v2 nests metric and target, v1 is flat. */
interface MetricNames {
  readonly source: string;
  /** v1's names of `metric.name` and `metric.selector`; resources have their name beside the target in both. */
  readonly name?: string;
  readonly selector?: string;
  /** v1 names of the target's and the status's values. */
  readonly target: Readonly<Record<string, string>>;
  readonly current: Readonly<Record<string, string>>;
  /** Of the current values the one that v1 always has. */
  readonly always: string;
}

const resourceNames = {
  always: 'averageValue',
  target: { averageUtilization: 'targetAverageUtilization', averageValue: 'targetAverageValue' },
  current: { averageUtilization: 'currentAverageUtilization', averageValue: 'currentAverageValue' },
};

const metricNames: Readonly<Record<string, MetricNames>> = {
  Resource: { source: 'resource', ...resourceNames },
  ContainerResource: { source: 'containerResource', ...resourceNames },
  Pods: {
    source: 'pods',
    always: 'averageValue',
    name: 'metricName',
    selector: 'selector',
    target: { averageValue: 'targetAverageValue' },
    current: { averageValue: 'currentAverageValue' },
  },
  Object: {
    source: 'object',
    always: 'value',
    name: 'metricName',
    selector: 'selector',
    target: { value: 'targetValue', averageValue: 'averageValue' },
    current: { value: 'currentValue', averageValue: 'averageValue' },
  },
  External: {
    source: 'external',
    always: 'value',
    name: 'metricName',
    selector: 'metricSelector',
    target: { value: 'targetValue', averageValue: 'targetAverageValue' },
    current: { value: 'currentValue', averageValue: 'currentAverageValue' },
  },
};

type Values = 'target' | 'current';

function metricToV1(metric: JsonObject, values: Values): JsonObject {
  const type = text(metric, 'type');
  const names = metricNames[type];
  if (names === undefined) return metric;
  const source = at(metric, names.source);
  const flat: { [key: string]: JsonValue | undefined } = {};
  for (const key of ['name', 'container']) flat[key] = field(source, key);
  if (names.name !== undefined) flat[names.name] = field(at(source, 'metric'), 'name');
  if (names.selector !== undefined) flat[names.selector] = field(at(source, 'metric'), 'selector');
  if (type === 'Object') flat.target = field(source, 'describedObject');
  for (const [v2, v1] of Object.entries(names[values])) {
    const isAlways = values === 'current' && v2 === names.always;
    flat[v1] = field(at(source, values), v2) ?? (isAlways ? '0' : undefined);
  }
  return { type, [names.source]: present(flat) };
}

function metricToV2(metric: JsonObject, values: Values): JsonObject {
  const type = text(metric, 'type');
  const names = metricNames[type];
  if (names === undefined) return metric;
  const flat = at(metric, names.source);
  const source: { [key: string]: JsonValue | undefined } = {};
  for (const key of ['name', 'container']) source[key] = field(flat, key);
  if (names.name !== undefined && names.selector !== undefined) {
    source.metric = present({ name: field(flat, names.name) ?? '', selector: field(flat, names.selector) });
  }
  if (type === 'Object') source.describedObject = field(flat, 'target');
  const given = Object.entries(names[values]).map(([v2, v1]) => [v2, field(flat, v1)] as const);
  const found = present(Object.fromEntries(given));
  source[values] = values === 'target' ? { type: targetType(found), ...found } : found;
  return { type, [names.source]: present(source) };
}

function targetType(target: JsonObject): string {
  if (field(target, 'averageUtilization') !== undefined) return 'Utilization';
  return field(target, 'averageValue') !== undefined ? 'AverageValue' : 'Value';
}

function present(object: { readonly [key: string]: JsonValue | undefined }): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

function isCpuUtilization(metric: JsonObject, values: Values): boolean {
  const resource = at(metric, 'resource');
  return (
    text(metric, 'type') === 'Resource' &&
    text(resource, 'name') === 'cpu' &&
    field(at(resource, values), 'averageUtilization') !== undefined
  );
}

function utilization(metric: JsonObject | undefined, values: Values): JsonValue | undefined {
  return field(at(metric, 'resource', values), 'averageUtilization');
}

export function autoscalerV2ToV1(stored: JsonObject): JsonObject {
  const spec = at(stored, 'spec');
  const status = at(stored, 'status');
  const metrics = items(spec, 'metrics');
  const current = items(status, 'currentMetrics');
  const cpu = metrics.find((metric) => isCpuUtilization(metric, 'target'));
  const currentCpu = current.find((metric) => isCpuUtilization(metric, 'current'));
  const others = metrics.filter((metric) => metric !== cpu);
  const annotations = {
    ...at(stored, 'metadata', 'annotations'),
    ...encoded(
      annotation.metrics,
      others.map((metric) => metricToV1(metric, 'target')),
    ),
    ...encoded(
      annotation.currentMetrics,
      current.map((metric) => metricToV1(metric, 'current')),
    ),
    ...encoded(annotation.conditions, items(status, 'conditions')),
    ...encoded(annotation.behavior, at(spec, 'behavior')),
  };
  return present({
    ...stored,
    apiVersion: 'autoscaling/v1',
    metadata: withAnnotations(at(stored, 'metadata') ?? {}, annotations),
    spec: present({
      ...without(spec, ['metrics', 'behavior']),
      targetCPUUtilizationPercentage: utilization(cpu, 'target'),
    }),
    status:
      status === undefined
        ? undefined
        : present({
            ...without(status, ['currentMetrics', 'conditions']),
            currentCPUUtilizationPercentage: utilization(currentCpu, 'current'),
          }),
  });
}

export function autoscalerV1ToV2(object: JsonObject): MutableObject {
  const spec = at(object, 'spec');
  const status = at(object, 'status');
  const annotations = at(object, 'metadata', 'annotations');
  const target = field(spec, 'targetCPUUtilizationPercentage');
  const current = field(status, 'currentCPUUtilizationPercentage');
  const metrics = [
    ...decodedList(annotations, annotation.metrics).map((metric) => metricToV2(metric, 'target')),
    ...(target === undefined ? [] : [cpuMetric('target', { type: 'Utilization', averageUtilization: target })]),
  ];
  // What is noted says more than the one number.
  const noted = decodedList(annotations, annotation.currentMetrics).map((metric) => metricToV2(metric, 'current'));
  const currentMetrics =
    noted.length === 0 && current !== undefined ? [cpuMetric('current', { averageUtilization: current })] : noted;
  const conditions = decodedList(annotations, annotation.conditions);
  const behavior = decoded(annotations, annotation.behavior);
  const result: MutableObject = {
    ...object,
    apiVersion: 'autoscaling/v2',
    metadata: withAnnotations(at(object, 'metadata') ?? {}, without(annotations, Object.values(annotation))),
    spec: {
      ...without(spec, ['targetCPUUtilizationPercentage']),
      ...(metrics.length === 0 ? {} : { metrics }),
      ...(isJsonObject(behavior) ? { behavior } : {}),
    },
  };
  if (status !== undefined) {
    result.status = {
      ...without(status, ['currentCPUUtilizationPercentage']),
      ...(currentMetrics.length === 0 ? {} : { currentMetrics }),
      ...(conditions.length === 0 ? {} : { conditions }),
    };
  }
  setHorizontalPodAutoscalerDefaults(result);
  return result;
}

/** An autoscaler as v1 shows it once it is stored, in place: what v2 has more is in its annotations. */
export function settleAutoscalerV1(object: MutableObject): void {
  const settled = autoscalerV2ToV1(asJson(autoscalerV1ToV2(asJson(object))));
  for (const key of Object.keys(object)) if (!Object.hasOwn(settled, key)) delete object[key];
  Object.assign(object, mutableCopy(settled));
}

/** The annotations that are part of the status, or of the spec, as they were. */
export function keepNotes(object: MutableObject, old: JsonObject | undefined, part: 'spec' | 'status'): void {
  const keys = part === 'spec' ? SPEC_NOTES : STATUS_NOTES;
  const before = at(old, 'metadata', 'annotations');
  const annotations = within(within(object, 'metadata'), 'annotations') ?? {};
  const kept = Object.entries(before ?? {}).filter(([key]) => keys.includes(key));
  const others = Object.entries(annotations).filter(([key]) => !keys.includes(key));
  const all = Object.fromEntries([...others, ...kept]);
  if (Object.keys(all).length > 0) ensure(object, 'metadata').annotations = all;
  else delete within(object, 'metadata')?.annotations;
}

const SPEC_NOTES: readonly string[] = [annotation.metrics, annotation.behavior];
const STATUS_NOTES: readonly string[] = [annotation.currentMetrics, annotation.conditions];

function cpuMetric(values: Values, value: JsonObject): JsonObject {
  return { type: 'Resource', resource: { name: 'cpu', [values]: value } };
}

function encoded(key: string, value: JsonValue | undefined): JsonObject {
  return value === undefined || (Array.isArray(value) && value.length === 0) ? {} : { [key]: JSON.stringify(value) };
}

/** A text that is not JSON counts as absent. */
function decoded(annotations: JsonObject | undefined, key: string): JsonValue | undefined {
  const value = text(annotations, key);
  if (value === '') return undefined;
  try {
    return JSON.parse(value) as JsonValue;
  } catch {
    return undefined;
  }
}

function decodedList(annotations: JsonObject | undefined, key: string): readonly JsonObject[] {
  return items({ list: decoded(annotations, key) }, 'list');
}

function withAnnotations(metadata: JsonObject, annotations: JsonObject): JsonObject {
  const rest = without(metadata, ['annotations']);
  return Object.keys(annotations).length === 0 ? rest : { ...rest, annotations };
}

function without(object: JsonObject | undefined, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object ?? {}).filter(([key]) => !keys.includes(key)));
}
