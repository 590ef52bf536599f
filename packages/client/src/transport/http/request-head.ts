import { FIELD, NAME } from './grammar.ts';

const FIELD_NAME = new RegExp(`^${NAME}$`);
const REQUEST_LINE = /^[A-Z]+ [\x21-\x7e]+ HTTP\/1\.1$/;

/** By lower-case name; several values are sent as several lines. */
export type RequestHeaders = Readonly<Record<string, string | readonly string[]>>;

/**
 * What comes before the body of a request, in Latin-1.
 * @throws TypeError when something in it cannot be sent with HTTP
 */
export function requestHead(method: string, target: string, headers: RequestHeaders): string {
  const line = `${method} ${target} HTTP/1.1`;
  if (!REQUEST_LINE.test(line)) throw new TypeError(`the path ${JSON.stringify(target)} is not percent-encoded`);
  let head = `${line}\r\n`;
  for (const name in headers) {
    const value = headers[name]!;
    if (typeof value === 'string') head += field(name, value);
    else for (const one of value) head += field(name, one);
  }
  return `${head}\r\n`;
}

function field(name: string, value: string): string {
  const line = `${name}: ${value}`;
  if (FIELD.test(line) && !name.includes(':')) return `${line}\r\n`;
  if (!FIELD_NAME.test(name)) throw new TypeError(`${JSON.stringify(name)} is not the name of a header`);
  // A value may be a secret: its name says enough.
  throw new TypeError(`the header ${name} has a character that HTTP does not allow`);
}
