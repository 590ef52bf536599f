import { readFile } from 'node:fs/promises';
import type { Clock } from '@opwright/machinery';

/** What a request proves itself with. */
export interface Credentials {
  /** `authorization` and `impersonate-*`, lower-case names. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** PEM; the client certificate and its key. */
  readonly certificate?: { readonly cert: string; readonly key: string };
}

/** Where credentials come from. */
export interface CredentialSource {
  /** What to use now: the same object as before as long as nothing has changed. */
  get(signal?: AbortSignal): Promise<Credentials>;
  /** Looks for others after the server has refused (401) these; the same object when there are none. */
  renew(refused: Credentials, signal?: AbortSignal): Promise<Credentials>;
  /** Ends what is under way. */
  close(): void;
}

/** Credentials that never change. */
export function fixedCredentials(credentials: Credentials): CredentialSource {
  return { get: async () => credentials, renew: async () => credentials, close: () => {} };
}

/** How long a token file is trusted before it is read again; kubelet rotates projected tokens. */
const TOKEN_FILE_MAX_AGE_MS = 60_000;

/**
 * A bearer token in a file that something else keeps fresh: read again after 60 s, and when the server refuses it.
 * While the file cannot be read, the last token stays in use. `get` rejects when there never was one.
 *
 * @param base what goes along with the token
 * @param firstToken used until the file can be read
 */
export function tokenFileCredentials(
  path: string,
  clock: Clock,
  base: Credentials,
  firstToken?: string,
): CredentialSource {
  const first = firstToken === undefined ? undefined : withBearer(base, firstToken);
  let current: { credentials: Credentials; token: string; readAt: number } | undefined;
  let reading: Promise<Credentials> | undefined;

  async function read(): Promise<Credentials> {
    let token: string;
    try {
      token = (await readFile(path, 'utf8')).trim();
      if (token === '') throw new Error('the file is empty');
    } catch (cause) {
      if (current !== undefined) return current.credentials;
      if (first !== undefined) return first;
      throw new Error(`cannot read the bearer token from ${path}: ${(cause as Error).message}`, { cause });
    }
    const credentials = current?.token === token ? current.credentials : withBearer(base, token);
    current = { credentials, token, readAt: clock.monotonic() };
    return credentials;
  }

  function readOnce(): Promise<Credentials> {
    reading ??= read().finally(() => {
      reading = undefined;
    });
    return reading;
  }

  return {
    get: async () => {
      const fresh = current !== undefined && clock.monotonic() - current.readAt < TOKEN_FILE_MAX_AGE_MS;
      return fresh ? current!.credentials : readOnce();
    },
    renew: async (refused) =>
      current !== undefined && current.credentials !== refused ? current.credentials : readOnce(),
    close: () => {},
  };
}

/** `base` with a bearer token. */
export function withBearer(base: Credentials, token: string): Credentials {
  return { ...base, headers: { ...base.headers, authorization: `Bearer ${token}` } };
}

/** The `authorization` header of HTTP basic authentication. */
export function basicAuthorization(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** Act as somebody else (needs the verb `impersonate`). */
export interface Impersonation {
  readonly user: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** The `impersonate-*` headers: one line per group and per value. */
export function impersonationHeaders(as: Impersonation): Record<string, string | readonly string[]> {
  const headers: Record<string, string | readonly string[]> = { 'impersonate-user': as.user };
  if (as.uid !== undefined) headers['impersonate-uid'] = as.uid;
  if (as.groups !== undefined && as.groups.length > 0) headers['impersonate-group'] = as.groups;
  for (const [key, values] of Object.entries(as.extra ?? {})) {
    headers[`impersonate-extra-${headerKey(key)}`] = values;
  }
  return headers;
}

/** A key as a header name: what is not a token character is percent-encoded. */
function headerKey(key: string): string {
  return encodeURIComponent(key.toLowerCase()).replaceAll(/[()]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
}
