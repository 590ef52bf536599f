import { NO_LIST, TransportError, type WatchEvent } from '@opwright/client';
import { type AnyResource, groupResourceText, type Status, StatusError } from '@opwright/machinery';
import type { ReflectorScope, WatchFailure } from './following.ts';

/** A failure that the reflector itself found. */
export class WatchError extends Error implements WatchFailure {
  override readonly name = 'WatchError';
  readonly reason: string;

  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** The version that we asked for is compacted. */
export function isExpired(error: unknown): boolean {
  return error instanceof StatusError && (error.code === 410 || error.reason === 'Expired' || error.reason === 'Gone');
}

/** The version that we asked for is in the server's future: another replica answered, or a backup was restored. */
export function isResourceVersionTooLarge(error: unknown): boolean {
  if (!(error instanceof StatusError)) return false;
  if (error.status.details?.causes?.some((cause) => cause.reason === 'ResourceVersionTooLarge')) return true;
  return error.reason === 'Timeout' && error.message.includes('Too large resource version');
}

/** How long a 429 asks us to wait; undefined for anything else. */
export function retryAfterMs(error: unknown): number | undefined {
  if (!(error instanceof StatusError) || error.code !== 429) return undefined;
  return (error.status.details?.retryAfterSeconds ?? 0) * 1000;
}

/** The server is there in principle but takes no connections now: our version is as good as before. */
export function isRefused(error: unknown): boolean {
  return error instanceof TransportError && error.code === 'ECONNREFUSED';
}

/** The Status that an ERROR event carries, whatever it lacks. */
export function statusOf(object: WatchEvent<never>['object']): Status {
  const status = object as Partial<Status> | undefined;
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, ...status };
}

/** The failure of a list or watch as a sentence that names the resource and, where there is one, the remedy. */
export function explainWatchError(
  resource: AnyResource,
  scope: ReflectorScope,
  verb: 'list' | 'watch',
  error: unknown,
): WatchFailure {
  const name = groupResourceText(resource);
  const where = scope.namespace === undefined ? '' : ` in the namespace "${scope.namespace}"`;
  const what = `failed to ${verb} ${name}${where}: ${messageOf(error)}`;
  if (error instanceof StatusError) {
    const reason = error.reason ?? `${error.code}`;
    if (error.code === 404) {
      return {
        reason,
        message: `${what}; the server does not serve ${name} in version ${resource.version}: if the kind is a CRD, install it`,
      };
    }
    if (error.code === 403) {
      return {
        reason,
        message: `${what}; grant the operator's service account get, list and watch on ${name} (opwright manifests prints the rules)`,
      };
    }
    return { reason, message: what };
  }
  if (error instanceof WatchError) return { reason: error.reason, message: what };
  if (error instanceof TransportError) {
    return { reason: error.code === NO_LIST ? 'BadList' : 'ConnectionError', message: what };
  }
  return { reason: 'Error', message: what };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
