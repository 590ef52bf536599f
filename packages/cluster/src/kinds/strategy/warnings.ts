import { deepEqual, goQuote, type JsonObject } from '@opwright/machinery';
import { at, items, text } from '../tree.ts';

/** Doubts about the pods of a template, once it is new or changed. */
export function templateWarnings(object: JsonObject, old: JsonObject | undefined): string[] {
  const template = at(object, 'spec', 'template');
  if (old !== undefined && deepEqual(at(old, 'spec', 'template'), template)) return [];
  return podSpecWarnings(at(template, 'spec'), 'spec.template.spec');
}

export function podWarnings(pod: JsonObject, old: JsonObject | undefined): string[] {
  return old === undefined ? podSpecWarnings(at(pod, 'spec'), 'spec') : [];
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
