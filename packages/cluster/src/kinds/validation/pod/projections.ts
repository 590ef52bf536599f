import { type FieldError, forbiddenValue, invalidValue, type JsonObject, requiredValue } from '@opwright/machinery';
import { at, field, int, items, text } from '../../tree.ts';
import { inRange, required } from '../checks.ts';
import { localPathErrors } from '../paths.ts';
import { fieldRefErrors, resourceRefErrors } from './environment.ts';

/* Volumes whose files come from objects: config maps, secrets, the pod itself, tokens. */

/** The mode of a file, where it is there. */
export function modeErrors(object: JsonObject, key: string, path: string): FieldError[] {
  return inRange(object, key, path, 0, 0o777, 'must be a number between 0 and 0777 (octal), both inclusive');
}

/** Which keys become which files. */
export function keyToPathErrors(source: JsonObject | undefined, path: string): FieldError[] {
  return items(source, 'items').flatMap((item, index) => {
    const here = `${path}.items[${index}]`;
    return [
      ...required(item, 'key', here),
      ...required(item, 'path', here),
      ...localPathErrors(text(item, 'path'), `${here}.path`),
      ...modeErrors(item, 'mode', here),
    ];
  });
}

/** Fields of the pod that files can show. */
const fileFields = ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid'];

/** One file about the pod. Kubernetes reports it without its number. */
export function downwardFileErrors(file: JsonObject, path: string): FieldError[] {
  const [fieldRef, resource] = [at(file, 'fieldRef'), at(file, 'resourceFieldRef')];
  const errors = [...required(file, 'path', path), ...localPathErrors(text(file, 'path'), `${path}.path`)];
  if (fieldRef !== undefined) {
    errors.push(...fieldRefErrors(fieldRef, `${path}.fieldRef`, fileFields));
    const why = 'fieldRef and resourceFieldRef can not be specified simultaneously';
    if (resource !== undefined) errors.push(invalidValue(path, 'resource', why));
  } else if (resource !== undefined) errors.push(...resourceRefErrors(resource, `${path}.resourceFieldRef`, true));
  else errors.push(requiredValue(path, 'one of fieldRef and resourceFieldRef is required'));
  return [...errors, ...modeErrors(file, 'mode', path)];
}

/** Several sources in one volume; no two of them make the same file. */
export function projectedErrors(projected: JsonObject, path: string): FieldError[] {
  const paths = new Set<string>();
  const conflicts = (files: readonly JsonObject[], named: (file: string) => string): FieldError[] =>
    files.flatMap((file) => {
      const name = text(file, 'path');
      if (name === '') return [];
      if (paths.has(name)) return [invalidValue(path, named(name), 'conflicting duplicate paths')];
      paths.add(name);
      return [];
    });
  const sources = items(projected, 'sources').flatMap((source, index) => {
    const here = `${path}.sources[${index}]`;
    const kinds = Object.keys(source).filter((key) => field(source, key) !== undefined);
    const errors = ['secret', 'configMap'].flatMap((key) => {
      const of = at(source, key);
      if (of === undefined) return [];
      return [
        ...required(of, 'name', `${here}.${key}`),
        ...keyToPathErrors(of, `${here}.${key}`),
        ...conflicts(items(of, 'items'), () => text(of, 'name')),
      ];
    });
    const files = items(at(source, 'downwardAPI'), 'items');
    errors.push(...files.flatMap((file) => downwardFileErrors(file, `${here}.downwardAPI`)));
    errors.push(...conflicts(files, (file) => file));
    const token = at(source, 'serviceAccountToken');
    if (token !== undefined) errors.push(...tokenErrors(token, `${here}.serviceAccountToken`, path));
    const tooMany = forbiddenValue(here, 'may not specify more than 1 volume type per source');
    return kinds.length > 1 ? [...errors, tooMany] : errors;
  });
  return [...modeErrors(projected, 'defaultMode', path), ...sources];
}

/** Tokens that are projected have a place and last for a sensible time. */
function tokenErrors(token: JsonObject, path: string, volumePath: string): FieldError[] {
  const seconds = int(token, 'expirationSeconds');
  const wrong = (than: string) =>
    invalidValue(`${path}.expirationSeconds`, seconds, `may not specify a duration ${than}`);
  const name = text(token, 'path');
  return [
    ...(seconds < 600 ? [wrong('less than 10 minutes')] : []),
    ...(seconds > 2 ** 32 ? [wrong('larger than 2^32 seconds')] : []),
    ...(name === '' ? [requiredValue(`${volumePath}.path`)] : localPathErrors(name, `${volumePath}.path`)),
  ];
}
