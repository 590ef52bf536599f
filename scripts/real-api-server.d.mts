export interface RealApiServer {
  /** Path of a kubeconfig of its administrator. */
  readonly kubeconfig: string;
  /** Of the API server, and of etcd. */
  readonly pids: readonly number[];
  /** Time from the start of the processes to the first answer. */
  readonly bootMs: number;
  stop(): Promise<void>;
}

/**
 * @param options paths of the binaries, and flags of kube-apiserver beside those of envtest
 * @throws Error with the last lines of the process that did not start
 */
export function startRealApiServer(options: {
  readonly kubeApiserver: string;
  readonly etcd: string;
  readonly flags?: readonly string[];
}): Promise<RealApiServer>;

/** A port of this machine that nobody listens on. */
export function freePort(): Promise<number>;
