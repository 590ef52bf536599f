/** Resolves when everybody else who is waiting for the event loop has had a turn. Takes no time of any clock. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
