import { readFileSync } from 'node:fs';
import type { JsonObject } from '@opwright/machinery';
import { describe, expect, it } from 'vitest';
import { builtinKinds } from '../builtin.ts';
import { autoscalerV2ToV1 } from '../conversion/autoscaling.ts';
import type { ColumnDefinition, ServedKind } from '../kind.ts';

/** Recorded tables: columns as `name:type/format*` (`*` with -o wide), rows of objects that `defaults.json` holds. */
type Tables = Readonly<
  Record<string, { columns: readonly string[]; rows: Readonly<Record<string, readonly unknown[]>> }>
>;

const golden = <T>(name: string) =>
  JSON.parse(readFileSync(new URL(`../golden/${name}`, import.meta.url), 'utf8')) as T;
const tables = golden<Tables>('tables.json');
const objects = golden<Record<string, { response: JsonObject }>>('defaults.json');

const nowMs = Date.parse('2026-01-02T03:04:05Z') + 77_000;

/** What controllers had made of the objects by the time the tables were recorded. */
const later: Readonly<Record<string, JsonObject>> = {
  deployments_d1: { status: { readyReplicas: 1, updatedReplicas: 1, availableReplicas: 1 } },
  daemonsets_ds1: { status: { desiredNumberScheduled: 2, currentNumberScheduled: 2, updatedNumberScheduled: 2 } },
  jobs_j1: { status: { conditions: [{ type: 'Suspended', status: 'True' }] } },
  jobs_j2: { status: { conditions: [{ type: 'Suspended', status: 'True' }] } },
  horizontalpodautoscalers_h1: { status: { currentReplicas: 1 } },
  persistentvolumes_pv1: { status: { phase: 'Bound' } },
  resourcequotas_rq1: { status: { hard: { pods: '100' }, used: { pods: '5' } } },
};

const bound = { claimRef: { namespace: 'dft', name: 'p2-eph' } };

function objectOf(name: string, kind: ServedKind): JsonObject {
  const stored = objects[name]?.response ?? {};
  const object = { ...stored, ...later[name] };
  if (name === 'persistentvolumes_pv1') return { ...object, spec: { ...(object.spec as JsonObject), ...bound } };
  return kind.apiVersion === 'autoscaling/v1' ? autoscalerV2ToV1(object) : object;
}

function kindAt(path: string): ServedKind {
  const [, root, ...parts] = path.split('/');
  const plural = parts.pop();
  const kind = builtinKinds().find((k) => k.plural === plural && k.apiVersion === parts.join('/') && root !== '');
  if (kind === undefined) throw new Error(`${path} is not served`);
  return kind;
}

function columnText({ name, type, format, priority }: ColumnDefinition): string {
  return `${name}${type === 'string' ? '' : `:${type}`}${format === '' ? '' : `/${format}`}${priority > 0 ? '*' : ''}`;
}

describe('tables of built-in kinds', () => {
  it.each(Object.entries(tables))('of %s have the columns and rows of a real API server', (path, { columns, rows }) => {
    const kind = kindAt(path);
    expect(kind.columns.map(columnText)).toEqual(columns);
    for (const [name, row] of Object.entries(rows)) expect(kind.row(objectOf(name, kind), nowMs)).toEqual(row);
  });
});
