import type { JsonObject } from '@opwright/machinery';

export type ParameterType = 'string' | 'integer' | 'boolean';

/** Query parameters that operations share. */
const types: Readonly<Record<string, ParameterType>> = {
  allowWatchBookmarks: 'boolean',
  continue: 'string',
  dryRun: 'string',
  fieldManager: 'string',
  fieldSelector: 'string',
  fieldValidation: 'string',
  force: 'boolean',
  gracePeriodSeconds: 'integer',
  ignoreStoreReadErrorWithClusterBreakingPotential: 'boolean',
  labelSelector: 'string',
  limit: 'integer',
  orphanDependents: 'boolean',
  pretty: 'string',
  propagationPolicy: 'string',
  resourceVersion: 'string',
  resourceVersionMatch: 'string',
  sendInitialEvents: 'boolean',
  timeoutSeconds: 'integer',
  watch: 'boolean',
  // pods/log, attach, exec, portforward, proxy
  command: 'string',
  container: 'string',
  follow: 'boolean',
  insecureSkipTLSVerifyBackend: 'boolean',
  limitBytes: 'integer',
  path: 'string',
  ports: 'integer',
  previous: 'boolean',
  sinceSeconds: 'integer',
  stderr: 'boolean',
  stdin: 'boolean',
  stdout: 'boolean',
  stream: 'string',
  tailLines: 'integer',
  timestamps: 'boolean',
  tty: 'boolean',
};

const selection = ['continue', 'fieldSelector', 'labelSelector', 'limit', 'resourceVersion', 'resourceVersionMatch'];
const deletion = [
  'dryRun',
  'gracePeriodSeconds',
  'ignoreStoreReadErrorWithClusterBreakingPotential',
  'orphanDependents',
  'propagationPolicy',
];
const write = ['dryRun', 'fieldManager', 'fieldValidation'];
const terminal = ['container', 'stderr', 'stdin', 'stdout', 'tty'];

/** What an operation of each kind may ask. */
export const queryOf = {
  list: [...selection, 'allowWatchBookmarks', 'sendInitialEvents', 'timeoutSeconds', 'watch'],
  deletecollection: [...selection, ...deletion, 'sendInitialEvents', 'timeoutSeconds'],
  get: [],
  getCustom: ['resourceVersion'],
  delete: deletion,
  post: write,
  put: write,
  patch: [...write, 'force'],
} as const satisfies Record<string, readonly string[]>;

/** What the subresources that are not about objects may ask. */
export const queryOfSubresource: Readonly<Record<string, readonly string[]>> = {
  log: [
    'container',
    'follow',
    'insecureSkipTLSVerifyBackend',
    'limitBytes',
    'previous',
    'sinceSeconds',
    'stream',
    'tailLines',
    'timestamps',
  ],
  attach: terminal,
  exec: ['command', ...terminal],
  portforward: ['ports'],
  proxy: ['path'],
};

const made = new Map<string, JsonObject>();

export function queryParameter(name: string): JsonObject {
  return once(`query ${name}`, () => ({ name, in: 'query', schema: schema(types[name] ?? 'string') }));
}

export function pathParameter(name: string): JsonObject {
  return once(`path ${name}`, () => ({ name, in: 'path', required: true, schema: schema('string') }));
}

function schema(type: ParameterType): JsonObject {
  return { type, uniqueItems: true };
}

function once(key: string, make: () => JsonObject): JsonObject {
  let parameter = made.get(key);
  if (parameter === undefined) {
    parameter = make();
    made.set(key, parameter);
  }
  return parameter;
}
