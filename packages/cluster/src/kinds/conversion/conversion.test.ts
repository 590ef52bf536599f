import { type JsonObject, orderFields } from '@opwright/machinery';
import { describe, expect, it } from 'vitest';
import { builtinKinds } from '../builtin.ts';

function served(apiVersion: string, name: string) {
  return builtinKinds().find((k) => k.apiVersion === apiVersion && k.kind === name);
}

/** As the store keeps it. */
function storedAs(apiVersion: string, name: string, object: JsonObject): JsonObject {
  const type = served(apiVersion, name)?.type;
  return type === undefined ? object : orderFields(type, { apiVersion, kind: name, ...object });
}

describe('events in two versions', () => {
  const events = served('events.k8s.io/v1', 'Event');
  const stored = storedAs('v1', 'Event', {
    metadata: { name: 'e' },
    involvedObject: { kind: 'Pod', name: 'p' },
    message: 'm',
    source: { component: 'c' },
    count: 2,
    firstTimestamp: '2026-01-01T00:00:00Z',
    reportingComponent: 'c',
    reason: 'R',
  });

  it('show the same facts under other names', () => {
    expect(events?.fromStorage?.(stored)).toMatchObject({
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name: 'e' },
      regarding: { kind: 'Pod', name: 'p' },
      note: 'm',
      deprecatedSource: { component: 'c' },
      deprecatedCount: 2,
      deprecatedFirstTimestamp: '2026-01-01T00:00:00Z',
      reportingController: 'c',
      reason: 'R',
    });
  });

  it('are stored as core events', () => {
    expect(events?.toStorage?.({ ...events.fromStorage?.(stored) })).toEqual(stored);
  });

  it('answer the same selectors under other names', () => {
    const shown = events?.fromStorage?.(stored) ?? {};
    expect(served('v1', 'Event')?.selectableField(stored, 'involvedObject.name')).toBe('p');
    expect(events?.selectableField(shown, 'regarding.name')).toBe('p');
    expect(events?.selectableField(shown, 'metadata.name')).toBe('e');
    expect(events?.selectableFields).toContain('reportingController');
  });
});

describe('autoscalers in two versions', () => {
  const v1 = served('autoscaling/v1', 'HorizontalPodAutoscaler');
  const target = { kind: 'Deployment', name: 'd', apiVersion: 'apps/v1' };
  const cpu = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } };
  const pods = {
    type: 'Pods',
    pods: { metric: { name: 'rps' }, target: { type: 'AverageValue', averageValue: '10' } },
  };
  const stored = storedAs('autoscaling/v2', 'HorizontalPodAutoscaler', {
    metadata: { name: 'h', annotations: { a: 'b' } },
    spec: { scaleTargetRef: target, minReplicas: 1, maxReplicas: 3, metrics: [pods, cpu] },
    status: { currentReplicas: 1, desiredReplicas: 1, conditions: [{ type: 'AbleToScale', status: 'True' }] },
  });

  it('keep in annotations what version 1 has no field for', () => {
    const shown = v1?.fromStorage?.(stored);
    expect(shown).toMatchObject({
      apiVersion: 'autoscaling/v1',
      metadata: {
        annotations: {
          a: 'b',
          'autoscaling.alpha.kubernetes.io/metrics':
            '[{"type":"Pods","pods":{"metricName":"rps","targetAverageValue":"10"}}]',
          'autoscaling.alpha.kubernetes.io/conditions':
            '[{"type":"AbleToScale","status":"True","lastTransitionTime":null}]',
        },
      },
      spec: { scaleTargetRef: target, minReplicas: 1, maxReplicas: 3, targetCPUUtilizationPercentage: 70 },
      status: { currentReplicas: 1, desiredReplicas: 1 },
    });
    expect(shown?.spec).not.toHaveProperty('metrics');
  });

  it('lose nothing on the way there and back', () => {
    expect(v1?.toStorage?.({ ...v1.fromStorage?.(stored) })).toEqual(stored);
  });

  it('watch the CPU when nothing else is said', () => {
    const object = {
      apiVersion: 'autoscaling/v1',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'h' },
      spec: { maxReplicas: 3, scaleTargetRef: target },
    };
    expect(v1?.toStorage?.(object).spec).toMatchObject({
      minReplicas: 1,
      metrics: [{ resource: { target: { averageUtilization: 80 } } }],
    });
  });
});
