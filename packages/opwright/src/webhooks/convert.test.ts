import { type Clock, VirtualClock } from '@opwright/machinery';
import { type AnyCustomResource, defineResource, k } from '@opwright/schema';
import { expect, test } from 'vitest';
import { laboriousClock, recording } from '../../test/support/fixtures.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { webhookEndpoint } from './endpoint.ts';

const Door = defineResource({
  group: 'house.example.com',
  kind: 'Door',
  versions: {
    v1alpha1: { spec: k.object({ isOpen: k.boolean() }) },
    v1: { spec: k.object({ state: k.enum('open', 'shut') }), storage: true },
  },
}).converts({
  v1alpha1: {
    toHub: ({ spec }) => ({ spec: { state: spec.isOpen ? 'open' : 'shut' } }),
    fromHub: ({ metadata, spec }) => {
      if (metadata.name === 'secret') throw new Error('secret doors are not for v1alpha1');
      return { spec: { isOpen: spec.state === 'open' } };
    },
  },
});

const door = (version: string, name: string, spec: object) => ({
  apiVersion: `house.example.com/${version}`,
  kind: 'Door',
  metadata: { name, uid: name, labels: { a: 'b' } },
  spec,
});

function setUp(resource: AnyCustomResource = Door, clock: Clock = new VirtualClock()) {
  const metrics = createMetrics(new VirtualClock());
  const logger = recording();
  const answer = webhookEndpoint({ definitions: [], converted: [resource] }, metrics.webhooks(), logger, clock);
  return {
    metrics,
    logger,
    async convert(objects: readonly unknown[], version: string, apiVersion = 'apiextensions.k8s.io/v1') {
      const request = { uid: 'u-1', desiredAPIVersion: `house.example.com/${version}`, objects };
      const body = JSON.stringify({ kind: 'ConversionReview', apiVersion, request });
      const answered = await answer({ path: '/convert', contentType: 'application/json', body });
      expect(answered.status).toBe(200);
      return JSON.parse(answered.body);
    },
    answer,
    post: async (body: string) =>
      JSON.parse((await answer({ path: '/convert', contentType: 'application/json', body })).body),
  };
}

test('objects of several versions are converted, each in its place and with its metadata', async () => {
  const { convert } = setUp();
  for (const apiVersion of ['apiextensions.k8s.io/v1', 'apiextensions.k8s.io/v1beta1']) {
    const objects = [
      door('v1alpha1', 'a', { isOpen: true }),
      door('v1', 'b', { state: 'shut' }),
      door('v1alpha1', 'c', { isOpen: false }),
    ];
    expect(await convert(objects, 'v1', apiVersion)).toEqual({
      kind: 'ConversionReview',
      apiVersion,
      response: {
        uid: 'u-1',
        convertedObjects: [
          door('v1', 'a', { state: 'open' }),
          door('v1', 'b', { state: 'shut' }),
          door('v1', 'c', { state: 'shut' }),
        ],
        result: { status: 'Success' },
      },
    });
  }
});

test('one object that cannot be converted fails the review, which names it', async () => {
  const { convert, logger, metrics } = setUp();
  const objects = [door('v1', 'a', { state: 'open' }), door('v1', 'secret', { state: 'shut' })];
  expect((await convert(objects, 'v1alpha1')).response).toEqual({
    uid: 'u-1',
    convertedObjects: [],
    result: {
      status: 'Failure',
      message: 'cannot convert Door "secret" from v1 to v1alpha1: secret doors are not for v1alpha1',
    },
  });
  expect(logger.messages('error')).toEqual(['Conversion failed']);
  expect(await metrics.text()).toContain('controller_runtime_webhook_panics_total 0');
});

test('a defect of a function is counted', async () => {
  const { convert, metrics } = setUp();
  const { message } = (await convert([door('v1alpha1', 'a', null as never)], 'v1')).response.result;
  expect(message).toMatch(/^cannot convert Door "a" from v1alpha1 to v1: Cannot read properties of null/);
  expect(await metrics.text()).toContain('controller_runtime_webhook_panics_total 1');
});

test('what it does not convert, and what is no review, is a failure that says so', async () => {
  const { convert, post } = setUp();
  const message = async (answer: Promise<{ response: { result: object } }>) => (await answer).response.result;
  expect(await message(convert([{ apiVersion: 'v1', kind: 'Pod' }], 'v1'))).toEqual({
    status: 'Failure',
    message: 'this operator does not convert Pod of v1',
  });
  expect(await message(convert([door('v1', 'a', {})], 'v7'))).toMatchObject({
    message: 'Door.house.example.com has no version house.example.com/v7, it has v1alpha1, v1',
  });
  for (const body of ['', '{', '[]', '{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1"}']) {
    expect((await message(post(body))) as object).toMatchObject({ status: 'Failure' });
  }
});

test('metadata that a function returns is left out: it stays as it was', async () => {
  const Meddling = Door.converts({
    v1alpha1: {
      toHub: () => ({ metadata: { name: 'other', labels: {} }, kind: 'Gate', spec: { state: 'open' } }) as never,
      fromHub: () => ({ spec: { isOpen: true } }),
    },
  });
  const { convert } = setUp(Meddling);
  const { convertedObjects } = (await convert([door('v1alpha1', 'a', { isOpen: true })], 'v1')).response;
  expect(convertedObjects).toEqual([door('v1', 'a', { state: 'open' })]);
});

test('a review that is too large, or of another content type, is refused by the code of the answer', async () => {
  const { answer } = setUp();
  expect(await answer({ path: '/convert', contentType: 'application/json', body: undefined })).toEqual({
    status: 413,
    body: 'request entity is too large; limit is 268435456 bytes\n',
  });
  expect((await answer({ path: '/convert', contentType: 'text/plain', body: '{}' })).status).toBe(400);
});

test('a long list leaves timers and sockets their turn', async () => {
  let turns = 0;
  const others = setInterval(() => void turns++, 0);
  const objects = Array.from({ length: 100 }, (_, i) => door('v1alpha1', `door-${i}`, { isOpen: true }));
  const { convertedObjects } = (await setUp(Door, laboriousClock()).convert(objects, 'v1')).response;
  clearInterval(others);
  expect(convertedObjects).toHaveLength(100);
  expect(turns).toBeGreaterThan(1);
});
