import { decodeUtf8 } from './text.ts';

/** A URL as Go's net/url takes it apart. */
export interface UrlParts {
  readonly scheme: string;
  /** With the port, as written. */
  readonly host: string;
  readonly path: string;
  readonly query: string;
}

/** An absolute URL or an absolute path; the reason where it is neither. */
export function parseUrl(text: string): UrlParts | { readonly error: string } {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  if (/[\x00-\x1f\x7f]/.test(text)) return { error: 'net/url: invalid control character in URL' };
  if (text === '') return { error: 'empty url' };
  if (text.startsWith(':')) return { error: 'missing protocol scheme' };
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(text);
  const [rest = ''] = splitOnce(scheme ? text.slice(scheme[0].length) : text, '#');
  if (!rest.startsWith('/')) {
    // What follows a scheme without a slash is opaque.
    return scheme
      ? { scheme: scheme[1]!.toLowerCase(), host: '', path: '', query: splitOnce(rest, '?')[1] ?? '' }
      : { error: 'invalid URI for request' };
  }
  const [beforeQuery = '', query = ''] = splitOnce(rest, '?');
  const hasHost = scheme ? beforeQuery.startsWith('//') : false;
  const authority = hasHost ? beforeQuery.slice(2).split('/', 1)[0] : '';
  const path = hasHost ? beforeQuery.slice(2 + (authority as string).length) : beforeQuery;
  const host = (authority as string).slice((authority as string).lastIndexOf('@') + 1);
  const wrongHost = hostError(host);
  if (wrongHost) return { error: wrongHost };
  const wrongEscape = /%(?![0-9a-fA-F]{2}).{0,2}/.exec(path);
  if (wrongEscape) return { error: `invalid URL escape "${wrongEscape[0]}"` };
  return { scheme: (scheme?.[1] ?? '').toLowerCase(), host, path, query };
}

function splitOnce(text: string, separator: string): string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function hostError(host: string): string | undefined {
  const bracket = /^\[([^\]]*)\](.*)$/.exec(host);
  if (host.startsWith('[') && !bracket) return "missing ']' in host";
  const port = bracket ? (bracket[2] as string) : host.slice(host.includes(':') ? host.indexOf(':') : host.length);
  if (port !== '' && !/^:\d*$/.test(port)) return `invalid port "${port}" after host`;
  const wrong = /[ "<>\\^`{|}]/.exec(host);
  return wrong
    ? `invalid character "${wrong[0] === '"' || wrong[0] === '\\' ? '\\' : ''}${wrong[0]}" in host name`
    : undefined;
}

/** The host without port and brackets. */
export function hostName(host: string): string {
  const bracket = /^\[([^\]]*)\]/.exec(host);
  return bracket ? (bracket[1] as string) : host.replace(/:\d*$/, '');
}

export function port(host: string): string {
  return /:(\d*)$/.exec(host.replace(/^\[[^\]]*\]/, ''))?.[1] ?? '';
}

/** The path with everything escaped that has to be. */
export function escapedPath(path: string): string {
  return path.replace(/[^A-Za-z0-9\-_.~$&+,/:;=@!'()*%[\]]/gu, (char) => encodeURIComponent(char));
}

/** The values of each key of a query. */
export function queryValues(query: string): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (const part of query.split('&')) {
    if (part === '' || part.includes(';')) continue;
    const [key = '', value = ''] = splitOnce(part, '=').map(unescapeQuery);
    values.set(key, [...(values.get(key) ?? []), value]);
  }
  return values;
}

function unescapeQuery(text: string): string {
  return text.replaceAll('+', ' ').replace(/(?:%[0-9a-fA-F]{2})+/g, (run) => {
    const bytes = Uint8Array.from(run.slice(1).split('%'), (hex) => Number.parseInt(hex, 16));
    return decodeUtf8(bytes) ?? run;
  });
}
