import type { JsonObject } from '@opwright/machinery';
import { texts } from '../../kinds/tree.ts';
import type { AccessAttributes } from '../authorize.ts';

/** Whether one rule of a role allows an access. */
export function ruleAllows(rule: JsonObject, attributes: AccessAttributes): boolean {
  if (!isListed(rule, 'verbs', attributes.verb)) return false;
  if ('path' in attributes) {
    const { path } = attributes;
    return texts(rule, 'nonResourceURLs').some((url) => url === '*' || pathCovers(url, path));
  }
  if (!isListed(rule, 'apiGroups', attributes.group) || !allowsResource(rule, attributes)) return false;
  const names = texts(rule, 'resourceNames');
  return names.length === 0 || names.includes(attributes.name);
}

/** Whether a path of a rule, which may end with `*`, stands for another path. */
export function pathCovers(pattern: string, path: string): boolean {
  return pattern === path || (pattern.endsWith('*') && path.startsWith(pattern.replace(/\*+$/, '')));
}

/** Whether a list of a rule names a value, or everything. */
export function isListed(rule: JsonObject, list: string, value: string): boolean {
  const wanted = texts(rule, list);
  return wanted.includes('*') || wanted.includes(value);
}

function allowsResource(rule: JsonObject, asked: { resource: string; subresource: string }): boolean {
  const { resource, subresource } = asked;
  const combined = subresource === '' ? resource : `${resource}/${subresource}`;
  return texts(rule, 'resources').some(
    (wanted) => wanted === '*' || wanted === combined || (subresource !== '' && wanted === `*/${subresource}`),
  );
}
