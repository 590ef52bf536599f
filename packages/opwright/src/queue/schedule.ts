import type { Clock, Timer } from '@opwright/machinery';
import { createHeap, type HeapNode } from './heap.ts';

/** Something that waits for its time. */
export interface Scheduled extends HeapNode {
  /** On the clock's monotonic scale, in ms. */
  readyAt: number;
  /** Tells apart what has the same time. */
  sequence: number;
}

/** What waits for its time, with one timer of the clock for all. */
export interface Schedule<Node extends Scheduled> {
  readonly size: number;
  add(node: Node): void;
  /** No effect when the node is not in. */
  remove(node: Node): void;
  clear(): void;
}

/** @param onTime called with all whose time has come, one after the other, each out of the schedule by then; then `onRest` */
export function createSchedule<Node extends Scheduled>(
  clock: Clock,
  onTime: (node: Node, now: number) => void,
  onRest: () => void,
): Schedule<Node> {
  const nodes = createHeap<Node>((a, b) => (a.readyAt !== b.readyAt ? a.readyAt < b.readyAt : a.sequence < b.sequence));
  let timer: Timer | undefined;
  let timerAt = 0;

  function arm(): void {
    const next = nodes.peek();
    if (!next) {
      timer?.cancel();
      timer = undefined;
      return;
    }
    if (timer && timerAt <= next.readyAt) return;
    timer?.cancel();
    timerAt = next.readyAt;
    timer = clock.setTimeout(onTimer, Math.max(0, timerAt - clock.monotonic()));
  }

  function onTimer(): void {
    timer = undefined;
    const now = clock.monotonic();
    for (let node = nodes.peek(); node && node.readyAt <= now; node = nodes.peek()) {
      nodes.remove(node);
      onTime(node, now);
    }
    arm();
    onRest();
  }

  return {
    get size() {
      return nodes.size;
    },
    add(node) {
      nodes.push(node);
      arm();
    },
    remove(node) {
      nodes.remove(node);
      arm();
    },
    clear() {
      while (nodes.pop());
      arm();
    },
  };
}
