import { deepEqual, type JsonObject } from '@opwright/machinery';
import type { MutableObject, StrategyContext } from '../kind.ts';
import { asJson, at, each, ensure, field, int, items, text, texts, within } from '../tree.ts';
import { allocateAddresses, settleFamilies } from './service-addresses.ts';
import { allocateHealthPort, allocateNodePorts, updateNodePorts } from './service-ports.ts';

/**
 * Allocates addresses and node ports; a service that is made through its status gets none.
 * @throws StatusError 422, 500 when one that is asked for cannot be had
 */
export function prepareServiceForCreate(service: MutableObject, context: StrategyContext): void {
  if (context.subresource === 'status') return;
  const spec = ensure(service, 'spec');
  // A client that knows only the first address means the same by it.
  if (spec.clusterIP && texts(asJson(spec), 'clusterIPs').length === 0) spec.clusterIPs = [spec.clusterIP];
  settleFamilies(service, undefined);
  allocateAddresses(service, context);
  if (needsNodePort(spec.type)) allocateNodePorts(service, context);
  if (needsHealthCheck(asJson(spec))) allocateHealthPort(service, context);
}

/** Keeps what was allocated, allocates what the new type newly needs, drops what it has no use for. */
export function prepareServiceForUpdate(service: MutableObject, old: JsonObject, context: StrategyContext): void {
  const spec = ensure(service, 'spec');
  const before = at(old, 'spec');
  keepAllocated(spec, before);
  syncAddresses(spec, before);
  if (!settleFamilies(service, before)) {
    // Only who had a name gets an address: an address of its own a service has from the beginning, or not at all.
    if (text(before, 'type') === 'ExternalName') allocateAddresses(service, context);
  }
  if (needsNodePort(spec.type)) updateNodePorts(service, before, context);
  if (needsHealthCheck(asJson(spec)) && !needsHealthCheck(before)) allocateHealthPort(service, context);
  dropUseless(spec, before);
  if (spec.type !== 'LoadBalancer') {
    service.status = { ...within(service, 'status'), loadBalancer: {} };
  }
}

function needsClusterIP(type: unknown): boolean {
  return type !== 'ExternalName';
}

function needsNodePort(type: unknown): boolean {
  return type === 'NodePort' || type === 'LoadBalancer';
}

function wantsNodePort(spec: JsonObject | undefined): boolean {
  return needsNodePort(text(spec, 'type')) && field(spec, 'allocateLoadBalancerNodePorts') !== false;
}

function needsHealthCheck(spec: JsonObject | undefined): boolean {
  return text(spec, 'type') === 'LoadBalancer' && text(spec, 'externalTrafficPolicy') === 'Local';
}

/** What the client leaves out stays as it was given. */
function keepAllocated(spec: MutableObject, before: JsonObject | undefined): void {
  if (needsClusterIP(text(before, 'type')) && needsClusterIP(spec.type)) {
    const [ip, ips] = [text(before, 'clusterIP'), texts(before, 'clusterIPs')];
    if (!spec.clusterIP && ip !== '') spec.clusterIP = ip;
    if (texts(asJson(spec), 'clusterIPs').length === 0 && ips.length > 0) spec.clusterIPs = [...ips];
  }
  if ([before, asJson(spec)].every(wantsNodePort)) keepNodePorts(spec, before);
  if (needsHealthCheck(before) && needsHealthCheck(asJson(spec)) && !spec.healthCheckNodePort) {
    spec.healthCheckNodePort = int(before, 'healthCheckNodePort');
  }
}

/** A port keeps its node port when it keeps its name, and no other one has taken that. */
function keepNodePorts(spec: MutableObject, before: JsonObject | undefined): void {
  const named = new Map(items(before, 'ports').map((port) => [text(port, 'name'), int(port, 'nodePort')]));
  const old = new Set(named.values());
  const used = new Set(
    items(asJson(spec), 'ports')
      .map((port) => int(port, 'nodePort'))
      .filter((port) => old.has(port)),
  );
  for (const port of each(spec, 'ports')) {
    const nodePort = named.get(String(port.name ?? '')) ?? 0;
    if (!port.nodePort && nodePort !== 0 && !used.has(nodePort)) port.nodePort = nodePort;
  }
}

/** clusterIP is the first of clusterIPs; a client that knows only the first changes both. */
function syncAddresses(spec: MutableObject, before: JsonObject | undefined): void {
  const [ip, oldIp] = [text(asJson(spec), 'clusterIP'), text(before, 'clusterIP')];
  const oldIps = texts(before, 'clusterIPs');
  if (oldIps.length > 0 && texts(asJson(spec), 'clusterIPs').length === 0 && ip === oldIp)
    spec.clusterIPs = [...oldIps];
  if (ip === oldIp || !deepEqual(texts(asJson(spec), 'clusterIPs'), oldIps)) return;
  if (oldIp !== '' && ip === '') delete spec.clusterIPs;
  else spec.clusterIPs = [ip];
}

/** What only the old type had a use for goes, unless the client has just changed it (then validation speaks). */
function dropUseless(spec: MutableObject, before: JsonObject | undefined): void {
  const type = spec.type;
  const oldType = text(before, 'type');
  const isSame = (key: string) => deepEqual(field(asJson(spec), key), field(before, key));
  if (needsClusterIP(oldType) && !needsClusterIP(type)) {
    const keepsAddresses = isSame('clusterIP') && isSame('clusterIPs');
    for (const key of keepsAddresses ? ['clusterIP', 'clusterIPs'] : []) delete spec[key];
    for (const key of ['ipFamilies', 'ipFamilyPolicy']) if (isSame(key)) delete spec[key];
  }
  if (needsNodePort(oldType) && !needsNodePort(type) && hasSameNodePorts(asJson(spec), before)) {
    for (const port of each(spec, 'ports')) delete port.nodePort;
  }
  if (needsHealthCheck(before) && !needsHealthCheck(asJson(spec)) && isSame('healthCheckNodePort')) {
    delete spec.healthCheckNodePort;
  }
  if (oldType === 'LoadBalancer' && type !== 'LoadBalancer') {
    for (const key of ['allocateLoadBalancerNodePorts', 'loadBalancerClass']) if (isSame(key)) delete spec[key];
  }
  if (isReachable(before) && !isReachable(asJson(spec)) && isSame('externalTrafficPolicy')) {
    delete spec.externalTrafficPolicy;
  }
}

function hasSameNodePorts(spec: JsonObject, before: JsonObject | undefined): boolean {
  const portsOf = (of: JsonObject | undefined) =>
    new Set(items(of, 'ports').flatMap((port) => (int(port, 'nodePort') === 0 ? [] : [int(port, 'nodePort')])));
  return deepEqual([...portsOf(spec)].sort(), [...portsOf(before)].sort());
}

/** From outside of the cluster. */
function isReachable(spec: JsonObject | undefined): boolean {
  const type = text(spec, 'type');
  return needsNodePort(type) || (type === 'ClusterIP' && texts(spec, 'externalIPs').length > 0);
}
