import type { StructNode, TypeNode } from '@opwright/machinery';
import { namesOf } from '../rules/escape.ts';
import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listOf,
  mapOf,
  type ObjectField,
  STRING,
  TIMESTAMP,
} from './type.ts';

const structs = new WeakMap<StructNode, CelType>();

/** The type of a kind's objects in expressions, from the type that decodes them. What takes several types is dynamic. */
export function celTypeOfNode(node: TypeNode): CelType {
  switch (node.node) {
    case 'struct':
      return structType(node);
    case 'map':
      return mapOf(STRING, celTypeOfNode(node.value));
    case 'list':
      return listOf(celTypeOfNode(node.item));
    case 'scalar':
      return scalars[node.scalar];
    case 'any':
      return DYN;
  }
}

const scalars: Readonly<Record<Extract<TypeNode, { node: 'scalar' }>['scalar'], CelType>> = {
  string: STRING,
  int32: INT,
  int64: INT,
  integer: INT,
  number: DOUBLE,
  boolean: BOOL,
  bytes: BYTES,
  intOrString: DYN,
  quantity: STRING,
  time: TIMESTAMP,
  microTime: TIMESTAMP,
  duration: DURATION,
};

/** A struct may contain itself: its type is known before its fields are. */
function structType(node: StructNode): CelType {
  const known = structs.get(node);
  if (known !== undefined) return known;
  if (node.preserveUnknown) return DYN;
  const fields = new Map<string, ObjectField>();
  const type: CelType = { kind: 'object', name: node.name || 'object', fields };
  structs.set(node, type);
  for (const { name: key, type: of } of node.fields.values()) {
    for (const name of namesOf(key)) fields.set(name, { key, type: celTypeOfNode(of) });
  }
  return type;
}
