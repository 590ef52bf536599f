/** A node knows its place, so that any node can leave the heap in O(log n). -1 = in no heap. */
export interface HeapNode {
  heapIndex: number;
}

/** A binary heap; `pop` gives the node that is before all others. */
export interface Heap<Node extends HeapNode> {
  readonly size: number;
  peek(): Node | undefined;
  push(node: Node): void;
  pop(): Node | undefined;
  /** No effect when the node is not in the heap. */
  remove(node: Node): void;
}

export function createHeap<Node extends HeapNode>(before: (a: Node, b: Node) => boolean): Heap<Node> {
  const nodes: Node[] = [];

  function place(node: Node, index: number): void {
    nodes[index] = node;
    node.heapIndex = index;
  }

  function up(node: Node): void {
    let index = node.heapIndex;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = nodes[parentIndex]!;
      if (!before(node, parent)) break;
      place(parent, index);
      index = parentIndex;
    }
    place(node, index);
  }

  function down(node: Node): void {
    let index = node.heapIndex;
    for (;;) {
      let childIndex = 2 * index + 1;
      if (childIndex >= nodes.length) break;
      const right = childIndex + 1;
      if (right < nodes.length && before(nodes[right]!, nodes[childIndex]!)) childIndex = right;
      const child = nodes[childIndex]!;
      if (!before(child, node)) break;
      place(child, index);
      index = childIndex;
    }
    place(node, index);
  }

  function remove(node: Node): void {
    const index = node.heapIndex;
    if (nodes[index] !== node) return;
    const last = nodes.pop()!;
    node.heapIndex = -1;
    if (last === node) return;
    place(last, index);
    up(last);
    down(last);
  }

  return {
    get size() {
      return nodes.length;
    },
    peek: () => nodes[0],
    push(node) {
      place(node, nodes.length);
      up(node);
    },
    pop() {
      const first = nodes[0];
      if (first) remove(first);
      return first;
    },
    remove,
  };
}
