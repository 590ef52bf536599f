import type { JsonObject } from '@opwright/machinery';
import type { Allocator } from './kind.ts';
import { at, int, items, texts } from './tree.ts';

/** An address or port that cannot be had; the message is Kubernetes'. */
export class AllocationError extends Error {
  override readonly name = 'AllocationError';
}

export interface ServiceRanges {
  /** IPv4 CIDR; default `10.0.0.0/16`. The first address is that of the API server's own service. */
  readonly clusterCidr?: string;
  /** Inclusive; default 30000–32767. */
  readonly nodePorts?: readonly [first: number, last: number];
}

/**
 * Hands out cluster IPs and node ports, each in turn, so that an address comes back late. What is in use is read from
 * the stored services: at first, and again whenever something seems taken, so that nothing must be given back when a
 * service is deleted or its creation fails.
 */
export function serviceAllocator(stored: () => Iterable<JsonObject>, ranges: ServiceRanges = {}): Allocator {
  const cidr = ranges.clusterCidr ?? '10.0.0.0/16';
  const [network, size] = parseCidr(cidr);
  const [firstPort, lastPort] = ranges.nodePorts ?? [30000, 32767];
  const addresses = pool(stored, usedAddresses);
  const ports = pool(stored, usedPorts);
  // The low end of a range is for addresses that somebody asks for, as in Kubernetes.
  let nextAddress = Math.min(16, size - 2);
  let nextPort = firstPort + Math.min(86, lastPort - firstPort);
  return {
    clusterIP(wanted) {
      if (wanted !== undefined) {
        const offset = parseAddress(wanted) - network;
        if (!(offset > 0 && offset < size - 1)) {
          const range = `The range of valid IPs is ${cidr}`;
          throw new AllocationError(
            `failed to allocate IP ${wanted}: the provided IP (${wanted}) is not in the valid range. ${range}`,
          );
        }
        if (!addresses.take(wanted))
          throw new AllocationError(`failed to allocate IP ${wanted}: provided IP is already allocated`);
        return wanted;
      }
      for (let tried = 0; tried < 2 * size; tried++) {
        const ip = formatAddress(network + nextAddress);
        nextAddress = nextAddress >= size - 2 ? 2 : nextAddress + 1;
        if (addresses.take(ip, tried === size)) return ip;
      }
      throw new AllocationError('failed to allocate a serviceIP: range is full');
    },
    nodePort(wanted, dryRun = false) {
      if (wanted !== undefined) {
        const isOutside = wanted < firstPort || wanted > lastPort;
        if (isOutside && dryRun) return wanted;
        if (isOutside) {
          const range = `The range of valid ports is ${firstPort}-${lastPort}`;
          throw new AllocationError(`provided port is not in the valid range. ${range}`);
        }
        if (!ports.take(wanted)) throw new AllocationError('provided port is already allocated');
        return wanted;
      }
      const count = lastPort - firstPort + 1;
      for (let tried = 0; tried < 2 * count; tried++) {
        const port = nextPort;
        nextPort = nextPort >= lastPort ? firstPort : nextPort + 1;
        if (ports.take(port, tried === count)) return port;
      }
      throw new AllocationError('failed to allocate a nodePort: range is full');
    },
  };
}

interface Pool<T> {
  /** Takes a value if it is free. With `recheck` the stored services are asked again before it counts as taken. */
  take(value: T, recheck?: boolean): boolean;
}

function pool<T>(stored: () => Iterable<JsonObject>, usedBy: (service: JsonObject) => readonly T[]): Pool<T> {
  let used: Set<T> | undefined;
  const rebuild = () => {
    used = new Set();
    for (const service of stored()) for (const value of usedBy(service)) used.add(value);
    return used;
  };
  return {
    take(value, recheck = true) {
      let taken = used ?? rebuild();
      if (taken.has(value) && recheck) taken = rebuild();
      if (taken.has(value)) return false;
      taken.add(value);
      return true;
    },
  };
}

function usedAddresses(service: JsonObject): readonly string[] {
  return texts(at(service, 'spec'), 'clusterIPs').filter((ip) => ip !== 'None');
}

function usedPorts(service: JsonObject): readonly number[] {
  const spec = at(service, 'spec');
  return [...items(spec, 'ports').map((port) => int(port, 'nodePort')), int(spec, 'healthCheckNodePort')].filter(
    (port) => port !== 0,
  );
}

function parseCidr(cidr: string): [network: number, size: number] {
  const [address = '', bits = '32'] = cidr.split('/');
  const size = 2 ** (32 - Number(bits));
  return [Math.floor(parseAddress(address) / size) * size, size];
}

/** NaN for what is not an IPv4 address. */
function parseAddress(text: string): number {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return Number.NaN;
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0);
}

function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}
