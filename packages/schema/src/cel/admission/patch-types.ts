import type { Struct } from '../check/environment.ts';
import { reading } from '../functions/costs.ts';
import { global, type Overload } from '../functions/overload.ts';
import { DYN, type ObjectField, type ObjectType, STRING } from '../types/type.ts';
import { CelError } from '../values/error.ts';
import { StructValue } from '../values/struct-value.ts';
import type { CelValue } from '../values/value.ts';

/*
 * What mutations can make: `Object{…}` with `Object.spec{…}` and so on inside of it, and `JSONPatch{…}`.
 */

/** Fields that are not known: every name has the same type. */
class AnyFields extends Map<string, ObjectField> {
  override get(key: string): ObjectField {
    return super.get(key) ?? { key, type: this.others };
  }
  private readonly others: ObjectField['type'];

  constructor(others: ObjectField['type'], known: Readonly<Record<string, ObjectField['type']>> = {}) {
    super(Object.entries(known).map(([key, type]) => [key, { key, type }]));
    this.others = others;
  }
}

/** The type of an object that is applied. */
export const OBJECT_TYPE = objectTypeNamed('Object');

const NO_TYPE: ObjectType = { kind: 'object', name: '', fields: new Map() };
const JSON_PATCH: ObjectType = {
  kind: 'object',
  name: 'JSONPatch',
  fields: new AnyFields(NO_TYPE, { op: STRING, from: STRING, path: STRING, value: DYN }),
};

function objectTypeNamed(name: string): ObjectType {
  return { kind: 'object', name, fields: new AnyFields(DYN) };
}

export function patchStruct(name: string): Struct | undefined {
  if (name === 'JSONPatch') return { type: JSON_PATCH, make: operation };
  if (name !== 'Object' && !name.startsWith('Object.')) return undefined;
  const type = name === 'Object' ? OBJECT_TYPE : objectTypeNamed(name);
  return { type, make: (fields) => new StructValue(name, fields) };
}

const GO_TYPES: Readonly<Record<string, string>> = { number: 'int64', boolean: 'bool' };

/** Fields whose types are known at run time only are looked at here. */
function operation(fields: { readonly [name: string]: CelValue }): CelValue {
  for (const [name, value] of Object.entries(fields)) {
    if (name === 'value') continue;
    if (!JSON_PATCH.fields.has(name)) return new CelError(`unexpected JSONPatchType field: ${name}`);
    if (typeof value === 'string') continue;
    const type = GO_TYPES[typeof value] ?? 'map[ref.Val]ref.Val';
    return new CelError(`unexpected type ${type} for JSONPatchType '${name}' field`);
  }
  return new StructValue('JSONPatch', fields);
}

/** kube-apiserver replaces both in one pass. */
const escapeKey = (key: string): string => key.replace(/[~/]/g, (char) => (char === '~' ? '~0' : '~1'));

export const jsonPatchLibrary: readonly Overload[] = [
  global('jsonpatch.escapeKey', 'string_jsonpatch_escapeKey_string', [STRING], STRING, escapeKey, reading(0, 1, true)),
];
