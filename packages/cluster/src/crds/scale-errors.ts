import {
  type FieldError,
  getOwn,
  goText,
  goTypeName,
  invalidValue,
  isPlainObject,
  type JsonObject,
  type JsonValue,
  NumberLexeme,
} from '@opwright/machinery';
import type { ScalePaths } from '../kinds/kind.ts';

const MAX_REPLICAS = 2 ** 31 - 1;

/** What is wrong with the number that a scale subresource shows as wanted. */
export function scaleSpecErrors(object: JsonObject, { specReplicasPath }: ScalePaths): FieldError[] {
  return replicasErrors(object, specReplicasPath);
}

/** The same of the number that there is, and of the selector. */
export function scaleStatusErrors(object: JsonObject, paths: ScalePaths): FieldError[] {
  const { statusReplicasPath, labelSelectorPath } = paths;
  const errors = replicasErrors(object, statusReplicasPath);
  if (labelSelectorPath === undefined) return errors;
  const selector = valueAt(object, labelSelectorPath);
  const why = 'why' in selector ? selector.why : wrongType(labelSelectorPath, selector.value, 'string');
  return why === undefined ? errors : [...errors, invalidValue(labelSelectorPath, '', why)];
}

function replicasErrors(object: JsonObject, path: string): FieldError[] {
  const found = valueAt(object, path);
  const why = 'why' in found ? found.why : wrongType(path, found.value, 'int64');
  if (why !== undefined) return [invalidValue(path, 0, why)];
  // In all its digits, also beyond what JavaScript counts by one.
  const replicas = 'value' in found && found.value !== undefined ? new NumberLexeme(String(found.value)) : 0;
  if (Number(replicas) < 0) return [invalidValue(path, replicas, 'should be a non-negative integer')];
  return Number(replicas) > MAX_REPLICAS
    ? [invalidValue(path, replicas, `should be less than or equal to ${MAX_REPLICAS}`)]
    : [];
}

function wrongType(path: string, value: JsonValue | undefined, wanted: string): string | undefined {
  if (value === undefined || goTypeName(value) === wanted) return undefined;
  return misfit(path, value, wanted);
}

function misfit(path: string, value: JsonValue, wanted: string): string {
  return `${path} accessor error: ${goText(value)} is of the type ${goTypeName(value)}, expected ${wanted}`;
}

/** The value at a path of fields, or why there can be none: something on the way is no map. */
function valueAt(
  object: JsonObject,
  path: string,
): { readonly value: JsonValue | undefined } | { readonly why: string } {
  const keys = path.split('.').slice(1);
  let value: JsonValue | undefined = object;
  for (const [at, key] of keys.entries()) {
    if (value === undefined || value === null) return { value: undefined };
    if (!isPlainObject(value))
      return { why: misfit(`.${keys.slice(0, at + 1).join('.')}`, value, 'map[string]interface{}') };
    value = getOwn(value, key) as JsonValue | undefined;
  }
  return { value };
}
