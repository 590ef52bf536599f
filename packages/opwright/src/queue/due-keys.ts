import { createHeap, type HeapNode } from './heap.ts';

/** A key that is due. */
export interface DueNode extends HeapNode {
  priority: number;
  /** Position among due keys: the time of readiness, moved by what the priority is worth. */
  rank: number;
  /** Tells keys of equal rank apart. */
  sequence: number;
  previous: DueNode | undefined;
  next: DueNode | undefined;
}

/** Due keys of one priority, in order; a list, because nearly all come in the order in which they go. */
interface Level {
  readonly priority: number;
  first: DueNode | undefined;
  last: DueNode | undefined;
}

/** Due keys in the order in which they are handed out. */
export interface DueKeys<Node extends DueNode> {
  push(node: Node): void;
  /** Takes the first. */
  shift(): Node | undefined;
  /** Takes out a node that is in. */
  remove(node: Node): void;
}

/**
 * Higher priority first, first come first served inside a level; waiting raises the priority. That is linear, so it never
 * changes the order of two keys: a static rank is enough.
 *
 * @param agingMs how many ms of waiting are worth one point of priority; Infinity = none are
 */
export function createDueKeys<Node extends DueNode>(agingMs: number): DueKeys<Node> {
  const strict = !Number.isFinite(agingMs);
  const levels: Level[] = [];
  /** Those that go before the last of their level. */
  const strays = createHeap<Node>(isBefore);

  function isBefore(a: DueNode, b: DueNode): boolean {
    if (strict && a.priority !== b.priority) return a.priority > b.priority;
    return a.rank !== b.rank ? a.rank < b.rank : a.sequence < b.sequence;
  }

  function levelOf(priority: number): Level {
    for (const level of levels) if (level.priority === priority) return level;
    const level: Level = { priority, first: undefined, last: undefined };
    levels.push(level);
    return level;
  }

  function remove(node: DueNode): void {
    if (node.heapIndex >= 0) {
      strays.remove(node as Node);
      return;
    }
    const { previous, next } = node;
    const level = levelOf(node.priority);
    if (previous) previous.next = next;
    else level.first = next;
    if (next) next.previous = previous;
    else level.last = previous;
    node.previous = undefined;
    node.next = undefined;
  }

  return {
    push(node) {
      const level = levelOf(node.priority);
      const { last } = level;
      if (last && isBefore(node, last)) {
        strays.push(node);
        return;
      }
      node.previous = last;
      if (last) last.next = node;
      else level.first = node;
      level.last = node;
    },
    shift() {
      let first: DueNode | undefined = strays.peek();
      for (const level of levels) if (level.first && (!first || isBefore(level.first, first))) first = level.first;
      if (first) remove(first);
      return first as Node | undefined;
    },
    remove,
  };
}
