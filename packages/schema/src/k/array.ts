import type { StructuralSchema } from '../structural/schema.ts';
import { type AnyNode, type InputOf, initialState, type NodeState, SchemaNode, type StoredOf } from './node.ts';

/** `type: array`. */
export class ArrayNode<Item extends AnyNode> extends SchemaNode<readonly StoredOf<Item>[], readonly InputOf<Item>[]> {
  readonly item: Item;

  constructor(item: Item, state: NodeState = initialState({ type: 'array', items: item.schema })) {
    super(state);
    this.item = item;
    Object.freeze(this);
  }

  protected override copy(state: NodeState): ArrayNode<Item> {
    return new ArrayNode(this.item, state);
  }

  minItems(minItems: number): this {
    return this.with({ minItems });
  }

  /** Bounds the estimated cost of CEL rules as well. */
  maxItems(maxItems: number): this {
    return this.with({ maxItems });
  }

  /** Server-side apply owns the list as one value. That is also what an array without a list type is; this writes it down. */
  atomic(): this {
    return this.with({ 'x-kubernetes-list-type': 'atomic' });
  }
}

/** A list in which order and repetition mean something; server-side apply owns it as one value. */
export function array<Item extends AnyNode>(item: Item): ArrayNode<Item> {
  return new ArrayNode(item);
}

/** A list without equal items: scalars, or objects and arrays that are atomic. Server-side apply merges it item by item. */
export function set<Item extends AnyNode>(item: Item): ArrayNode<Item> {
  return ofListType(item, { 'x-kubernetes-list-type': 'set' });
}

/** The fields by which a list of `Item` can be keyed: scalars that every stored item has. */
export type ListMapKey<Item> = {
  [Key in keyof Item & string]-?: undefined extends Item[Key]
    ? never
    : Item[Key] extends string | number | boolean
      ? Key
      : never;
}[keyof Item & string];

/** A list of objects that are told apart by some of their fields. Server-side apply merges it object by object. */
export function listMap<Item extends AnyNode>(
  item: Item,
  keys: readonly [ListMapKey<Item['~stored']>, ...ListMapKey<Item['~stored']>[]],
): ArrayNode<Item> {
  return ofListType(item, { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': Object.freeze([...keys]) });
}

function ofListType<Item extends AnyNode>(item: Item, listType: Partial<StructuralSchema>): ArrayNode<Item> {
  return new ArrayNode(item, initialState({ type: 'array', items: item.schema, ...listType }));
}
