import type { StructNode, TypeNode } from '@opwright/machinery';
import { BOOL, type CelType, DOUBLE, DYN, INT, listOf, mapOf, type ObjectField, STRING } from '../types/type.ts';

const known = new WeakMap<StructNode, CelType>();

/**
 * The type of `object` for expressions of admission, to check them before a server sees any object. There objects are JSON:
 * times, quantities and bytes are texts. Where field names are none of the language, or unknown fields are kept, nothing
 * is known.
 */
export function admissionTypeOf(node: TypeNode): CelType {
  switch (node.node) {
    case 'struct':
      return typeOfStruct(node);
    case 'map':
      return mapOf(STRING, admissionTypeOf(node.value));
    case 'list':
      return listOf(admissionTypeOf(node.item));
    case 'scalar':
      return SCALARS[node.scalar] ?? STRING;
    default:
      return DYN;
  }
}

const SCALARS: Readonly<Record<string, CelType>> = {
  boolean: BOOL,
  int32: INT,
  int64: INT,
  integer: INT,
  number: DOUBLE,
  intOrString: DYN,
};

const IDENTIFIER = /^[_a-zA-Z][_a-zA-Z0-9]*$/;

function typeOfStruct(node: StructNode): CelType {
  const found = known.get(node);
  if (found) return found;
  if (node.preserveUnknown || [...node.fields.keys()].some((name) => !IDENTIFIER.test(name))) return DYN;
  const fields = new Map<string, ObjectField>();
  const type: CelType = { kind: 'object', name: node.name === '' ? 'object' : node.name, fields };
  // Before its fields: types can contain themselves.
  known.set(node, type);
  for (const [key, field] of node.fields) fields.set(key, { key, type: admissionTypeOf(field.type) });
  return type;
}
