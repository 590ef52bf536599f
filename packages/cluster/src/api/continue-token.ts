import { goQuote, JsonSyntaxError, parseJson } from '@opwright/machinery';
import { badRequest } from './errors.ts';

/** Where a paged list goes on. */
export interface ContinueToken {
  /** The revision of the first page; -1 for the newest. */
  readonly revision: number;
  /** The key after which the next page starts, relative to what is listed. */
  readonly after: string;
}

/** The text that a client gives back; it says the same as kube-apiserver's. */
export function formatContinue(token: ContinueToken): string {
  const start = `${token.after}\u0000`;
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: token.revision, start })).toString('base64url');
}

/** @throws StatusError 400 */
export function parseContinue(text: string): ContinueToken {
  const bad = /[^A-Za-z0-9_-]/.exec(text);
  if (bad !== null || text.length % 4 === 1)
    throw unreadable(`illegal base64 data at input byte ${bad?.index ?? text.length - 1}`);
  let value: unknown;
  const bytes = Buffer.from(text, 'base64url');
  const first = String.fromCharCode(bytes[0] ?? 0);
  if (first !== '{')
    throw unreadable(`invalid character '${goQuote(first).slice(1, -1)}' looking for beginning of value`);
  try {
    value = parseJson(bytes.toString('utf8')).value;
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw unreadable(error.message);
    throw error;
  }
  if (typeof value !== 'object' || value === null || !('v' in value) || value.v !== 'meta.k8s.io/v1') {
    throw unreadable('server does not recognize this encoded version ');
  }
  const { rv, start } = value as { rv?: unknown; start?: unknown };
  if (typeof rv !== 'number' || rv === 0) throw unreadable('incorrect encoded start resourceVersion');
  if (typeof start !== 'string' || start === '') throw unreadable('incorrect encoded start');
  return { revision: rv, after: start.replace(/^\//, '').split('\u0000', 1)[0]! };
}

function unreadable(why: string) {
  return badRequest(`invalid continue token: continue key is not valid: ${why}`);
}
