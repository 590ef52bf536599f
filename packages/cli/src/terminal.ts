import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** Where a command writes, so that tests can read it. */
export interface Terminal {
  /** One line to standard output. */
  out(line: string): void;
  /** One line to standard error. */
  err(line: string): void;
  /** `text` in a style where the terminal shows colours. */
  style(style: Style, text: string): string;
}

export function processTerminal(): Terminal {
  // The reader has seen enough (`opwright manifests | head`): that is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  const colours = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
  return {
    out: (line) => void process.stdout.write(`${line}\n`),
    err: (line) => void process.stderr.write(`${line}\n`),
    style: (style, text) => (colours ? styleText(style, text) : text),
  };
}
