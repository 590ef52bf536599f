import { startCluster } from '@opwright/cluster';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { valueAt } from '../../conformance/src/variables.ts';
import { checkAnswer, checkPrototypes, checkStore } from './oracle.ts';
import { type FuzzRequest, fuzzRequest, transportRequest } from './requests.ts';
import { WIDGETS, WIDGETS_TARGET } from './widgets.ts';

/** How many requests are sent, about: a few seconds' worth, or as many as `npm run fuzz` says. */
const REQUESTS = Number(process.env.OPWRIGHT_FUZZ_REQUESTS ?? 1500);
/** To one cluster. */
const PER_RUN = 100;
/** An hour per million, and more. */
const TIMEOUT_MS = 20_000 + REQUESTS * 10;

const COLLECTIONS = [
  WIDGETS_TARGET.path,
  ...['configmaps', 'secrets', 'pods', 'services', 'serviceaccounts', 'persistentvolumeclaims'].map(
    (plural) => `/api/v1/namespaces/{{ns}}/${plural}`,
  ),
  '/apis/apps/v1/namespaces/{{ns}}/deployments',
  '/apis/batch/v1/namespaces/{{ns}}/jobs',
  '/apis/rbac.authorization.k8s.io/v1/namespaces/{{ns}}/roles',
  '/apis/coordination.k8s.io/v1/namespaces/{{ns}}/leases',
].map((path) => path.replace('{{ns}}', 'fuzz'));

const unhandled: unknown[] = [];
const remember = (error: unknown) => unhandled.push(error);
beforeEach(() => {
  process.on('unhandledRejection', remember);
});
afterEach(() => {
  process.off('unhandledRejection', remember);
});

test(
  'any request gets a proper answer and leaves the server sound',
  async () => {
    const sent = { requests: 0, refused: 0, objects: 0 };
    const requests = fc.array(fuzzRequest, { minLength: PER_RUN, maxLength: PER_RUN, size: 'max' });
    await fc.assert(
      fc.asyncProperty(requests, async (all) => {
        const { refused, objects } = await sendAll(all);
        sent.requests += all.length;
        sent.refused += refused;
        sent.objects += objects;
      }),
      {
        numRuns: Math.ceil(REQUESTS / PER_RUN),
        endOnFailure: true,
        ...(process.env.OPWRIGHT_FUZZ_SEED && { seed: Number(process.env.OPWRIGHT_FUZZ_SEED) }),
      },
    );
    if (process.env.OPWRIGHT_FUZZ_REQUESTS) console.log(sent);
    // Neither all right nor all wrong: both ways through the server are tried.
    expect(sent.refused / sent.requests).toBeGreaterThan(0.2);
    expect(sent.refused / sent.requests).toBeLessThan(0.9);
    expect(sent.objects).toBeGreaterThan(0);
  },
  TIMEOUT_MS,
);

async function sendAll(requests: readonly FuzzRequest[]): Promise<{ refused: number; objects: number }> {
  await using cluster = await startCluster({ profile: 'envtest' });
  await cluster.load([WIDGETS, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'fuzz' } }]);
  const names = new Map([['ns', 'fuzz']]);
  let refused = 0;
  for (const request of requests) {
    const sent = transportRequest(request, names);
    const response = await cluster.transport.request(sent);
    if (response.status >= 400) refused++;
    if (isWatch(sent.method, sent.path) && response.status === 200) {
      response.close();
      continue;
    }
    const body = await checkAnswer(response, sent.method).catch((cause) => {
      throw new Error(`${sent.method} ${sent.path} ${JSON.stringify(sent.headers)} ${shown(request.body)}`, { cause });
    });
    for (const [name, path] of [
      ['rv', 'metadata.resourceVersion'],
      ['uid', 'metadata.uid'],
      ['continue', 'metadata.continue'],
    ] as const) {
      const value = valueAt(body, path);
      if (typeof value === 'string' && value !== '') names.set(name, value);
    }
  }
  const objects = await checkStore(cluster, COLLECTIONS);
  checkPrototypes();
  expect(unhandled).toEqual([]);
  return { refused, objects };
}

/** The request that failed mostly says enough; the seed repeats those before it. */
function shown(body: Uint8Array | undefined): string {
  return JSON.stringify(Buffer.from(body ?? []).toString('latin1')).slice(0, 2000);
}

function isWatch(method: string, path: string): boolean {
  return method === 'GET' && /[?&]watch(?:[=&]|$)|\/watch\//.test(path);
}
