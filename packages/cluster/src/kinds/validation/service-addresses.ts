import {
  duplicateValue,
  type FieldError,
  invalidValue,
  isIPv6,
  type JsonObject,
  requiredValue,
  unsupportedValue,
} from '@opwright/machinery';
import { field, text, texts } from '../tree.ts';
import { ipErrors, presentOneOf } from './checks.ts';
import { goList } from './go-values.ts';

export const FAMILIES = ['IPv4', 'IPv6'];

export function isHeadless(spec: JsonObject | undefined): boolean {
  const addresses = texts(spec, 'clusterIPs');
  return addresses.length === 1 && addresses[0] === 'None';
}

/** What is wrong with the addresses of a service and their families. Allocating them asks, and so does validation. */
export function serviceAddressErrors(spec: JsonObject | undefined): FieldError[] {
  if (text(spec, 'type') === 'ExternalName') return [];
  const [address, addresses] = [text(spec, 'clusterIP'), texts(spec, 'clusterIPs')];
  const families = texts(spec, 'ipFamilies');
  const path = 'spec.clusterIPs';
  const wrong = (why: string) => invalidValue(path, goList(addresses), why);
  const errors: FieldError[] = [];
  if (address !== '' && addresses.length === 0) errors.push(requiredValue(path));
  if (address !== '' && addresses.length > 0 && addresses[0] !== address) {
    errors.push(wrong('first value must match `clusterIP`'));
  }
  if (address === '' && addresses.length > 0) errors.push(wrong('must be empty when `clusterIP` is not specified'));
  for (const [index, family] of families.entries()) {
    const here = `spec.ipFamilies[${index}]`;
    if (!FAMILIES.includes(family)) errors.push(unsupportedValue(here, family, FAMILIES));
    if (families.indexOf(family) < index) errors.push(duplicateValue(here, family));
  }
  errors.push(...presentOneOf(spec, 'ipFamilyPolicy', 'spec', ['PreferDualStack', 'RequireDualStack', 'SingleStack']));
  const isNone = addresses[0] === 'None';
  const malformed = isNone && addresses.length > 1 ? [wrong("'None' must be the first and only value")] : [];
  for (const [index, ip] of addresses.entries()) {
    if (index > 0 || !isNone) malformed.push(...ipErrors(ip, `${path}[${index}]`));
  }
  errors.push(...malformed);
  if (addresses.length > 2) errors.push(wrong('may only hold up to 2 values'));
  if (malformed.length > 0) return errors;
  const isDual = addresses.some(isIPv6) && addresses.some((ip) => !isIPv6(ip));
  if (addresses.length > 1 && !isDual) errors.push(wrong('may specify no more than one IP for each IP family'));
  return isHeadless(spec) ? errors : [...errors, ...familyErrors(addresses, families)];
}

/** Addresses are of the families that stand in their places. */
function familyErrors(addresses: readonly string[], families: readonly string[]): FieldError[] {
  return addresses.flatMap((ip, index) => {
    const family = families[index];
    const fits = family === undefined || !FAMILIES.includes(family) || (family === 'IPv6') === isIPv6(ip);
    const why = `expected an ${family} value as indicated by \`ipFamilies[${index}]\``;
    return fits ? [] : [invalidValue(`spec.clusterIPs[${index}]`, ip, why)];
  });
}

/** Addresses stay, but for a second one. */
export function serviceAddressUpdateErrors(spec: JsonObject | undefined, before: JsonObject | undefined): FieldError[] {
  const isNamed = [spec, before].some((of) => text(of, 'type') === 'ExternalName');
  if (isNamed) return [];
  const kept = isHeadless(spec) && isHeadless(before) ? [] : addressChanges(spec, before);
  const isComparable = !isHeadless(spec) && !isHeadless(before);
  return [...kept, ...(isComparable ? familyChanges(spec, before) : [])];
}

function addressChanges(spec: JsonObject | undefined, before: JsonObject | undefined): FieldError[] {
  const [now, then] = [texts(spec, 'clusterIPs'), texts(before, 'clusterIPs')];
  const wrong = (index: number, why: string) => invalidValue(`spec.clusterIPs[${index}]`, goList(now), why);
  if (now.length === then.length) {
    return then.flatMap((ip, index) => (ip === now[index] ? [] : [wrong(index, 'may not change once set')]));
  }
  const errors: FieldError[] = [];
  if (then.length > 0 && now.length === 0) errors.push(wrong(0, 'primary clusterIP can not be unset'));
  if (then.length > 0 && now.length > 0 && now[0] !== then[0]) errors.push(wrong(0, 'may not change once set'));
  if (then.length > now.length && now.length === 1) errors.push(...releaseErrors(spec, 'clusterIP'));
  return errors;
}

function familyChanges(spec: JsonObject | undefined, before: JsonObject | undefined): FieldError[] {
  const [now, then] = [texts(spec, 'ipFamilies'), texts(before, 'ipFamilies')];
  const addresses = texts(spec, 'clusterIPs');
  const wrong = (value: readonly string[], why: string) =>
    invalidValue('spec.ipFamilies[0]', goList(value, value === now ? '[]core.IPFamily' : '[]string'), why);
  if (now.length === then.length) {
    return then.flatMap((family, index) => (family === now[index] ? [] : [wrong(now, 'may not change once set')]));
  }
  const errors: FieldError[] = [];
  if (then.length > now.length && addresses.length === 0) errors.push(wrong(now, 'primary ipFamily can not be unset'));
  if (then.length > 0 && now.length > 0 && now[0] !== then[0]) errors.push(wrong(addresses, 'may not change once set'));
  if (then.length > now.length && now.length === 1) errors.push(...releaseErrors(spec, 'ipFamily'));
  return errors;
}

function releaseErrors(spec: JsonObject | undefined, what: string): FieldError[] {
  const policy = field(spec, 'ipFamilyPolicy');
  if (policy === 'SingleStack') return [];
  return [
    invalidValue('spec.ipFamilyPolicy', policy, `must be set to 'SingleStack' when releasing the secondary ${what}`),
  ];
}
