import { type FieldError, invalid, invalidValue, type JsonObject, RawGoText, StatusError } from '@opwright/machinery';
import { AllocationError } from '../allocator.ts';
import type { MutableObject, StrategyContext } from '../kind.ts';
import { asJson, at, each, ensure, int, items, text, texts } from '../tree.ts';
import { settleFamilies } from './ip-families.ts';

/**
 * Allocates addresses and node ports; a service that is made through its status gets none.
 * @throws StatusError 422 when one that is asked for cannot be had
 */
export function prepareServiceForCreate(service: MutableObject, context: StrategyContext): void {
  if (context.subresource !== 'status') allocate(service, context);
}

/** Keeps what was allocated, drops what the new type has no use for, allocates what it newly needs. */
export function prepareServiceForUpdate(service: MutableObject, old: JsonObject, context: StrategyContext): void {
  const spec = ensure(service, 'spec');
  const before = at(old, 'spec');
  syncClusterIPs(spec, before);
  if (needsClusterIP(text(before, 'type')) && needsClusterIP(spec.type)) {
    if (!spec.clusterIP) spec.clusterIP = text(before, 'clusterIP');
    if (texts(asJson(spec), 'clusterIPs').length === 0) spec.clusterIPs = [...texts(before, 'clusterIPs')];
    for (const key of ['ipFamilies', 'ipFamilyPolicy']) {
      if (spec[key] === undefined && before?.[key] !== undefined) spec[key] = before[key];
    }
  }
  if (needsNodePort(text(before, 'type')) && needsNodePort(spec.type)) keepNodePorts(spec, before);
  if (needsHealthCheck(before) && needsHealthCheck(asJson(spec)) && !spec.healthCheckNodePort) {
    spec.healthCheckNodePort = int(before, 'healthCheckNodePort');
  }
  dropUseless(spec, before);
  allocate(service, context, before);
}

function needsClusterIP(type: unknown): boolean {
  return type !== 'ExternalName';
}

function needsNodePort(type: unknown): boolean {
  return type === 'NodePort' || type === 'LoadBalancer';
}

function needsHealthCheck(spec: JsonObject | undefined): boolean {
  return text(spec, 'type') === 'LoadBalancer' && text(spec, 'externalTrafficPolicy') === 'Local';
}

/** clusterIP is the first of clusterIPs; a client that knows only the first changes both. */
function syncClusterIPs(spec: MutableObject, before: JsonObject | undefined): void {
  const ips = texts(asJson(spec), 'clusterIPs');
  const oldIPs = texts(before, 'clusterIPs');
  const unchanged = ips.length === oldIPs.length && ips.every((ip, index) => ip === oldIPs[index]);
  const clusterIP = text(asJson(spec), 'clusterIP');
  if (ips.length === 0 && clusterIP !== '') {
    spec.clusterIPs = [clusterIP];
    return;
  }
  if (clusterIP === text(before, 'clusterIP') || !unchanged) return;
  if (clusterIP === '') delete spec.clusterIPs;
  else spec.clusterIPs = [clusterIP];
}

/** A port keeps its node port when it keeps number and protocol. */
function keepNodePorts(spec: MutableObject, before: JsonObject | undefined): void {
  const taken = new Set(each(spec, 'ports').map((port) => port.nodePort));
  for (const port of each(spec, 'ports')) {
    if (port.nodePort) continue;
    const same = items(before, 'ports').find((p) => p.port === port.port && p.protocol === port.protocol);
    const nodePort = int(same, 'nodePort');
    if (nodePort === 0 || taken.has(nodePort)) continue;
    port.nodePort = nodePort;
    taken.add(nodePort);
  }
}

/** What only the old type had a use for goes, unless the client has just changed it (then validation speaks). */
function dropUseless(spec: MutableObject, before: JsonObject | undefined): void {
  const type = spec.type;
  const same = (key: string) => JSON.stringify(spec[key]) === JSON.stringify(before?.[key]);
  if (needsClusterIP(text(before, 'type')) && !needsClusterIP(type)) {
    for (const key of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy']) if (same(key)) delete spec[key];
  }
  if (needsNodePort(text(before, 'type')) && !needsNodePort(type)) {
    const oldPorts = items(before, 'ports');
    for (const [index, port] of each(spec, 'ports').entries()) {
      if (port.nodePort === oldPorts[index]?.nodePort) delete port.nodePort;
    }
    if (same('externalTrafficPolicy')) delete spec.externalTrafficPolicy;
  }
  if (needsHealthCheck(before) && !needsHealthCheck(asJson(spec)) && same('healthCheckNodePort')) {
    delete spec.healthCheckNodePort;
  }
  if (text(before, 'type') === 'LoadBalancer' && type !== 'LoadBalancer') {
    for (const key of ['allocateLoadBalancerNodePorts', 'loadBalancerClass']) if (same(key)) delete spec[key];
  }
  if (text(before, 'type') === 'ExternalName' && type !== 'ExternalName' && same('externalName')) {
    delete spec.externalName;
  }
}

function allocate(service: MutableObject, context: StrategyContext, before?: JsonObject): void {
  const spec = ensure(service, 'spec');
  const errors: FieldError[] = [];
  if (needsClusterIP(spec.type)) {
    allocateClusterIP(spec, context, before, errors);
    errors.push(...settleFamilies(spec, before));
  }
  if (needsNodePort(spec.type) && (spec.type === 'NodePort' || spec.allocateLoadBalancerNodePorts !== false)) {
    allocateNodePorts(spec, context, before, errors);
  }
  if (needsHealthCheck(asJson(spec)) && int(before, 'healthCheckNodePort') !== spec.healthCheckNodePort) {
    const wanted = int(asJson(spec), 'healthCheckNodePort');
    attempt(errors, 'spec.healthCheckNodePort', wanted, () => {
      spec.healthCheckNodePort = context.allocator.nodePort(wanted === 0 ? undefined : wanted);
    });
  }
  if (errors.length > 0) {
    throw new StatusError(
      invalid({ group: '', kind: 'Service' }, text(at(asJson(service), 'metadata'), 'name'), errors),
    );
  }
}

function allocateClusterIP(
  spec: MutableObject,
  context: StrategyContext,
  before: JsonObject | undefined,
  errors: FieldError[],
): void {
  const wanted = texts(asJson(spec), 'clusterIPs')[0] ?? text(asJson(spec), 'clusterIP');
  if (wanted === 'None') {
    spec.clusterIP = 'None';
    spec.clusterIPs = ['None'];
    return;
  }
  // An address that differs from an allocated one is for validation to refuse.
  if (text(before, 'clusterIP') !== '' && text(before, 'clusterIP') !== 'None') return;
  const value = new RawGoText(`[]string{${JSON.stringify(wanted)}}`);
  attempt(errors, 'spec.clusterIPs', value, () => {
    const ip = context.allocator.clusterIP(wanted === '' ? undefined : wanted);
    spec.clusterIP = ip;
    spec.clusterIPs = [ip];
  });
}

/** TCP and UDP of one port number may share a node port. */
function allocateNodePorts(
  spec: MutableObject,
  context: StrategyContext,
  before: JsonObject | undefined,
  errors: FieldError[],
): void {
  const owned = new Set(items(before, 'ports').map((port) => int(port, 'nodePort')));
  for (const [index, port] of each(spec, 'ports').entries()) {
    const wanted = int(asJson(port), 'nodePort');
    if (wanted !== 0 && owned.has(wanted)) continue;
    attempt(errors, `spec.ports[${index}].nodePort`, wanted, () => {
      port.nodePort = context.allocator.nodePort(wanted === 0 ? undefined : wanted);
      owned.add(Number(port.nodePort));
    });
  }
}

function attempt(errors: FieldError[], path: string, value: unknown, allocation: () => void): void {
  try {
    allocation();
  } catch (error) {
    if (!(error instanceof AllocationError)) throw error;
    errors.push(invalidValue(path, value, error.message));
  }
}
