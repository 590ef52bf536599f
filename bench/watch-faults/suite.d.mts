/** What happened to the faults of one kind. Times are ms of the client's clock. */
export interface FaultResult {
  readonly count: number;
  /** How often the client did what exposed it to the fault: one that does not list meets no fault of lists. */
  readonly met: number;
  readonly recovered: number;
  readonly times: readonly number[];
  readonly relists: number;
  readonly connections: number;
}

export interface SuiteLevel {
  readonly heap: number;
  readonly handles: number;
  readonly sockets: number;
}

export interface SuiteReport {
  readonly results: ReadonlyMap<string, FaultResult>;
  readonly violations: readonly string[];
  /** After a quarter of the faults, and after all. */
  readonly before: SuiteLevel;
  readonly after: SuiteLevel;
  readonly seconds: number;
}

/** Starts a client that follows the server. */
export type Follow = (options: never) => Promise<unknown>;

export function runSuite(options: {
  readonly follow: Follow;
  readonly faults: number;
  readonly seed: string | number;
  readonly kinds?: readonly string[];
  readonly lanes?: number;
  readonly scale?: number;
  readonly boundMs?: number;
  readonly strict?: boolean;
}): Promise<SuiteReport>;
