import type { Transport, TransportRequest } from '@opwright/client';
import { expect, test } from 'vitest';
import { fencedTransport, NotLeaderError } from './fence.ts';

test('writes pass only while they may, asked at each one; reads pass always', async () => {
  const sent: string[] = [];
  const inner: Transport = {
    async request({ method }) {
      sent.push(method);
      return { status: 200, headers: {}, json: async () => ({}), text: async () => '', async *lines() {}, close() {} };
    },
    async close() {},
  };
  let leader = true;
  const transport = fencedTransport(inner, () => leader);
  const request = (method: TransportRequest['method']) => transport.request({ method, path: '/api/v1/pods?a=b' });
  await request('POST');
  leader = false;
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'] as const) {
    const refused = request(method);
    await expect(refused).rejects.toBeInstanceOf(NotLeaderError);
    await expect(refused).rejects.toThrow(`${method} /api/v1/pods was not sent`);
  }
  await request('GET');
  await request('HEAD');
  leader = true;
  await request('DELETE');
  expect(sent).toEqual(['POST', 'GET', 'HEAD', 'DELETE']);
});
