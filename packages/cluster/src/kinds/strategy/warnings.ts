import { deepEqual, goQuote, type JsonObject, parseQuantity } from '@opwright/machinery';
import { APP_ARMOR, annotationOf, containersOf, profileOf } from '../app-armor.ts';
import { at, field, items, text } from '../tree.ts';

/** Doubts about the pods of a template, once it is new or changed. */
export function templateWarnings(object: JsonObject, old: JsonObject | undefined, path: readonly string[]): string[] {
  const template = at(object, ...path);
  if (old !== undefined && deepEqual(at(old, ...path), template)) return [];
  const spec = at(template, 'spec');
  const here = path.join('.');
  return [...podSpecWarnings(spec, `${here}.spec`), ...appArmorWarnings(at(template, 'metadata'), spec, here)];
}

/** Profiles belong into fields. */
function appArmorWarnings(metadata: JsonObject | undefined, spec: JsonObject | undefined, path: string): string[] {
  return containersOf(spec, '').flatMap(([container]) => {
    const hasField = profileOf(container) !== undefined || profileOf(spec) !== undefined;
    if (hasField || annotationOf(metadata, container) === undefined) return [];
    return [appArmorWarning(`${path}.metadata`, container)];
  });
}

/** @param path of the metadata */
export function appArmorWarning(path: string, container: JsonObject): string {
  const annotation = `${path}.annotations[${APP_ARMOR}${text(container, 'name')}]`;
  return `${annotation}: deprecated since v1.30; use the "appArmorProfile" field instead`;
}

export function podWarnings(pod: JsonObject, old: JsonObject | undefined): string[] {
  return old === undefined ? podSpecWarnings(at(pod, 'spec'), 'spec') : [];
}

export function ingressWarnings(ingress: JsonObject, old: JsonObject | undefined): string[] {
  const annotation = 'kubernetes.io/ingress.class';
  if (old !== undefined || field(at(ingress, 'metadata', 'annotations'), annotation) === undefined) return [];
  return [`annotation ${goQuote(annotation)} is deprecated, please use 'spec.ingressClassName' instead`];
}

export function claimWarnings(claim: JsonObject): string[] {
  const annotation = 'volume.beta.kubernetes.io/storage-class';
  const hasAnnotation = field(at(claim, 'metadata', 'annotations'), annotation) !== undefined;
  const resources = at(claim, 'spec', 'resources');
  return [
    ...(hasAnnotation
      ? [`metadata.annotations[${annotation}]: deprecated since v1.8; use "storageClassName" attribute instead`]
      : []),
    ...['requests', 'limits'].flatMap((key) => {
      const amount = field(at(resources, key), 'storage');
      if (amount === undefined || parseQuantity(String(amount)).nanos % 1_000_000_000n === 0n) return [];
      const path = `spec.resources.${key}[storage]`;
      return [`${path}: fractional byte value ${goQuote(String(amount))} is invalid, must be an integer`];
    }),
  ];
}

function podSpecWarnings(spec: JsonObject | undefined, path: string): string[] {
  const warnings: string[] = [];
  for (const list of ['initContainers', 'containers']) {
    for (const [index, container] of items(spec, list).entries()) {
      warnings.push(...environmentWarnings(container, `${path}.${list}[${index}]`));
    }
  }
  return warnings;
}

/** Client-side apply merges variables by name: of two with one name it may drop the first. */
function environmentWarnings(container: JsonObject, path: string): string[] {
  const seen = new Set<string>();
  return items(container, 'env').flatMap((variable, index) => {
    const name = text(variable, 'name');
    const again = seen.has(name);
    seen.add(name);
    if (!again) return [];
    return [
      `${path}.env[${index}]: hides previous definition of ${goQuote(name)}, which may be dropped when using apply`,
    ];
  });
}
