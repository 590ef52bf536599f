import type { Transport } from '@opwright/client';
import { expect, test } from 'vitest';
import { type Divergence, explore } from '../conformance/src/random/explore.ts';
import { embeddedServer, type Server } from '../conformance/src/server.ts';

test('two embedded servers answer random requests alike', async () => {
  await using one = await embeddedServer();
  await using other = await embeddedServer();
  const found: Divergence[] = [];
  const report = (_: number, divergence: Divergence) => found.push(divergence);
  const { answers } = await explore({ wanted: one, got: other, exceptions: [] }, { seed: 1, cases: 4, report });
  expect(found).toEqual([]);
  expect(answers).toBeGreaterThan(20);
}, 60_000);

test('a difference is found and made as small as it can be', async () => {
  await using one = await embeddedServer();
  await using other = await embeddedServer();
  const found: Divergence[] = [];
  const report = (_: number, divergence: Divergence) => found.push(divergence);
  const { findings } = await explore({ wanted: one, got: deaf(other), exceptions: [] }, { seed: 1, cases: 2, report });
  expect(findings).toBe(found.length);
  expect(found.length).toBeGreaterThan(0);
  for (const { case: smallest } of found) {
    const own = smallest.steps.filter((step) => !('until' in step || 'essential' in step));
    expect(own).toEqual([expect.objectContaining({ request: expect.stringMatching(/^POST [^?]*s$/) })]);
  }
}, 60_000);

/** A server that does not hear what it is to create. */
function deaf(server: Server): Server {
  const isCreate = (method: string, path: string) => method === 'POST' && path.includes('/namespaces/');
  const transport: Transport = {
    request: ({ body, ...request }) =>
      server.transport.request({ ...request, ...(body && !isCreate(request.method, request.path) && { body }) }),
    close: () => server.transport.close(),
  };
  return { ...server, transport };
}
