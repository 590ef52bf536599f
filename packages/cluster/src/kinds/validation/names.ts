import {
  type FieldError,
  invalidValue,
  type JsonObject,
  validateDns1035Label,
  validateDns1123Label,
  validateDns1123Subdomain,
  validatePathSegment,
} from '@opwright/machinery';
import type { NameRule } from '../behaviour.ts';
import { at, text } from '../tree.ts';

export const subdomainName: NameRule = validateDns1123Subdomain;
export const labelName: NameRule = validateDns1123Label;
export const dns1035LabelName: NameRule = validateDns1035Label;
/** Names that only need to fit into a path. */
export const pathSegmentName: NameRule = validatePathSegment;

/** The name, and the base of a generated one, which may end in a dash. That there is one of them is checked elsewhere. */
export function validateObjectName(object: JsonObject, rule: NameRule = subdomainName): FieldError[] {
  const metadata = at(object, 'metadata');
  const generateName = text(metadata, 'generateName');
  const name = text(metadata, 'name');
  const base = generateName.length > 1 ? generateName.replace(/-$/, 'a') : generateName;
  return [
    ...(generateName === ''
      ? []
      : rule(base).map((detail) => invalidValue('metadata.generateName', generateName, detail))),
    ...(name === '' ? [] : rule(name).map((detail) => invalidValue('metadata.name', name, detail))),
  ];
}
