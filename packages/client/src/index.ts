export type { Status, StatusCause, StatusDetails, StatusReason } from '@opwright/machinery';
export {
  hasCause,
  isAlreadyExists,
  isBadRequest,
  isConflict,
  isExpired,
  isForbidden,
  isGone,
  isInvalid,
  isMethodNotAllowed,
  isNamespaceTerminating,
  isNotFound,
  isServerError,
  isStatusError,
  isTimeout,
  isTooLarge,
  isTooManyRequests,
  isUnauthorized,
  retryAfterMs,
  StatusError,
} from '@opwright/machinery';
export * from './certificates/certificates.ts';
export * from './certificates/signing-request.ts';
export * from './client/create-client.ts';
export { NO_LIST } from './client/lists.ts';
export type { ClientOptions } from './client/requests.ts';
export { REQUEST_TIMEOUT } from './client/time-limit.ts';
export * from './client.ts';
export * from './kubeconfig/connect.ts';
export { KubeconfigError } from './kubeconfig/fields.ts';
export * from './kubeconfig/load.ts';
export * from './kubeconfig/parse.ts';
export * from './system/clock.ts';
export * from './system/random.ts';
export * from './system/turn.ts';
export * from './transport/credentials.ts';
export * from './transport/https.ts';
export * from './transport.ts';
