import type { RequestBody, TransportRequest } from '@opwright/client';
import fc, { type Arbitrary } from 'fast-check';
import type { RequestStep } from '../../conformance/src/case.ts';
import { builtinTarget } from '../../conformance/src/random/builtin.ts';
import { requestTo } from '../../conformance/src/random/requests.ts';
import { wire } from '../../conformance/src/subjects/wire.ts';
import { broken, bytesOf, PROTOTYPE_NAMES, strangeText } from './values.ts';
import { WIDGETS_TARGET } from './widgets.ts';

/** A request that somebody hostile or confused may send. `{{rv}}`, `{{uid}}` and `{{continue}}` are those of earlier answers. */
export interface FuzzRequest {
  readonly method: TransportRequest['method'];
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/** Bodies of Go's clients, as they were recorded. */
const PROTOBUF: readonly Buffer[] = wire.cases.flatMap(({ steps }) =>
  steps.flatMap((step) =>
    'request' in step && step.body !== undefined && 'base64' in step.body
      ? [Buffer.from(step.body.base64, 'base64')]
      : [],
  ),
);

const sensible: Arbitrary<FuzzRequest> = fc
  .oneof({ weight: 2, arbitrary: builtinTarget.chain(requestTo) }, { weight: 1, arbitrary: requestTo(WIDGETS_TARGET) })
  .map(fromStep);

function fromStep({ request, headers = {}, body }: RequestStep): FuzzRequest {
  const at = request.indexOf(' ');
  const bytes = body === undefined ? undefined : bytesOf(body);
  return {
    method: request.slice(0, at) as FuzzRequest['method'],
    path: request.slice(at + 1),
    headers: { ...(bytes !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(bytes !== undefined && { body: bytes }),
  };
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'] as const;
const MEDIA_TYPES = [
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
  'application/merge-patch+json',
  'application/json-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
  'application/apply-patch+cbor',
];
const PARAMETERS = [
  ...[
    'labelSelector',
    'fieldSelector',
    'limit',
    'continue',
    'resourceVersion',
    'resourceVersionMatch',
    'timeoutSeconds',
  ],
  ...[
    'sendInitialEvents',
    'dryRun',
    'fieldManager',
    'fieldValidation',
    'force',
    'gracePeriodSeconds',
    'pretty',
    'watch',
  ],
  ...['propagationPolicy', 'orphanDependents', 'includeObject', ...PROTOTYPE_NAMES],
];
const ROOTS = [
  ...['/', '/api', '/apis', '/api/v1', '/apis/apps', '/apis/apps/v1', '/openapi/v3', '/openapi/v3/api/v1', '/version'],
  ...[
    '/healthz',
    '/livez/ping',
    '/readyz?verbose',
    '/metrics',
    '/api/v1/watch/pods',
    '/api/v1/pods',
    '/api/v1/nodes/x/proxy/y',
  ],
  ...['/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', '/apis/authentication.k8s.io/v1/tokenreviews'],
  ...[
    '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
    '/api/v1/namespaces',
    '/api/v1/namespaces/default/finalize',
  ],
];

/** Changes of one part of a request each. */
const mutations: Arbitrary<(request: FuzzRequest) => FuzzRequest> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.tuple(fc.nat(), strangeText).map(
      ([at, text]) =>
        (request: FuzzRequest): FuzzRequest => ({
          ...request,
          path: spliced(request.path, at, text),
        }),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(fc.constantFrom(...PARAMETERS), strangeText).map(
      ([name, value]) =>
        (request: FuzzRequest): FuzzRequest => ({
          ...request,
          path: `${request.path}${request.path.includes('?') ? '&' : '?'}${name}=${value}`,
        }),
    ),
  },
  fc.constantFrom(...METHODS).map(
    (method) =>
      (request: FuzzRequest): FuzzRequest => ({ ...request, method }),
  ),
  fc.constantFrom(...ROOTS).map(
    (path) =>
      (request: FuzzRequest): FuzzRequest => ({ ...request, path }),
  ),
  fc.tuple(fc.nat(), fc.constantFrom(...PROTOTYPE_NAMES)).map(
    ([at, name]) =>
      (request: FuzzRequest): FuzzRequest => ({
        ...request,
        path: withPart(request.path, at, name),
      }),
  ),
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        fc.constantFrom(
          'accept',
          'content-type',
          'user-agent',
          'authorization',
          'impersonate-user',
          'impersonate-extra-x',
          'audit-id',
          'accept-encoding',
          'if-none-match',
        ),
        fc.oneof(
          strangeText,
          fc.constantFrom('application/json;as=Table;v=v1;g=meta.k8s.io', 'application/*;q=x', ',;=,', 'a/b;q=1e999'),
        ),
      )
      .map(
        ([name, value]) =>
          (request: FuzzRequest): FuzzRequest => ({ ...request, headers: { ...request.headers, [name]: value } }),
      ),
  },
  fc.constantFrom(...MEDIA_TYPES).map(
    (type) =>
      (request: FuzzRequest): FuzzRequest => ({ ...request, headers: { ...request.headers, 'content-type': type } }),
  ),
  {
    weight: 6,
    arbitrary: broken.map(
      (breakIt) =>
        (request: FuzzRequest): FuzzRequest => ({ ...request, body: breakIt(request.body ?? new Uint8Array()) }),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constantFrom(...PROTOBUF), broken, fc.boolean()).map(
      ([bytes, breakIt, whole]) =>
        (request: FuzzRequest): FuzzRequest => ({
          ...request,
          headers: { ...request.headers, 'content-type': 'application/vnd.kubernetes.protobuf' },
          body: whole ? bytes : breakIt(bytes),
        }),
    ),
  },
);

function spliced(text: string, at: number, more: string): string {
  const place = at % (text.length + 1);
  return text.slice(0, place) + more + text.slice(place + (at % 3));
}

function withPart(path: string, at: number, part: string): string {
  const parts = path.split('/');
  parts[1 + (at % Math.max(1, parts.length - 1))] = part;
  return parts.join('/');
}

/** A request, sensible or with up to three things wrong with it. */
export const fuzzRequest: Arbitrary<FuzzRequest> = fc
  .tuple(sensible, fc.array(mutations, { maxLength: 3 }))
  .map(([request, changes]) => changes.reduce((changed, change) => change(changed), request));

/** In the form of a transport, with the values of earlier answers in the place of their names. */
export function transportRequest(
  { method, path, headers, body }: FuzzRequest,
  names: ReadonlyMap<string, string>,
): TransportRequest {
  const expand = (text: string) => text.replace(/\{\{(\w+)\}\}/g, (all, name) => names.get(name) ?? all);
  const bytes: RequestBody | undefined =
    body === undefined
      ? undefined
      : { bytes: body.length < 5000 ? Buffer.from(expand(Buffer.from(body).toString('latin1')), 'latin1') : body };
  return {
    method,
    path: expand(path),
    headers: { accept: 'application/json', 'user-agent': 'fuzz', ...headers },
    ...(bytes !== undefined && { body: bytes }),
  };
}
