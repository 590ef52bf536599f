import type { Status, StatusCause, StatusDetails, StatusReason } from '../status.ts';
import { goQuote } from '../text/go-quote.ts';
import { wellFormed } from '../text/utf8.ts';
import type { FieldError } from './field-error.ts';

/** A resource as messages name it; any `Resource` value is one. */
export interface GroupResource {
  /** Empty for the core group. */
  readonly group: string;
  readonly plural: string;
}

/** A kind as messages name it; any `Resource` value is one. */
export interface GroupKind {
  /** Empty for the core group. */
  readonly group: string;
  readonly kind: string;
}

/** `deployments.apps`, `pods`. */
export function groupResourceText(resource: GroupResource): string {
  return resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;
}

/** `Deployment.apps`, `Pod`. */
export function groupKindText(kind: GroupKind): string {
  return kind.group === '' ? kind.kind : `${kind.kind}.${kind.group}`;
}

/** 404: the object does not exist. */
export function notFound(resource: GroupResource, name: string): Status {
  return failure(404, 'NotFound', `${groupResourceText(resource)} ${goQuote(name)} not found`, about(resource, name));
}

/** 404: the API has no such resource. */
export function resourceNotFound(): Status {
  return failure(404, 'NotFound', 'the server could not find the requested resource', {});
}

/** 409: the name is taken. */
export function alreadyExists(resource: GroupResource, name: string): Status {
  const message = `${groupResourceText(resource)} ${goQuote(name)} already exists`;
  return failure(409, 'AlreadyExists', message, about(resource, name));
}

/** 409: the name is taken by an object whose deletion is under way. */
export function beingDeleted(resource: GroupResource, name: string): Status {
  const message = `object is being deleted: ${groupResourceText(resource)} ${goQuote(name)} already exists`;
  return failure(409, 'AlreadyExists', message, about(resource, name));
}

/** 409: no free name was found for `generateName`; the client may try again. */
export function generateNameConflict(resource: GroupResource, name: string, retryAfterSeconds = 1): Status {
  const message = `${groupResourceText(resource)} ${goQuote(name)} already exists, the server was not able to generate a unique name for the object`;
  return failure(409, 'AlreadyExists', message, { ...about(resource, name), retryAfterSeconds });
}

/** What a stale resourceVersion is answered with. */
export const MODIFIED_MESSAGE =
  'the object has been modified; please apply your changes to the latest version and try again';

/** 409: the operation does not fit the object's current state. */
export function conflict(resource: GroupResource, name: string, why: string = MODIFIED_MESSAGE): Status {
  const message = `Operation cannot be fulfilled on ${groupResourceText(resource)} ${goQuote(name)}: ${why}`;
  return failure(409, 'Conflict', message, about(resource, name));
}

/** 409 of a delete precondition: names the Kind where other conflicts name the resource. */
export function preconditionFailed(kind: GroupKind, name: string, why: string): Status {
  return conflict({ group: kind.group, plural: kind.kind }, name, why);
}

/** 409 of server-side apply: other managers own fields. */
export function applyConflict(message: string, causes: readonly StatusCause[]): Status {
  return failure(409, 'Conflict', message, { causes });
}

/** 422: the object violates its kind's rules. Every error is a cause; equal ones are named once in the message. */
export function invalid(kind: GroupKind, name: string, errors: readonly FieldError[]): Status {
  const subject = `${groupKindText(kind)} ${goQuote(name)} is invalid`;
  const items = [...new Set(errors.map((error) => `${error.field}: ${error.message}`))];
  const list = items.length === 1 ? items[0] : `[${items.join(', ')}]`;
  return failure(422, 'Invalid', items.length === 0 ? subject : `${subject}: ${list}`, {
    ...details(name, kind.group, kind.kind),
    ...(errors.length > 0 && {
      causes: errors.map(({ reason, message, field }) => ({ reason, message, field })),
    }),
  });
}

/** 422 without a field: a JSON patch that does not fit. */
export function unprocessable(): Status {
  return failure(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
}

/** 403: not allowed; without a resource `forbidden: <why>`. */
export function forbidden(
  resource: GroupResource | undefined,
  name: string,
  why: string,
  causes: readonly StatusCause[] = [],
): Status {
  if (resource === undefined) return failure(403, 'Forbidden', `forbidden: ${why}`, {});
  const subject = name === '' ? groupResourceText(resource) : `${groupResourceText(resource)} ${goQuote(name)}`;
  return failure(403, 'Forbidden', `${subject} is forbidden: ${why}`, {
    ...about(resource, name),
    ...(causes.length > 0 && { causes }),
  });
}

/** 401: who asks is unknown. */
export function unauthorized(message = 'Unauthorized'): Status {
  return failure(401, 'Unauthorized', message);
}

/** 400: the request makes no sense. */
export function badRequest(message: string): Status {
  return failure(400, 'BadRequest', message);
}

/** 405: the path exists, the method does not. */
export function methodNotAllowed(): Status {
  return failure(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
}

/** 405 of a custom resource, whose handler knows what it is asked to do. */
export function methodNotSupported(resource: GroupResource, operation: string): Status {
  const message = `${operation} is not supported on resources of kind "${groupResourceText(resource)}"`;
  return failure(405, 'MethodNotAllowed', message, about(resource, ''));
}

/** 406: no media type suits both sides; `accepted` are the server's. */
export function notAcceptable(accepted: readonly string[]): Status {
  return failure(406, 'NotAcceptable', `only the following media types are accepted: ${accepted.join(', ')}`);
}

/** 415: the body's media type is unknown; `accepted` are the server's. */
export function unsupportedMediaType(accepted: readonly string[]): Status {
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`;
  return failure(415, 'UnsupportedMediaType', message);
}

/** 410: a resourceVersion or continue token is older than the history. */
export function expired(message: string): Status {
  return failure(410, 'Expired', message);
}

/** 410 of a watch that starts before the oldest event: `too old resource version: 300 (2130)`. */
export function tooOldResourceVersion(requested: string | number, oldest: string | number): Status {
  return expired(`too old resource version: ${requested} (${oldest})`);
}

/** 413: the body is too large: `Request entity too large: <why>`. */
export function tooLarge(why: string): Status {
  return failure(413, 'RequestEntityTooLarge', `Request entity too large: ${why}`);
}

/** 429: later, without details when it says not how much. The answer should carry the same seconds in its Retry-After header. */
export function tooManyRequests(
  message: string,
  retryAfterSeconds?: number,
  causes: readonly StatusCause[] = [],
): Status {
  if (retryAfterSeconds === undefined) return failure(429, 'TooManyRequests', message);
  return failure(429, 'TooManyRequests', message, {
    ...(causes.length > 0 && { causes }),
    ...(retryAfterSeconds > 0 && { retryAfterSeconds }),
  });
}

/** 500: `Internal error occurred: <why>`. */
export function internalError(why: string): Status {
  return failure(500, 'InternalError', `Internal error occurred: ${why}`, { causes: [{ message: why }] });
}

/** 504: `Timeout: <why>`. */
export function timeout(why: string, retryAfterSeconds: number, causes: readonly StatusCause[] = []): Status {
  return failure(504, 'Timeout', `Timeout: ${why}`, {
    ...(causes.length > 0 && { causes }),
    ...(retryAfterSeconds > 0 && { retryAfterSeconds }),
  });
}

/** 504 of a read at a resourceVersion that the server has not reached. */
export function tooLargeResourceVersion(
  requested: string | number,
  current: string | number,
  retryAfterSeconds = 1,
): Status {
  return timeout(`Too large resource version: ${requested}, current: ${current}`, retryAfterSeconds, [
    { reason: 'ResourceVersionTooLarge', message: 'Too large resource version' },
  ]);
}

/** 500: the operation is not possible right now; the client should repeat it. */
export function serverTimeout(resource: GroupResource, operation: string, retryAfterSeconds = 0): Status {
  const message = `The ${operation} operation against ${groupResourceText(resource)} could not be completed at this time, please try again.`;
  return failure(500, 'ServerTimeout', message, {
    ...about(resource, operation),
    ...(retryAfterSeconds > 0 && { retryAfterSeconds }),
  });
}

/** 503: the server, or the one behind it, is down. */
export function serviceUnavailable(message: string): Status {
  return failure(503, 'ServiceUnavailable', message);
}

/** An error that Kubernetes gives no reason for: code and text only. */
export function genericFailure(code: number, message: string): Status {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, code };
}

/** The answer to a delete that removed the object at once. No code in it: the HTTP answer is 200. */
export function deleted(resource: GroupResource, name: string, uid: string): Status {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { ...about(resource, name), uid },
  };
}

/** The answer to a subresource call that succeeded and has no object (binding, eviction). */
export function success(code: number): Status {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code };
}

/** Any failure, for the few that have no function of their own here; the keys are in the order in which Go writes them. */
export function failure(code: number, reason: StatusReason, message: string, statusDetails?: StatusDetails): Status {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: wellFormed(message),
    reason,
    ...(statusDetails && { details: statusDetails }),
    code,
  };
}

function about(resource: GroupResource, name: string): StatusDetails {
  return details(name, resource.group, resource.plural);
}

function details(name: string, group: string, kind: string): StatusDetails {
  return {
    ...(name !== '' && { name: wellFormed(name) }),
    ...(group !== '' && { group }),
    ...(kind !== '' && { kind }),
  };
}
