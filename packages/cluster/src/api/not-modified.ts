import type { ServerResponse } from './http-types.ts';

/** The answer to who has a document already: its headers, without those that describe a body. */
export function notModified(headers: ServerResponse['headers']): ServerResponse {
  const kept = Object.entries(headers).filter(
    // A tag says more than a time.
    ([name]) => !DESCRIPTIVE.includes(name) && !(name === 'last-modified' && headers.etag !== undefined),
  );
  return { status: 304, headers: Object.fromEntries(kept), body: { text: '' } };
}

const DESCRIPTIVE = ['accept-ranges', 'content-type'];
