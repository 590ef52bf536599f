import { callbackLogger, type Logger } from 'opwright';
import type { Terminal } from './terminal.ts';

/** Shows what needs a reader's attention (warnings and errors) as a line each, and keeps the rest to itself. */
export function quietLogger(terminal: Terminal): Logger {
  return callbackLogger(({ level, message, fields }) => {
    if (level !== 'warn' && level !== 'error') return;
    const where = fields.name === undefined ? '' : ` ${[fields.namespace, fields.name].filter(Boolean).join('/')}`;
    const why =
      fields.error instanceof Error
        ? `: ${fields.error.message}`
        : fields.error === undefined
          ? ''
          : `: ${fields.error}`;
    terminal.err(`  ${terminal.style(level === 'error' ? 'red' : 'yellow', level)}${where} ${message}${why}`);
  });
}
