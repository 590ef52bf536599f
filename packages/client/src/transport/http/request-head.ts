const FIELD_NAME = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/;
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const TARGET = /^[\x21-\x7e]+$/;

/** By lower-case name; several values are sent as several lines. */
export type RequestHeaders = Readonly<Record<string, string | number | readonly string[]>>;

/**
 * What comes before the body of a request, in Latin-1.
 * @throws TypeError when something in it cannot be sent with HTTP
 */
export function requestHead(method: string, target: string, headers: RequestHeaders): string {
  if (!TARGET.test(target)) throw new TypeError(`the path ${JSON.stringify(target)} is not percent-encoded`);
  let head = `${method} ${target} HTTP/1.1\r\n`;
  for (const name in headers) {
    const value = headers[name]!;
    if (typeof value === 'object') for (const one of value) head += field(name, one);
    else head += field(name, typeof value === 'string' ? value : String(value));
  }
  return `${head}\r\n`;
}

function field(name: string, value: string): string {
  // A value may be a secret: its name says enough.
  if (!FIELD_NAME.test(name)) throw new TypeError(`${JSON.stringify(name)} is not the name of a header`);
  if (!FIELD_VALUE.test(value)) throw new TypeError(`the header ${name} has a character that HTTP does not allow`);
  return `${name}: ${value}\r\n`;
}
