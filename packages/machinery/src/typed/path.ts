import type { FieldNode, TypeNode } from './type-node.ts';

/** One step into a value: a field or map key, or the index of a list item. */
export type PathStep = string | number;

/**
 * The type of what is at a path (`['spec', 'containers', 0, 'image']`); undefined where the type has nothing there.
 * Below a value of any type everything is of any type.
 */
export function typeAt(type: TypeNode, path: readonly PathStep[]): TypeNode | undefined {
  let at: TypeNode | undefined = type;
  for (const step of path) {
    if (at === undefined) return undefined;
    at = child(at, step);
  }
  return at;
}

/** The declared field at a path that ends with a field's name. */
export function fieldAt(type: TypeNode, path: readonly PathStep[]): FieldNode | undefined {
  const parent = typeAt(type, path.slice(0, -1));
  const name = path.at(-1);
  return parent?.node === 'struct' && typeof name === 'string' ? parent.fields.get(name) : undefined;
}

function child(type: TypeNode, step: PathStep): TypeNode | undefined {
  switch (type.node) {
    case 'struct': {
      const field = type.fields.get(String(step));
      return field?.type ?? (type.preserveUnknown ? ANY : undefined);
    }
    case 'map':
      return type.value;
    case 'list':
      return typeof step === 'number' ? type.item : undefined;
    case 'any':
      return ANY;
    case 'scalar':
      return undefined;
  }
}

const ANY: TypeNode = { node: 'any', name: '' };
