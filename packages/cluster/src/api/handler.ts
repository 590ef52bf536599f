import { isStatusError, type StatusError } from '@opwright/machinery';
import { answerForm } from './answer-form.ts';
import { authenticate } from './authenticate.ts';
import { type AccessAttributes, accessForbidden, mayEverything } from './authorize.ts';
import { ConnectionDropped } from './connection-dropped.ts';
import type { ApiServer, Call } from './context.ts';
import { methodNotAllowed, notFound, statusOf, unknownResource } from './errors.ts';
import { suffer } from './faults.ts';
import type { Handler, ServerRequest, ServerResponse, UserInfo } from './http-types.ts';
import { impersonate, impersonates, impersonationProblem } from './impersonate.ts';
import { header, plainJson } from './negotiate.ts';
import { checkRoute, connectTo, perform } from './perform.ts';
import { type RequestInfo, type ResourceRequest, requestedName, requestInfo } from './request-info.ts';
import { type Observed, recordOf } from './request-log.ts';
import { errorResponse, resultResponse, textResponse } from './respond.ts';

/**
 * The API server: who asks, may they, which resource, which verb; the verb decodes, admits, validates and stores; the
 * answer goes out in the form that was negotiated.
 */
export function createHandler(server: ApiServer): Handler {
  const { clock, faults, metrics, requests } = server;
  return async (request) => {
    const at = clock.now();
    const startedAt = clock.monotonic();
    const progress: Progress = { auditId: header(request, 'audit-id') ?? server.random.uuid(), warnings: [] };
    const log = (code: number) => {
      const durationMs = clock.monotonic() - startedAt;
      if (progress.info !== undefined && code !== 0) metrics.observe(progress.info, code, durationMs / 1000);
      requests.add(recordOf(request, progress, at, code, durationMs));
    };

    let response: ServerResponse;
    try {
      const info = readInfo(request);
      if (info === undefined) {
        const malformed = malformedRequest();
        log(malformed.status);
        return malformed;
      }
      progress.info = info;
      const sender = authenticate(request, server, (text) => progress.warnings.push(text));
      progress.sender = sender;
      const fault = faults.next(() => recordOf(request, progress, at));
      response = await (fault === undefined
        ? answer(server, request, info, sender, progress)
        : suffer(fault, request, clock, () => answer(server, request, info, sender, progress, fault.staleAt)));
    } catch (error) {
      if (error instanceof ConnectionDropped) {
        log(0);
        throw error;
      }
      response = await errorResponse(request, statusOf(error), progress.auditId, progress.warnings);
    }
    log(response.status);
    return response;
  };
}

/** What is known of a request so far. */
interface Progress extends Observed {
  readonly warnings: string[];
  info?: RequestInfo;
  sender?: UserInfo;
  user?: UserInfo;
}

/** @param readAt the revision that gets and lists show; default: the current one */
async function answer(
  server: ApiServer,
  request: ServerRequest,
  info: RequestInfo,
  sender: UserInfo,
  progress: Progress,
  readAt?: number,
): Promise<ServerResponse> {
  const { auditId, warnings } = progress;
  const audited = (response: ServerResponse) => withHeaders(response, { 'audit-id': auditId });
  let user: UserInfo | StatusError = sender;
  // The administrator, who acts as nobody else, is asked nothing.
  if (!mayEverything(sender) || impersonates(request)) {
    const problem = impersonationProblem(request);
    if (problem !== undefined) return audited(textResponse(500, problem));
    user = await admitted(server, request, sender, info, progress);
  }
  if (isStatusError(user))
    return withHeaders(await errorResponse(request, user.status, auditId, warnings), NOT_SNIFFED);
  if (!info.isResource) return audited(await document(server, request, info));
  const call = resolve(server, request, info, user, warnings, readAt);
  if (call === undefined) return audited(pageNotFound());
  const performing = perform(call);
  const result = performing instanceof Promise ? await performing : performing;
  return resultResponse(call, result, auditId);
}

/** Undefined where the path is none: Go's HTTP library refuses that before the API server sees it. */
function readInfo(request: ServerRequest): RequestInfo | undefined {
  try {
    return requestInfo(request.method, request.path);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

function malformedRequest(): ServerResponse {
  const headers = { 'content-type': 'text/plain; charset=utf-8', connection: 'close' };
  return { status: 400, headers, body: { text: '400 Bad Request' } };
}

/** Who acts, if they may; otherwise the refusal. */
async function admitted(
  server: ApiServer,
  request: ServerRequest,
  sender: UserInfo,
  info: RequestInfo,
  progress: Progress,
): Promise<UserInfo | StatusError> {
  try {
    const user = await impersonate(request, sender, server.authorizer);
    progress.user = user;
    await authorize(server, user, info);
    return user;
  } catch (error) {
    if (isStatusError(error) && error.status.code === 403) return error;
    throw error;
  }
}

/** Refusals, which may show what a client sent, say that they are what they say. */
const NOT_SNIFFED = { 'x-content-type-options': 'nosniff' };

function withHeaders(response: ServerResponse, headers: Record<string, string>): ServerResponse {
  return { ...response, headers: { ...response.headers, ...headers } };
}

async function authorize(server: ApiServer, user: UserInfo, info: RequestInfo): Promise<void> {
  const attributes: AccessAttributes = info.isResource
    ? {
        user,
        verb: info.verb === '' ? info.method.toLowerCase() : info.verb,
        group: info.group,
        version: info.version,
        resource: info.resource,
        subresource: info.subresource,
        namespace: info.namespace,
        name: requestedName(info),
      }
    : { user, verb: info.verb, path: info.path };
  const decision = await server.authorizer.authorize(attributes);
  if (!decision.allowed) throw accessForbidden(attributes, decision.reason);
}

async function document(
  server: ApiServer,
  request: ServerRequest,
  info: Extract<RequestInfo, { isResource: false }>,
): Promise<ServerResponse> {
  for (const answer of server.documents) {
    const response = await answer(request, info);
    if (response !== undefined) return response;
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    const reading = { ...request, method: 'GET', headers: {} };
    for (const answer of server.documents) {
      if ((await answer(reading, info)) !== undefined) throw methodNotAllowed();
    }
  }
  const [, root, group] = info.path.split('/');
  // Below a group that exists the answer is an API object.
  if (root === 'api' || (root === 'apis' && group !== undefined && isBuiltinGroup(server, group)))
    throw unknownResource();
  return pageNotFound();
}

function pageNotFound(): ServerResponse {
  return textResponse(404, '404 page not found\n');
}

/** The kind that a request means. Undefined where the server has never heard of the path. */
function resolve(
  server: ApiServer,
  request: ServerRequest,
  info: ResourceRequest,
  user: UserInfo,
  warnings: string[],
  readAt: number | undefined,
): Call | undefined {
  const kind = server.registry.find(info.group, info.version, info.resource);
  if (kind === undefined) {
    if (isBuiltinGroup(server, info.group)) throw unknownResource();
    return undefined;
  }
  const isNamespace = info.resource === 'namespaces' && info.group === '';
  if (kind.scope === 'Cluster' && info.namespace !== '' && !isNamespace) {
    if (kind.custom) return undefined;
    throw unknownResource();
  }
  if (kind.scope === 'Namespaced' && info.namespace === '' && info.name !== '' && info.verb !== 'watch')
    throw unknownResource();
  if (info.rest.length > 0 && kind.custom) throw notFound(kind, info.name);
  if (info.rest.length > 0 && info.subresource !== 'proxy') throw unknownResource();
  if (kind.deprecation !== undefined && kind.verbs.includes(info.verb)) warnings.push(kind.deprecation);
  // Routes of built-in kinds come before media types.
  if (!kind.custom) checkRoute(kind, info);
  // What runs in the cluster answers in its own forms.
  const negotiated = connectTo(kind, info) === undefined ? answerForm(request, info, kind) : plainJson(request);
  return { server, request, info, kind, user, warnings, readAt, negotiated };
}

function isBuiltinGroup({ registry }: ApiServer, group: string): boolean {
  return registry.hasBuiltinGroup(group);
}
