import { StatusError, type StatusReason } from '../status.ts';

/**
 * Whether an unknown error is an answer of the API server. Also true for a `StatusError` of another copy of this
 * package, which `instanceof` would miss.
 */
export function isStatusError(error: unknown): error is StatusError {
  if (error instanceof StatusError) return true;
  if (!(error instanceof Error) || error.name !== 'StatusError' || !('status' in error)) return false;
  const { status } = error;
  return typeof status === 'object' && status !== null && 'kind' in status && status.kind === 'Status';
}

/** The object, or what it asks for, does not exist (404). */
export function isNotFound(error: unknown): error is StatusError {
  return means(error, 'NotFound', 404);
}

/** A create whose name is taken (409). */
export function isAlreadyExists(error: unknown): error is StatusError {
  return means(error, 'AlreadyExists');
}

/** A stale resourceVersion, a failed precondition or fields that others own (409); not a taken name. */
export function isConflict(error: unknown): error is StatusError {
  return means(error, 'Conflict', 409);
}

/** The object violates its kind's rules (422). */
export function isInvalid(error: unknown): error is StatusError {
  return means(error, 'Invalid', 422);
}

/** The request makes no sense to the server (400). */
export function isBadRequest(error: unknown): error is StatusError {
  return means(error, 'BadRequest', 400);
}

/** Not allowed (403). */
export function isForbidden(error: unknown): error is StatusError {
  return means(error, 'Forbidden', 403);
}

/** No valid credentials (401). */
export function isUnauthorized(error: unknown): error is StatusError {
  return means(error, 'Unauthorized', 401);
}

/** The path has no such method (405). */
export function isMethodNotAllowed(error: unknown): error is StatusError {
  return means(error, 'MethodNotAllowed', 405);
}

/** The resourceVersion or continue token asked for is no longer known (410): list again. */
export function isExpired(error: unknown): error is StatusError {
  return means(error, 'Expired', 410) || means(error, 'Gone');
}

/** The same as {@link isExpired}: servers answer 410 with either reason. */
export const isGone: (error: unknown) => error is StatusError = isExpired;

/** The body is too large (413). */
export function isTooLarge(error: unknown): error is StatusError {
  return means(error, 'RequestEntityTooLarge', 413);
}

/** Rate limited, or an eviction that a disruption budget holds back (429). */
export function isTooManyRequests(error: unknown): error is StatusError {
  return means(error, 'TooManyRequests', 429);
}

/** The server gave up waiting (504, or 500 with reason ServerTimeout). */
export function isTimeout(error: unknown): error is StatusError {
  return means(error, 'Timeout', 504) || means(error, 'ServerTimeout');
}

/** A namespace that is going away refuses new objects: 403 with the cause NamespaceTerminating. */
export function isNamespaceTerminating(error: unknown): error is StatusError {
  return isForbidden(error) && hasCause(error, 'NamespaceTerminating');
}

/** Any 5xx: the server failed, the request may be fine. */
export function isServerError(error: unknown): error is StatusError {
  return isStatusError(error) && error.code >= 500;
}

/** Whether the error's details name a cause of this reason. */
export function hasCause(error: StatusError, reason: string): boolean {
  return error.status.details?.causes?.some((cause) => cause.reason === reason) ?? false;
}

/** How long the server asks to wait before the next attempt, in ms; undefined when it does not ask. */
export function retryAfterMs(error: unknown): number | undefined {
  if (!isStatusError(error)) return undefined;
  const seconds = error.status.details?.retryAfterSeconds;
  if (seconds !== undefined && seconds > 0) return seconds * 1000;
  return error.reason === 'ServerTimeout' ? 0 : undefined;
}

const KNOWN_REASONS: ReadonlySet<string> = new Set<StatusReason>([
  'Unauthorized',
  'Forbidden',
  'NotFound',
  'AlreadyExists',
  'Conflict',
  'Gone',
  'Invalid',
  'ServerTimeout',
  'Timeout',
  'TooManyRequests',
  'BadRequest',
  'MethodNotAllowed',
  'NotAcceptable',
  'RequestEntityTooLarge',
  'UnsupportedMediaType',
  'InternalError',
  'Expired',
  'ServiceUnavailable',
]);

// The reason decides; the code only where the reason is absent or not one of Kubernetes'.
function means(error: unknown, reason: StatusReason, code?: number): error is StatusError {
  if (!isStatusError(error)) return false;
  if (error.reason === reason) return true;
  return error.code === code && !KNOWN_REASONS.has(error.reason ?? '');
}
