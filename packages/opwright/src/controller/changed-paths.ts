import { createJsonPatch } from '@opwright/machinery';

/** Metadata that changes with every write, or that only says who wrote. */
const IGNORED = /^\/metadata\/(resourceVersion|generation|managedFields)(\/|$)/;

/** One place at which two objects differ. */
export interface ChangedPath {
  /** `spec.ports[0].name`. */
  readonly path: string;
  /** What is there now; undefined = nothing any more. */
  readonly value: unknown;
}

/** Where `after` says something else than `before`; what each write changes by itself is left out. */
export function changedPaths(before: object, after: object): ChangedPath[] {
  return createJsonPatch(before, after)
    .filter(({ path }) => !IGNORED.test(path))
    .map((operation) => ({
      path: readable(operation.path),
      value: 'value' in operation ? operation.value : undefined,
    }));
}

/** A JSON pointer as people write paths. */
function readable(pointer: string): string {
  return pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((path, name) => {
      if (/^\d+$/.test(name)) return `${path}[${name}]`;
      if (/^[\w-]+$/.test(name)) return path === '' ? name : `${path}.${name}`;
      return `${path}[${JSON.stringify(name)}]`;
    }, '');
}
