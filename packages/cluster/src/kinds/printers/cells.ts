import type { JsonObject } from '@opwright/machinery';
import { at, items, text, textEntries, texts } from '../tree.ts';

/* Texts that the cells of several kinds share. */

export const none = '<none>';

export function orNone(value: string): string {
  return value === '' ? none : value;
}

/** `a=b,c=d`, or `<none>`. */
export function labelsText(labels: JsonObject | undefined): string {
  return orNone(
    textEntries(labels)
      .map(([key, value]) => `${key}=${value}`)
      .join(','),
  );
}

/** A LabelSelector in the grammar of label selectors, sorted by key; `<none>` when it asks for nothing. */
export function selectorText(selector: JsonObject | undefined): string {
  const requirements: (readonly [key: string, text: string])[] = textEntries(at(selector, 'matchLabels')).map(
    ([key, value]) => [key, `${key}=${value}`] as const,
  );
  for (const expression of items(selector, 'matchExpressions')) {
    const key = text(expression, 'key');
    const values = [...texts(expression, 'values')].sort().join(',');
    requirements.push([key, requirementText(key, text(expression, 'operator'), values)]);
  }
  requirements.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return orNone(requirements.map(([, requirement]) => requirement).join(','));
}

function requirementText(key: string, operator: string, values: string): string {
  switch (operator) {
    case 'In':
      return `${key} in (${values})`;
    case 'NotIn':
      return `${key} notin (${values})`;
    case 'DoesNotExist':
      return `!${key}`;
    default:
      return key;
  }
}

/** Names and images of the containers of a pod template. */
export function containerCells(podSpec: JsonObject | undefined): [names: string, images: string] {
  const containers = items(podSpec, 'containers');
  return [containers.map((c) => text(c, 'name')).join(','), containers.map((c) => text(c, 'image')).join(',')];
}

/** The first three of a list, and how many more there are. */
export function firstThree(all: readonly string[]): string {
  const shown = all.slice(0, 3).join(',');
  return all.length > 3 ? `${shown} + ${all.length - 3} more...` : shown;
}

/** Addresses of a load balancer, sorted and without repetition. */
export function loadBalancerText(status: JsonObject | undefined): string {
  const addresses = items(at(status, 'loadBalancer'), 'ingress').map((i) => text(i, 'ip') || text(i, 'hostname'));
  return [...new Set(addresses.filter((address) => address !== ''))].sort().join(',');
}

const shortAccessModes: readonly (readonly [mode: string, short: string])[] = [
  ['ReadWriteOnce', 'RWO'],
  ['ReadOnlyMany', 'ROX'],
  ['ReadWriteMany', 'RWX'],
  ['ReadWriteOncePod', 'RWOP'],
];

export function accessModesText(modes: readonly string[]): string {
  return shortAccessModes
    .filter(([mode]) => modes.includes(mode))
    .map(([, short]) => short)
    .join(',');
}
