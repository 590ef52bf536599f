import type { Store } from '../store/store.ts';
import { statusOf } from './errors.ts';
import type { Handler } from './http-types.ts';
import { errorResponse } from './respond.ts';

/**
 * Answers when everything that the answer may tell of is safe: the write of the request, and also writes of others that it
 * has seen. Watches take care of the events that follow.
 */
export function durably(handler: Handler, store: Store): Handler {
  return async (request) => {
    const response = await handler(request);
    const failure = await new Promise<Error | undefined>((resolve) => store.whenDurable(resolve));
    if (failure === undefined) return response;
    if ('stream' in response.body) await response.body.stream[Symbol.asyncIterator]().return?.();
    return errorResponse(request, statusOf(failure), String(response.headers['audit-id'] ?? ''), []);
  };
}
