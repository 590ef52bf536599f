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
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

/** A logger whose level may be changed while it is in use, with that of all its children. */
export interface LeveledLogger extends Logger {
  level: LogLevel;
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Whether the level of a logger can be changed. */
export function isLeveled(logger: Logger): logger is LeveledLogger {
  return LOG_LEVELS.includes((logger as Partial<LeveledLogger>).level as LogLevel);
}

export interface JsonLoggerOptions {
  /** Default: the system's. */
  readonly clock?: Clock;
  /** The least level that is written; default `info`. */
  readonly level?: LogLevel;
  /** Receives each line with its line feed; default: standard error. */
  readonly write?: (line: string) => void;
}

/** JSON lines `{"level":"info","ts":"…","msg":"…", …}`; `Error` values become their message and stack. */
export function jsonLogger({ clock = systemClock, level = 'info', write }: JsonLoggerOptions = {}): LeveledLogger {
  const root = () =>
    pino(
      {
        // Children of pino keep the level that they were made with: which lines are written is decided here.
        level: 'debug',
        base: null,
        messageKey: 'msg',
        timestamp: () => `,"ts":"${new Date(clock.now()).toISOString()}"`,
        formatters: { level: (label) => ({ level: label }) },
      },
      { write: write ?? ((line: string) => process.stderr.write(line)) },
    );
  let least = LOG_LEVELS.indexOf(level);
  // Many a logger never writes a line, above all that of an embedded cluster: pino is made, and its code read, by the first line.
  const wrap = (make: () => ReturnType<typeof root>): Logger => {
    let made: ReturnType<typeof root> | undefined;
    const logger = () => {
      made ??= make();
      return made;
    };
    const at = (line: LogLevel) => {
      const rank = LOG_LEVELS.indexOf(line);
      return (message: string, fields: LogFields = {}) => {
        if (rank >= least) logger()[line](serialized(fields), message);
      };
    };
    return {
      debug: at('debug'),
      info: at('info'),
      warn: at('warn'),
      error: at('error'),
      child(fields) {
        const bindings = serialized(fields);
        return wrap(() => logger().child(bindings));
      },
    };
  };
  return Object.defineProperty(wrap(root), 'level', {
    get: () => LOG_LEVELS[least],
    set(next: LogLevel) {
      const rank = LOG_LEVELS.indexOf(next);
      if (rank < 0) throw new Error(`unknown log level "${next}": use ${LOG_LEVELS.join(', ')}`);
      least = rank;
    },
  }) as LeveledLogger;
}

/** Calls `sink` with every line: for tests, and for tools that print in their own way. */
export function callbackLogger(sink: (line: LogLine) => void, inherited: LogFields = {}): Logger {
  const at =
    (level: LogLevel) =>
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
