import * as answers from '@opwright/machinery';
import {
  type GroupResource,
  goQuote,
  groupResourceText,
  isStatusError,
  type Status,
  type StatusCause,
  StatusError,
} from '@opwright/machinery';

/*
 * The answers that are errors, to be thrown anywhere in the pipeline. Their texts are machinery's.
 */

const thrown =
  <Arguments extends readonly unknown[]>(status: (...args: Arguments) => Status) =>
  (...args: Arguments): StatusError =>
    new StatusError(status(...args));

export const notFound = thrown(answers.notFound);
export const unknownResource = thrown(answers.resourceNotFound);
export const alreadyExists = thrown(answers.alreadyExists);
export const generateNameConflict = thrown(answers.generateNameConflict);
export const conflict = thrown(answers.conflict);
export const preconditionFailed = thrown(answers.preconditionFailed);
export const applyConflict = thrown(answers.applyConflict);
export const invalid = thrown(answers.invalid);
export const unprocessable = thrown(answers.unprocessable);
export const unauthorized = thrown(answers.unauthorized);
export const badRequest = thrown(answers.badRequest);
export const methodNotAllowed = thrown(answers.methodNotAllowed);
export const methodNotSupported = thrown(answers.methodNotSupported);
export const notAcceptable = thrown(answers.notAcceptable);
export const unsupportedMediaType = thrown(answers.unsupportedMediaType);
export const internalError = thrown(answers.internalError);
export const tooLargeResourceVersion = thrown(answers.tooLargeResourceVersion);
export const tooOldResourceVersion = thrown(answers.tooOldResourceVersion);
export const tooManyRequests = thrown(answers.tooManyRequests);

/** An error of the Go code that is no API error: 500 without a reason. */
export const rawError = (message: string): StatusError => new StatusError(answers.genericFailure(500, message));

/** 503: what the request is passed on to does not answer. */
export const serviceUnavailable = (message: string): StatusError =>
  new StatusError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason: 'ServiceUnavailable',
    code: 503,
  });

/** A create whose name belongs to an object on its way out. */
export function stillBeingDeleted(resource: GroupResource, name: string): StatusError {
  const status = answers.alreadyExists(resource, name);
  return new StatusError({ ...status, message: `object is being deleted: ${status.message}` });
}

/** 403 of an admission plugin. */
export function forbidden(
  resource: GroupResource | undefined,
  name: string,
  why: string,
  causes: readonly StatusCause[] = [],
): StatusError {
  const status = answers.forbidden(resource, name, why);
  return new StatusError(causes.length === 0 ? status : { ...status, details: { ...status.details, causes } });
}

/** 410; a list whose page token is too old gets another one to go on with. */
export function expired(message: string, token?: string): StatusError {
  const status = answers.expired(message);
  return new StatusError(token === undefined ? status : { ...status, metadata: { continue: token } });
}

export const tooLarge = (limit: number): StatusError => new StatusError(answers.tooLarge(`limit is ${limit}`));

/** 406 and 415 of media types that nobody knows: these two answers name their code. */
export function unknownMediaType(code: 406 | 415, available?: string): StatusError {
  const [reason, text] =
    code === 406 ? ['NotAcceptable', 'Not Acceptable'] : ['UnsupportedMediaType', 'Unsupported Media Type'];
  const message = `${code}: ${text}${available === undefined ? '' : `\n\nAvailable representations: ${available}`}`;
  return new StatusError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    details: {},
    code,
  });
}

/** 409 of a PUT whose object has another uid than the stored one, in the words of the storage layer. */
export function uidPreconditionFailed(
  resource: GroupResource,
  key: string,
  name: string,
  wanted: string,
  actual: string,
): StatusError {
  return conflict(
    resource,
    name,
    `StorageError: invalid object, Code: 4, Key: /registry/${groupPath(resource)}/${key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${wanted}, UID in object meta: ${actual}`,
  );
}

function groupPath({ group, plural }: GroupResource): string {
  return group.includes('.') && !group.endsWith('.k8s.io') ? `${group}/${plural}` : plural;
}

/** The Status of any error: what is not a StatusError is a defect of the server and says so. */
export function statusOf(error: unknown): Status {
  if (isStatusError(error)) return error.status;
  return answers.internalError(error instanceof Error ? error.message : String(error));
}

export { goQuote, groupResourceText as groupResource };
