import {
  deepEqual,
  type FieldError,
  invalid,
  invalidValue,
  isIPv6,
  type JsonObject,
  StatusError,
} from '@opwright/machinery';
import { AllocationError } from '../allocator.ts';
import type { MutableObject, StrategyContext } from '../kind.ts';
import { asJson, at, ensure, field, text, texts } from '../tree.ts';
import { goList } from '../validation/go-values.ts';
import { serviceAddressErrors } from '../validation/service-addresses.ts';

/** @throws StatusError 422 when something is wrong */
export function refuseService(service: MutableObject, errors: readonly FieldError[]): void {
  if (errors.length === 0) return;
  const name = text(at(asJson(service), 'metadata'), 'name');
  throw new StatusError(invalid({ group: '', kind: 'Service' }, name, errors));
}

/**
 * Settles with which families a service has addresses, in place. The cluster has those of IPv4 alone; a headless service
 * without a selector, whose addresses are somebody else's, may have any.
 * @returns whether there was nothing to do
 * @throws StatusError 422 for what cannot be had
 */
export function settleFamilies(service: MutableObject, before: JsonObject | undefined): boolean {
  const spec = ensure(service, 'spec');
  if (spec.type === 'ExternalName') return false;
  if (before !== undefined && isSettled(asJson(spec), before)) return true;
  const isOthers = spec.clusterIP === 'None' && Object.keys(at(asJson(spec), 'selector') ?? {}).length === 0;
  if (field(asJson(spec), 'ipFamilyPolicy') === undefined) {
    spec.ipFamilyPolicy = text(before, 'ipFamilyPolicy') || (isOthers ? 'RequireDualStack' : 'SingleStack');
  }
  refuseService(service, serviceAddressErrors(asJson(spec)));
  const families = [...texts(asJson(spec), 'ipFamilies')];
  const wishes = wishErrors(spec, before, families);
  if (families.length > 0) spec.ipFamilies = families;
  refuseService(service, wishes);
  if (!isOthers) {
    refuseService(service, unconfiguredErrors(spec));
    if (families.length === 0) spec.ipFamilies = ['IPv4'];
    return false;
  }
  const first = families[0] ?? 'IPv4';
  const isSingle = spec.ipFamilyPolicy === 'SingleStack' || families.length > 1;
  spec.ipFamilies = isSingle ? [first, ...families.slice(1)] : [first, first === 'IPv4' ? 'IPv6' : 'IPv4'];
  return false;
}

/** A service that would like two families, and got what there was, is left as it is. */
function isSettled(spec: JsonObject, before: JsonObject): boolean {
  const wants = (of: JsonObject) => field(of, 'ipFamilyPolicy') ?? 'PreferDualStack';
  const kept = ['type', 'clusterIPs', 'ipFamilies'].every((key) => deepEqual(field(spec, key), field(before, key)));
  const isKnown = ['ClusterIP', 'NodePort', 'LoadBalancer'].includes(text(spec, 'type'));
  if (field(spec, 'ipFamilyPolicy') === undefined || !isKnown || !kept) return false;
  return wants(spec) === 'PreferDualStack' && wants(before) === 'PreferDualStack';
}

/** What the policy and the addresses say against each other; adds to `families` those of the addresses. */
function wishErrors(spec: MutableObject, before: JsonObject | undefined, families: string[]): FieldError[] {
  const policy = String(spec.ipFamilyPolicy);
  const wrong = (why: string) => invalidValue('spec.ipFamilyPolicy', policy, why);
  const errors: FieldError[] = [];
  const ips = texts(asJson(spec), 'clusterIPs');
  const [oldIps, oldFamilies] = [texts(before, 'clusterIPs'), texts(before, 'ipFamilies')];
  if (policy === 'SingleStack') {
    if (before !== undefined && deepEqual(ips, oldIps) && ips.length > 1) spec.clusterIPs = ips.slice(0, 1);
    if (before !== undefined && deepEqual(families, oldFamilies) && families.length > 1) families.splice(1);
    const several = "must be 'RequireDualStack' or 'PreferDualStack' when multiple";
    if (texts(asJson(spec), 'clusterIPs').length === 2) errors.push(wrong(`${several} cluster IPs are specified`));
    if (families.length === 2) errors.push(wrong(`${several} IP families are specified`));
  } else {
    const release = "must be 'SingleStack' to release the secondary";
    if (ips.length > 0 && ips.length < oldIps.length) errors.push(wrong(`${release} cluster IP`));
    if (families.length > 0 && families.length < oldFamilies.length) errors.push(wrong(`${release} IP family`));
  }
  for (const [index, ip] of texts(asJson(spec), 'clusterIPs').entries()) {
    if (ip === 'None') break;
    if (index < families.length) continue;
    if (!isIPv6(ip)) families.push('IPv4');
    else errors.push(invalidValue(`spec.clusterIPs[${index}]`, goList(ips), 'IPv6 is not configured on this cluster'));
  }
  return errors;
}

function unconfiguredErrors(spec: MutableObject): FieldError[] {
  const policy = String(spec.ipFamilyPolicy);
  const why = 'this cluster is not configured for dual-stack services';
  return [
    ...(policy === 'RequireDualStack' ? [invalidValue('spec.ipFamilyPolicy', policy, why)] : []),
    ...texts(asJson(spec), 'ipFamilies').flatMap((family, index) =>
      family === 'IPv4' ? [] : [invalidValue(`spec.ipFamilies[${index}]`, family, 'not configured on this cluster')],
    ),
  ];
}

/** @throws StatusError 422 when the address that is asked for cannot be had */
export function allocateAddresses(service: MutableObject, { allocator }: StrategyContext): void {
  const spec = ensure(service, 'spec');
  const [wanted] = texts(asJson(spec), 'clusterIPs');
  if (spec.type === 'ExternalName' || wanted === 'None') return;
  try {
    const ip = allocator.clusterIP(wanted === undefined || wanted === '' ? undefined : wanted);
    spec.clusterIP = ip;
    spec.clusterIPs = [ip, ...texts(asJson(spec), 'clusterIPs').slice(1)];
  } catch (error) {
    if (!(error instanceof AllocationError)) throw error;
    refuseService(service, [invalidValue('spec.clusterIPs', goList(texts(asJson(spec), 'clusterIPs')), error.message)]);
  }
}
