import type { Pod } from '@opwright/kubernetes/core';

/**
 * What clients find behind the API server when they reach into pods: `kubectl logs`, `exec`, `attach`, `port-forward` and
 * the proxies. A test gives what it needs.
 */
export interface KubeletHooks {
  /** What a container has logged, line by line. */
  logs?(pod: Pod, options: LogRequest): ContainerLog | Promise<ContainerLog>;
  /**
   * Runs a command in a container and returns its exit code, 0 by default.
   * @throws Error when it cannot be run: the client gets the message
   */
  exec?(pod: Pod, options: ExecRequest, streams: TerminalStreams): ExitCode | Promise<ExitCode>;
  /** Connects to the process of a container, until it ends. */
  attach?(pod: Pod, options: AttachRequest, streams: TerminalStreams): ExitCode | Promise<ExitCode>;
  /**
   * Serves one connection to a port of a pod, until the promise resolves.
   * @throws Error when there is nothing to connect to: the client gets the message
   */
  portForward?(pod: Pod, port: number, connection: PortConnection): Promise<void>;
  /**
   * Answers a request to a port of a pod, also of one behind a service, or to the kubelet of a node.
   * @throws Error when nothing answers: the client gets the message
   */
  proxy?(target: ProxyTarget, request: Request): Response | Promise<Response>;
}

// biome-ignore lint/suspicious/noConfusingVoidType: a hook that says nothing of an exit code has succeeded
export type ExitCode = number | void;

export interface LogRequest {
  readonly container: string;
  /** Of the container before its last restart. */
  readonly previous: boolean;
  /** Aborts when nobody reads any more. */
  readonly signal: AbortSignal;
}

/** What a container logs. Which part of it a client gets, and with times or without, is not the hook's business. */
export interface ContainerLog {
  /** What there is so far. A line without a time is of now. */
  readonly lines: Iterable<LogLine | string>;
  /** What comes from now on, for clients that follow, until the container ends. Default: nothing. */
  readonly next?: AsyncIterable<LogLine | string>;
}

export interface LogLine {
  /** Milliseconds since the epoch. */
  readonly timeMs: number;
  /** Without the end of the line. */
  readonly text: string;
}

export interface AttachRequest {
  readonly container: string;
  /** The client wants a terminal: its size comes in {@link TerminalStreams.sizes}, standard error with standard output. */
  readonly tty: boolean;
}

export interface ExecRequest extends AttachRequest {
  readonly command: readonly string[];
}

export interface TerminalStreams {
  /** What the client sends; ends when it has no more. Nothing, if it has not asked for it. */
  readonly stdin: AsyncIterable<Uint8Array>;
  /** Resolves when more may be sent. Does nothing if the client has not asked for it. */
  stdout(data: Uint8Array | string): Promise<void>;
  stderr(data: Uint8Array | string): Promise<void>;
  /** The sizes of the client's terminal, as they change. */
  readonly sizes: AsyncIterable<{ readonly width: number; readonly height: number }>;
  /** Aborts when the client has gone. */
  readonly signal: AbortSignal;
}

export interface PortConnection {
  /** What the client sends; ends when it has no more. */
  readonly incoming: AsyncIterable<Uint8Array>;
  send(data: Uint8Array | string): Promise<void>;
  /** Aborts when the client has gone. */
  readonly signal: AbortSignal;
}

export type ProxyTarget = { readonly pod: Pod; readonly port: number } | { readonly node: string };
