import { systemClock } from '@opwright/client';
import type { Clock } from '@opwright/machinery';
import { pino } from 'pino';

/** Structured logs: a constant message and fields. Keys are controller-runtime's. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger that adds `fields` to every line. */
  child(fields: LogFields): Logger;
}

export type LogFields = Readonly<Record<string, unknown>>;

/** One line as it is logged. */
export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: LogFields;
}

export interface JsonLoggerOptions {
  /** Default: the system's. */
  readonly clock?: Clock;
  /** The least level that is written; default `info`. */
  readonly level?: LogLine['level'];
  /** Receives each line with its line feed; default: standard error. */
  readonly write?: (line: string) => void;
}

/** JSON lines `{"level":"info","ts":"…","msg":"…", …}`; `Error` values become their message and stack. */
export function jsonLogger({ clock = systemClock, level = 'info', write }: JsonLoggerOptions = {}): Logger {
  const root = pino(
    {
      level,
      base: null,
      messageKey: 'msg',
      timestamp: () => `,"ts":"${new Date(clock.now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: write ?? ((line: string) => process.stderr.write(line)) },
  );
  const wrap = (logger: typeof root): Logger => ({
    debug: (message, fields = {}) => logger.debug(serialized(fields), message),
    info: (message, fields = {}) => logger.info(serialized(fields), message),
    warn: (message, fields = {}) => logger.warn(serialized(fields), message),
    error: (message, fields = {}) => logger.error(serialized(fields), message),
    child: (fields) => wrap(logger.child(serialized(fields))),
  });
  return wrap(root);
}

/** Calls `sink` with every line: for tests, and for tools that print in their own way. */
export function callbackLogger(sink: (line: LogLine) => void, inherited: LogFields = {}): Logger {
  const at =
    (level: LogLine['level']) =>
    (message: string, fields: LogFields = {}) =>
      sink({ level, message, fields: { ...inherited, ...fields } });
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => callbackLogger(sink, { ...inherited, ...fields }),
  };
}

function serialized(fields: LogFields): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) {
    if (value instanceof Error) {
      result[key] = value.message;
      if (value.stack) result.stacktrace = value.stack;
    } else {
      result[key] = value;
    }
  }
  return result;
}
