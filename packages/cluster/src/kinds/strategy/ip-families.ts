import { type FieldError, invalidValue, type JsonObject, unsupportedValue } from '@opwright/machinery';
import type { MutableObject } from '../kind.ts';
import { asJson, at, text, texts } from '../tree.ts';

const policies = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];

/**
 * Settles with which families a service has addresses, in place. The cluster has those of IPv4 alone; a headless service
 * without a selector, whose addresses are somebody else's, may have any.
 * @returns what cannot be had
 */
export function settleFamilies(spec: MutableObject, before: JsonObject | undefined): FieldError[] {
  const isOthers = spec.clusterIP === 'None' && Object.keys(at(asJson(spec), 'selector') ?? {}).length === 0;
  if (spec.ipFamilyPolicy === undefined) {
    spec.ipFamilyPolicy = text(before, 'ipFamilyPolicy') || (isOthers ? 'RequireDualStack' : 'SingleStack');
  }
  const policy = String(spec.ipFamilyPolicy);
  const families = texts(asJson(spec), 'ipFamilies');
  const wrongPolicy = (why: string) => [invalidValue('spec.ipFamilyPolicy', policy, why)];
  if (!policies.includes(policy)) return [unsupportedValue('spec.ipFamilyPolicy', policy, policies)];
  if (policy === 'SingleStack' && families.length > 1) {
    return wrongPolicy("must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified");
  }
  if (isOthers) {
    const first = families[0] ?? 'IPv4';
    const both = [first, first === 'IPv4' ? 'IPv6' : 'IPv4'];
    spec.ipFamilies = policy === 'SingleStack' || families.length > 1 ? [first, ...families.slice(1)] : both;
    return [];
  }
  const missing = families.findIndex((family) => family !== 'IPv4');
  if (missing >= 0) {
    return [invalidValue(`spec.ipFamilies[${missing}]`, families[missing], 'not configured on this cluster')];
  }
  if (policy === 'RequireDualStack') return wrongPolicy('this cluster is not configured for dual-stack services');
  spec.ipFamilies = ['IPv4'];
  return [];
}
