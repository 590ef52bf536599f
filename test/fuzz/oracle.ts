import type { Transport, TransportResponse } from '@opwright/client';
import type { Cluster } from '@opwright/cluster';
import { expect } from 'vitest';
import { parse } from 'yaml';

/** What a defect of the server looks like in a message: JavaScript's words, where Kubernetes has its own. */
const DEFECT =
  /Internal error occurred(?!: (?:the (?:spec|status) replicas field|Object 'apiVersion' is missing))|is not a function|is not iterable|Cannot (?:read|set|convert|mix)|call stack|undefined|\[object Object\]|(?<!value: )NaN|BigInt/;

/** Fails unless the answer is a document, or a Status that says what its code says. Returns the body. */
export async function checkAnswer(response: TransportResponse, method: string): Promise<unknown> {
  const { status, headers } = response;
  expect(Number.isInteger(status) && status >= 200 && status < 600, `status ${status}`).toBe(true);
  const text = await response.text();
  const type = String(headers['content-type']);
  if (method === 'HEAD') return undefined;
  // An OpenAPI document that is not there.
  if (headers['content-type'] === undefined) {
    expect([status, text]).toEqual([404, '']);
    return undefined;
  }
  if (type.startsWith('text/plain')) {
    expect(text).not.toMatch(DEFECT);
    return text;
  }
  const body: unknown = type.startsWith('application/yaml') ? parse(text, { schema: 'yaml-1.1' }) : JSON.parse(text);
  if (status >= 400) {
    expect(body).toMatchObject({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code: status });
    expect((body as { message: unknown }).message).toEqual(expect.any(String));
    expect((body as { message: string }).message).not.toMatch(DEFECT);
  }
  return body;
}

const PROTOTYPES = [Object.prototype, Array.prototype, Function.prototype, String.prototype, Map.prototype] as const;
const before = PROTOTYPES.map(describePrototype);

/** Fails when a request has changed what all objects inherit. */
export function checkPrototypes(): void {
  expect(PROTOTYPES.map(describePrototype)).toEqual(before);
}

function describePrototype(prototype: object): string {
  return Reflect.ownKeys(prototype).map(String).join(' ');
}

interface Item {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly resourceVersion: string;
  };
}

/** Fails unless every stored object can be read, is what its list says, and is not changed by being written back. */
export async function checkStore({ transport, revision }: Cluster, collections: readonly string[]): Promise<number> {
  const uids = new Set<string>();
  for (const collection of collections) {
    const answer = await transport.request({ method: 'GET', path: collection });
    // Its definition may have been deleted.
    if (answer.status === 404) continue;
    const list = await answer.json();
    const { items } = list as { items: readonly Item[] };
    for (const item of items) {
      const { name, uid, resourceVersion } = item.metadata;
      expect(uids.has(uid), `uid ${uid} twice`).toBe(false);
      uids.add(uid);
      expect(Number(resourceVersion), `version of ${name}`).toBeLessThanOrEqual(revision);
      const path = `${collection}/${encodeURIComponent(name)}`;
      const read = await transport.request({ method: 'GET', path });
      expect(await read.json(), path).toEqual(item);
      // Defaults may add to what a subresource has left out (a job's labels), but not twice.
      const once = await writeBack(transport, path, item);
      expect(await writeBack(transport, path, once), `PUT ${path} of what is there`).toEqual(once);
    }
  }
  return uids.size;
}

async function writeBack(transport: Transport, path: string, object: unknown): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  const body = { bytes: Buffer.from(JSON.stringify(object)) };
  const answer = await transport.request({ method: 'PUT', path, headers, body });
  const written = await answer.json();
  expect(answer.status, `PUT ${path}: ${JSON.stringify(written)}`).toBe(200);
  return written;
}
