import { isPlainObject, NumberLexeme } from '@opwright/machinery';
import { StructValue } from '../values/struct-value.ts';
import { CelMap, type CelValue, Double, Uint } from '../values/value.ts';

/** One operation that an expression has made, to be part of a JSON patch. */
export interface PatchOperation {
  readonly op: string;
  readonly path: string;
  readonly from?: string;
  /** JSON; absent where the expression says nothing. */
  readonly value?: unknown;
}

/**
 * The object that the outcome of an expression says is to be applied.
 *
 * @throws Error in the API server's words when its types are not those of its fields, or it is no JSON
 */
export function appliedObject(outcome: unknown): { [key: string]: unknown } {
  const made = outcome as StructValue;
  refuseMismatch(made);
  try {
    return jsonOf(made) as { [key: string]: unknown };
  } catch {
    throw new Error('invalid return type: *dynamic.ObjectVal');
  }
}

/**
 * The operations that the outcome of an expression lists.
 *
 * @throws Error in the API server's words when the types in a value are not those of its fields, or it is no JSON
 */
export function patchOperations(outcome: unknown): PatchOperation[] {
  return (outcome as readonly StructValue[]).map(({ fields: { op = '', path = '', from = '', value } }) => {
    if (value instanceof StructValue) refuseMismatch(value);
    return {
      op: String(op),
      path: String(path),
      ...(from !== '' && { from: String(from) }),
      ...(value !== undefined && { value: jsonOf(value) }),
    };
  });
}

/** Objects that expressions make have no schema, but are named after where they are. */
function refuseMismatch(made: StructValue): void {
  const problems = mismatches(made, made.typeName);
  if (problems.length > 0) throw new Error(`type mismatch: ${problems.join('\n')}`);
}

function mismatches(value: CelValue, path: string): string[] {
  if (value instanceof StructValue) {
    const { typeName, fields } = value;
    const which = `unexpected type name "${typeName}", expected "${path}"`;
    return [
      ...(typeName === path ? [] : [`${which}, which matches field name path from root Object type`]),
      ...Object.entries(fields).flatMap(([name, field]) => mismatches(field, `${path}.${name}`)),
    ];
  }
  if (Array.isArray(value)) return (value as readonly CelValue[]).flatMap((item) => mismatches(item, path));
  if (value instanceof CelMap) return [...value.values()].flatMap(([, item]) => mismatches(item, path));
  return [];
}

/** @throws Error for what JSON cannot hold */
function jsonOf(value: CelValue): unknown {
  if (value instanceof StructValue) return objectOf(Object.entries(value.fields));
  if (value instanceof CelMap) return objectOf(value.values());
  if (Array.isArray(value)) return (value as readonly CelValue[]).map(jsonOf);
  if (value instanceof Double) return value.value;
  if (value instanceof Uint) return Number(value.value);
  if (typeof value !== 'object' || value === null || value instanceof NumberLexeme) return value;
  if (isPlainObject(value)) return objectOf(Object.entries(value as { [key: string]: CelValue }));
  throw new Error('not JSON');
}

function objectOf(entries: Iterable<readonly [CelValue, CelValue]>): { [key: string]: unknown } {
  const object: [string, unknown][] = [];
  for (const [key, value] of entries) {
    if (typeof key !== 'string') throw new Error('a key is no text');
    object.push([key, jsonOf(value)]);
  }
  return Object.fromEntries(object);
}
