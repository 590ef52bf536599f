/** How long the server works on one request. */
export class Lifetime {
  private readonly reason: Error;
  private readonly sources: readonly (AbortSignal | undefined)[];
  private controller: AbortController | undefined;
  private ended = false;

  /**
   * @param reason what the signal aborts with; made once: the default is an exception with a stack, per request
   * @param sources signals that end it, too
   */
  constructor(reason: Error, ...sources: readonly (AbortSignal | undefined)[]) {
    this.reason = reason;
    this.sources = sources;
  }

  /** Aborts at the end. It is made for who asks: most requests are answered before anybody could. */
  get signal(): AbortSignal {
    this.controller ??= this.start();
    return this.controller.signal;
  }

  end(): void {
    this.ended = true;
    this.controller?.abort(this.reason);
  }

  private start(): AbortController {
    const controller = new AbortController();
    const { signal } = controller;
    const end = () => this.end();
    // The sources outlive the request: it takes its listeners along.
    for (const source of this.sources) source?.addEventListener('abort', end, { signal });
    if (this.ended || this.sources.some((source) => source?.aborted)) controller.abort(this.reason);
    return controller;
  }
}
