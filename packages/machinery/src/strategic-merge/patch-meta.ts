import { goQuote } from '../text/go-quote.ts';
import type { TypeNode } from '../typed/type-node.ts';
import { StrategicMergeError } from './patch-error.ts';

/** How a patch treats a map or list field, and the type of what is in it. */
export interface PatchMeta {
  /** Of the map itself, or of the list's items. */
  readonly type: TypeNode;
  /** Absent: maps merge, lists are replaced. */
  readonly strategy: 'merge' | 'replace' | undefined;
  /** The field that identifies the items of a merging list of maps. */
  readonly mergeKey: string | undefined;
}

export function mapMeta(parent: TypeNode, name: string): PatchMeta {
  const { type, patchStrategy, patchMergeKey } = lookUp(parent, name);
  return { type, strategy: strategyOf(patchStrategy), mergeKey: patchMergeKey };
}

export function listMeta(parent: TypeNode, name: string): PatchMeta {
  const { type, patchStrategy, patchMergeKey } = lookUp(parent, name);
  const item = type.node === 'list' ? type.item : type;
  if (item.node === 'list') throw new StrategicMergeError(500, 'unexpected slice of slice');
  return { type: item, strategy: strategyOf(patchStrategy), mergeKey: patchMergeKey };
}

function lookUp(parent: TypeNode, name: string) {
  if (parent.node === 'struct') {
    const field = parent.fields.get(name);
    if (field !== undefined) return field;
  }
  const owner = goTypeName(parent);
  if (owner === undefined) {
    const kind = parent.node === 'list' ? 'slice' : parent.node;
    throw new StrategicMergeError(500, `merging an object in json but data type is not struct, instead is: ${kind}`);
  }
  throw new StrategicMergeError(500, `unable to find api field in struct ${owner} for the json field ${goQuote(name)}`);
}

function goTypeName(type: TypeNode): string | undefined {
  return type.node === 'struct' || type.node === 'any' ? type.name : undefined;
}

function strategyOf(strategies: readonly string[]): PatchMeta['strategy'] {
  return strategies.find((strategy) => strategy === 'merge' || strategy === 'replace') as PatchMeta['strategy'];
}
