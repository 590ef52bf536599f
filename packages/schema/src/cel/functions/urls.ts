import { goQuote } from '@opwright/machinery';
import { BOOL, listOf, mapOf, opaque, STRING } from '../types/type.ts';
import { CelError } from '../values/error.ts';
import { escapedPath, hostName, parseUrl, port, queryValues, type UrlParts } from '../values/url-parts.ts';
import { CelMap, type CelValue, Extension } from '../values/value.ts';
import { reading } from './costs.ts';
import { global, member, type Overload } from './overload.ts';

/** A parsed URL. */
export class Url extends Extension {
  readonly typeName = 'kubernetes.URL';
  readonly text: string;
  readonly parts: UrlParts;

  constructor(text: string, parts: UrlParts) {
    super();
    this.text = text;
    this.parts = parts;
  }

  equals(other: CelValue): boolean {
    return other instanceof Url && other.text === this.text;
  }
}

function parsed(text: string): Url | CelError {
  const parts = parseUrl(text);
  if (!('error' in parts)) return new Url(text, parts);
  return new CelError(`URL parse error during conversion from string: parse ${goQuote(text)}: ${parts.error}`);
}

function query({ parts }: Url): CelMap {
  const map = new CelMap();
  for (const [key, values] of queryValues(parts.query)) map.add(key, values);
  return map;
}

const URL_TYPE = opaque('kubernetes.URL');

/** Kubernetes' URLs. */
export const urlsLibrary: readonly Overload[] = [
  global('url', 'string_to_url', [STRING], URL_TYPE, parsed, reading(0, 1, true)),
  global('isURL', 'is_url_string', [STRING], BOOL, (text: string) => parsed(text) instanceof Url),
  member('getScheme', 'url_get_scheme', [URL_TYPE], STRING, ({ parts }: Url) => parts.scheme),
  member('getHost', 'url_get_host', [URL_TYPE], STRING, ({ parts }: Url) => parts.host),
  member('getHostname', 'url_get_hostname', [URL_TYPE], STRING, ({ parts }: Url) => hostName(parts.host)),
  member('getPort', 'url_get_port', [URL_TYPE], STRING, ({ parts }: Url) => port(parts.host)),
  member('getEscapedPath', 'url_get_escaped_path', [URL_TYPE], STRING, ({ parts }: Url) => escapedPath(parts.path)),
  member('getQuery', 'url_get_query', [URL_TYPE], mapOf(STRING, listOf(STRING)), query),
];
