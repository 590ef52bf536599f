import { genericFailure, internalError, invalidValue, type JsonObject, StatusError } from '@opwright/machinery';
import { AllocationError } from '../allocator.ts';
import type { MutableObject, StrategyContext } from '../kind.ts';
import { asJson, each, ensure, int, items, text } from '../tree.ts';
import { refuseService } from './service-addresses.ts';

function allocates(spec: MutableObject): boolean {
  return spec.type === 'NodePort' || spec.allocateLoadBalancerNodePorts !== false;
}

/**
 * Gives the ports of a new service their node ports. Ports of one number, of other protocols, share one.
 * @throws StatusError 422 when one that is asked for cannot be had
 */
export function allocateNodePorts(service: MutableObject, context: StrategyContext): void {
  const spec = ensure(service, 'spec');
  const given = new Map<unknown, number>();
  for (const [index, port] of each(spec, 'ports').entries()) {
    const wanted = int(asJson(port), 'nodePort');
    if (wanted === 0 && !allocates(spec)) continue;
    const shared = given.get(port.port);
    if (shared === undefined) {
      const same = items(asJson(spec), 'ports').find(
        (other) => other.port === port.port && int(other, 'nodePort') !== 0,
      );
      port.nodePort = take(service, context, index, int(same, 'nodePort'));
      given.set(port.port, Number(port.nodePort));
    } else if (wanted === 0) port.nodePort = shared;
    else if (wanted !== shared) take(service, context, index, wanted);
  }
}

/** Gives ports of a changed service the node ports that it has not yet. @throws StatusError 422, 500 */
export function updateNodePorts(
  service: MutableObject,
  before: JsonObject | undefined,
  context: StrategyContext,
): void {
  const spec = ensure(service, 'spec');
  const own = new Set(items(before, 'ports').map((port) => int(port, 'nodePort')));
  const seen = new Set<string>();
  for (const [index, port] of each(spec, 'ports').entries()) {
    const wanted = int(asJson(port), 'nodePort');
    if (wanted === 0 && !allocates(spec)) continue;
    if (wanted === 0 || !own.has(wanted)) {
      port.nodePort = take(service, context, index, wanted);
      own.add(Number(port.nodePort));
    }
    const key = `${text(asJson(port), 'protocol')} ${String(port.nodePort)}`;
    if (seen.has(key)) throw new StatusError(genericFailure(500, `duplicate nodePort: {${key}}`));
    seen.add(key);
  }
}

function take(service: MutableObject, { allocator, dryRun }: StrategyContext, index: number, wanted: number): number {
  try {
    return allocator.nodePort(wanted === 0 ? undefined : wanted, dryRun);
  } catch (error) {
    if (!(error instanceof AllocationError)) throw error;
    refuseService(service, [invalidValue(`spec.ports[${index}].nodePort`, wanted, error.message)]);
    throw error;
  }
}

/** The port at which a load balancer asks for health. @throws StatusError 500 when the one asked for cannot be had */
export function allocateHealthPort(service: MutableObject, { allocator, dryRun }: StrategyContext): void {
  const spec = ensure(service, 'spec');
  const wanted = int(asJson(spec), 'healthCheckNodePort');
  try {
    spec.healthCheckNodePort = allocator.nodePort(wanted === 0 ? undefined : wanted, dryRun);
  } catch (error) {
    if (!(error instanceof AllocationError)) throw error;
    const why = `failed to allocate requested HealthCheck NodePort ${wanted}: ${error.message}`;
    throw new StatusError(internalError(why));
  }
}
