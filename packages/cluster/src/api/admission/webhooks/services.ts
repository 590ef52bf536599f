import type { JsonObject } from '@opwright/machinery';
import { at, int, items, text } from '../../../kinds/tree.ts';
import { storeKey } from '../../../store/object.ts';
import type { Store } from '../../../store/store.ts';

export interface ServiceReference {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}

export interface ServiceAddress {
  readonly host: string;
  readonly port: number;
}

/** Finds where a service is reached from this process. @throws Error in the API server's words when nowhere */
export type ServiceResolver = (service: ServiceReference) => ServiceAddress;

/**
 * Services have no network of their own here: they are where `given` says (`namespace/name` to a URL), or at one of
 * their endpoints on this machine.
 */
export function serviceResolver(store: Store, given: Readonly<Record<string, string>> = {}): ServiceResolver {
  return ({ namespace, name, port }) => {
    const key = `${namespace}/${name}`;
    if (Object.hasOwn(given, key)) {
      const url = new URL(given[key] ?? '');
      return { host: url.hostname, port: url.port === '' ? 443 : Number(url.port) };
    }
    const service = store.get('services', storeKey(namespace, name));
    if (service === undefined) throw new Error(`service "${name}" not found`);
    const servicePort = items(at(service, 'spec'), 'ports').find((candidate) => int(candidate, 'port') === port);
    if (servicePort === undefined) throw new Error(`no service port ${port} found for service "${name}"`);
    const subsets = items(store.get('endpoints', storeKey(namespace, name)), 'subsets');
    const addresses = subsets.flatMap((subset) => addressesOf(subset, text(servicePort, 'name')));
    const [first] = addresses;
    if (first === undefined) throw new Error(`no endpoints available for service "${name}"`);
    const local = addresses.find(({ host }) => host.startsWith('127.') || host === '::1');
    // Pods run nowhere: waiting for one of them would only end in the same.
    if (local === undefined) throw new Error(`dial tcp ${first.host}:${first.port}: connect: no route to host`);
    return local;
  };
}

function addressesOf(subset: JsonObject, portName: string): ServiceAddress[] {
  const port = items(subset, 'ports').find((candidate) => text(candidate, 'name') === portName);
  if (port === undefined) return [];
  return items(subset, 'addresses').map((address) => ({ host: text(address, 'ip'), port: int(port, 'port') }));
}
