import { callbackLogger, type Logger, type LogLine } from 'opwright';

export interface RecordingLogger extends Logger {
  /** The messages of one level so far. */
  lines(level: LogLine['level']): string[];
}

/** A logger that keeps what it is told, for assertions. */
export function recordingLogger(): RecordingLogger {
  const lines: LogLine[] = [];
  return {
    ...callbackLogger((line) => lines.push(line)),
    lines: (level) => lines.filter((line) => line.level === level).map((line) => line.message),
  };
}
