/** A handler, or a stream of its answer, throws it where the caller is to find the connection broken, by a fault. */
export class ConnectionDropped extends Error {
  override readonly name = 'ConnectionDropped';

  constructor() {
    super('the connection was closed before the answer was complete');
  }
}
