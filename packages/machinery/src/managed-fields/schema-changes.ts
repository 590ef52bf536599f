import type { TypeNode } from '../typed/type-node.ts';
import { type FieldSet, fieldSetNode, keep } from './field-set.ts';
import type { PathKey } from './path-element.ts';
import { DEDUCED, fieldType, isDeclared } from './shape.ts';

/**
 * Adds the declared fields on the way to each path: who owns `.spec.replicas` also owns `.spec`, so that a struct goes
 * with the last of its fields.
 */
export function withNamedFields(type: TypeNode, set: FieldSet): FieldSet {
  return walkChildren(type, set, (name, child, below) => {
    const named = withNamedFields(below ?? DEDUCED, child);
    if (named.member || name === undefined || !isDeclared(type, name)) return named;
    return fieldSetNode(true, named.children);
  });
}

const reconciled = new WeakMap<FieldSet, TypeNode>();

/**
 * Adapts a recorded set to today's schema: where a map, struct or list has become atomic since, its owner owns it as
 * a whole.
 */
export function reconcileWithSchema(type: TypeNode, set: FieldSet): FieldSet {
  if (reconciled.get(set) === type) return set;
  const result = reconcile(type, set);
  reconciled.set(result, type);
  return result;
}

function reconcile(type: TypeNode, set: FieldSet): FieldSet {
  return walkChildren(type, set, (_name, child, below) => {
    if (below === undefined || below.node === 'any' || child.children.size === 0) return child;
    return becameAtomic(below) ? fieldSetNode(true, NONE) : reconcile(below, child);
  });
}

const NONE: ReadonlyMap<PathKey, FieldSet> = new Map();

function becameAtomic(type: TypeNode): boolean {
  return type.node === 'list'
    ? type.listType === 'atomic'
    : type.node !== 'scalar' && type.node !== 'any' && type.atomic;
}

/** Replaces each child, given the field's name (for fields) and the child's type (unless unknown). */
function walkChildren(
  type: TypeNode,
  set: FieldSet,
  replace: (name: string | undefined, child: FieldSet, type: TypeNode | undefined) => FieldSet,
): FieldSet {
  return keep(set, set.member, (key, child) => {
    if (key.charCodeAt(0) === FIELD) {
      const name = key.slice(2);
      return replace(name, child, fieldType(type, name));
    }
    return replace(undefined, child, type.node === 'list' ? type.item : undefined);
  });
}

const FIELD = 'f'.charCodeAt(0);
