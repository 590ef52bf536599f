import type { Client } from '@opwright/client';
import { type AnyResource, type Clock, humanDuration, keyString, type ObjectKey } from '@opwright/machinery';

/** Which requests a run has made, to say what it waits for. */
export interface Activity {
  begin(call: string): () => void;
  /** A phrase: what the run waits for, and since when. */
  describe(): string;
}

export function createActivity(clock: Clock): Activity {
  const pending = new Map<object, { readonly call: string; readonly since: number }>();
  let last: { readonly call: string; readonly endedAt: number } | undefined;
  const ago = (since: number) => humanDuration(clock.monotonic() - since);
  return {
    begin(call) {
      const id = {};
      pending.set(id, { call, since: clock.monotonic() });
      return () => {
        pending.delete(id);
        last = { call, endedAt: clock.monotonic() };
      };
    },
    describe() {
      if (pending.size > 0)
        return [...pending.values()].map(({ call, since }) => `${call} (since ${ago(since)})`).join(', ');
      if (last) return `nothing of ctx: the last call, ${last.call}, ended ${ago(last.endedAt)} ago`;
      return 'nothing of ctx: it has made no call';
    },
  };
}

/**
 * A client that tells the activity of each request for an object.
 *
 * @param cluster its name, when it is not that of the reconciled object
 * @param beforeWrite called before a request that may change the object
 */
export function tracked(
  client: Client,
  activity: Activity,
  cluster: string | undefined,
  beforeWrite: (resource: AnyResource, key: ObjectKey) => void,
): Client {
  const where = cluster === undefined ? '' : ` in ${cluster}`;
  async function during<T>(verb: string, resource: AnyResource, key: Partial<ObjectKey>, call: () => Promise<T>) {
    const full = { name: '', ...key };
    if (verb !== 'get') beforeWrite(resource, full);
    const end = activity.begin(`${verb} ${resource.kind} ${keyString(full)}${where}`);
    try {
      return await call();
    } finally {
      end();
    }
  }
  const keyOf = (object: object) => (object as { metadata?: Partial<ObjectKey> }).metadata ?? {};
  return {
    ...client,
    get: (resource, key, options) => during('get', resource, key, () => client.get(resource, key, options)),
    create: (resource, object, options) =>
      during('create', resource, keyOf(object), () => client.create(resource, object, options)),
    patch: (resource, key, patch, options) =>
      during('patch', resource, key, () => client.patch(resource, key, patch, options)),
    apply: (resource, object, options) =>
      during('apply', resource, keyOf(object), () => client.apply(resource, object, options)),
    delete: (resource, key, options) => during('delete', resource, key, () => client.delete(resource, key, options)),
    status(resource) {
      const api = client.status(resource);
      return {
        ...api,
        patch: (key, patch, options) =>
          during('patch the status of', resource, key, () => api.patch(key, patch, options)),
      };
    },
  };
}
