import type { Step } from '../case.ts';
import { get, post } from '../steps.ts';

export const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
export const GROUP = '{{run}}.example.com';
export const API = `${GROUP}/v1`;
export const WIDGETS = `/apis/${API}/namespaces/{{ns}}/widgets`;
export const TABLE = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };

/** A version of Widgets, which is served and stored unless it says otherwise. */
export const version = (schema: object, rest: object = {}): object => ({
  name: 'v1',
  served: true,
  storage: true,
  schema: { openAPIV3Schema: schema },
  ...rest,
});

/** The definition of Widgets, with their versions and what differs in its spec. */
export const definition = (versions: readonly object[], spec: object = {}): object => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `widgets.${GROUP}` },
  spec: { group: GROUP, scope: 'Namespaced', names: { plural: 'widgets', kind: 'Widget' }, versions, ...spec },
});

/** Waits until Widgets are served. */
export const served: readonly Step[] = [
  get(`${CRDS}/widgets.${GROUP}`, { until: { condition: 'Established' } }),
  get(WIDGETS, { until: { status: 200 } }),
  get(`/apis/${GROUP}`, { until: { status: 200 } }),
];

/** Steps that define Widgets with a schema and wait until they are served. */
export const defined = (schema: object, ofVersion: object = {}, spec: object = {}): Step[] => [
  post(CRDS, definition([version(schema, ofVersion)], spec), { unrecorded: true }),
  ...served,
];

export const SPEC = (properties: object, rest: object = {}): object => ({
  type: 'object',
  properties: {
    spec: { type: 'object', properties, ...rest },
    status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  },
});

export const widget = (name: string, spec?: unknown, metadata: object = {}): object => ({
  apiVersion: API,
  kind: 'Widget',
  metadata: { name, ...metadata },
  ...(spec !== undefined && { spec }),
});

/** A widget as text, for values that JSON.stringify does not write. */
export const widgetText = (name: string, spec: string): string =>
  `{"apiVersion":"${API}","kind":"Widget","metadata":{"name":"${name}"},"spec":${spec}}`;

/** A place for every way in which a schema speaks of numbers. */
export const NUMBERS = SPEC({
  i: { type: 'integer' },
  n: { type: 'number' },
  x: { 'x-kubernetes-int-or-string': true },
  any: { 'x-kubernetes-preserve-unknown-fields': true },
});
