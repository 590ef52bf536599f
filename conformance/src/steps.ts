import type { EventsStep, RequestStep, ReviewsStep, StepBody, WatchStep } from './case.ts';

type Options = Omit<RequestStep, 'request' | 'body'>;

/** Path of the case's namespace in the core group. */
export const core = '/api/v1/namespaces/{{ns}}';

/** Path of the case's namespace in a group: `inGroup('apps/v1')`. */
export const inGroup = (groupVersion: string): string => `/apis/${groupVersion}/namespaces/{{ns}}`;

export const get = (path: string, options: Options = {}): RequestStep => ({ request: `GET ${path}`, ...options });

export const post = (path: string, json: unknown, options: Options = {}): RequestStep => ({
  request: `POST ${path}`,
  body: { json },
  ...options,
});

export const put = (path: string, json: unknown, options: Options = {}): RequestStep => ({
  request: `PUT ${path}`,
  body: { json },
  ...options,
});

export const remove = (path: string, json?: unknown, options: Options = {}): RequestStep => ({
  request: `DELETE ${path}`,
  ...(json !== undefined && { body: { json } }),
  ...options,
});

/** A request with a body that is not a JSON value of ours. */
export const send = (
  request: string,
  body: StepBody,
  contentType = 'application/json',
  options: Options = {},
): RequestStep => ({
  request,
  body,
  ...options,
  headers: { 'content-type': contentType, ...options.headers },
});

const PATCH_TYPES = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

export const patch = (
  path: string,
  type: keyof typeof PATCH_TYPES,
  json: unknown,
  options: Options = {},
): RequestStep => ({
  request: `PATCH ${path}`,
  body: { json },
  ...options,
  headers: { 'content-type': PATCH_TYPES[type], ...options.headers },
});

/** Server-side apply by a manager. */
export const apply = (path: string, manager: string, json: unknown, options: Options = {}): RequestStep =>
  patch(`${path}${path.includes('?') ? '&' : '?'}fieldManager=${manager}`, 'apply', json, options);

/** The headers of a request that the administrator makes as somebody else. */
export const as = (user: string, ...groups: readonly string[]) => ({
  headers: { 'impersonate-user': user, ...(groups.length > 0 && { 'impersonate-group': groups }) },
});

export const watch = (name: string, path: string, headers: Record<string, string> = {}): WatchStep => ({
  watch: path,
  name,
  headers,
});

export const events = (name: string, count: number | 'end', withinMs?: number): EventsStep => ({
  events: name,
  count,
  ...(withinMs !== undefined && { withinMs }),
});

export const reviews = (which: ReviewsStep['reviews'] = 'last'): ReviewsStep => ({ reviews: which });

/** A ConfigMap with what differs from case to case. */
export const configMap = (name: string, rest: object = {}, metadata: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...metadata },
  ...rest,
});

/** The smallest Deployment, with what differs in its spec. */
export const deployment = (name: string, spec: object = {}, container: object = {}): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'main', image: 'example.com/main:1', ...container }] },
    },
    ...spec,
  },
});

export const pod = (name: string, spec: object = {}, metadata: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, ...metadata },
  spec: { containers: [{ name: 'main', image: 'example.com/main:1' }], ...spec },
});

const RBAC = '/apis/rbac.authorization.k8s.io/v1';

/** Lets the user `{{run}}` do something everywhere. */
export const grant = (name: string, ...rules: readonly object[]): RequestStep[] => [
  post(`${RBAC}/clusterroles`, { metadata: { name: `${name}-{{run}}` }, rules }, { unrecorded: true }),
  post(
    `${RBAC}/clusterrolebindings`,
    {
      metadata: { name: `${name}-{{run}}` },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: `${name}-{{run}}` },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: '{{run}}' }],
    },
    { unrecorded: true },
  ),
];
