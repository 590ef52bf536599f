import { VirtualClock } from '@opwright/machinery';
import { expect, test } from 'vitest';
import { Foo, recording } from '../../test/support/fixtures.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { webhooks } from './builder.ts';
import { webhookEndpoint } from './endpoint.ts';

const MUTATE = '/mutate-example-com-v1-foo';
const VALIDATE = '/validate-example-com-v1-foo';

const review = (operation: string, uid = 'u-1', apiVersion = 'admission.k8s.io/v1') =>
  JSON.stringify({
    kind: 'AdmissionReview',
    apiVersion,
    request: { uid, operation, userInfo: {}, object: { spec: { name: 'x' } }, oldObject: null },
  });

function setUp() {
  const metrics = createMetrics(new VirtualClock());
  const logger = recording();
  const definition = webhooks(Foo)
    .default((draft) => {
      draft.spec.name = 'y';
    })
    .validate(() => {
      throw new TypeError('a defect');
    }).definition;
  const answer = webhookEndpoint(
    { definitions: [definition], converted: [] },
    metrics.webhooks(),
    logger,
    new VirtualClock(),
  );
  const post = async (path: string, body: string | undefined, contentType = 'application/json') => {
    const answered = await answer({ path, contentType, body });
    return { status: answered.status, body: answered.status === 200 ? JSON.parse(answered.body) : answered.body };
  };
  return { post, metrics, logger };
}

test("paths are controller-runtime's; others are not found", async () => {
  const { post } = setUp();
  expect((await post(MUTATE, review('CREATE'))).status).toBe(200);
  expect((await post('/mutate-example-com-v2-foo', review('CREATE'))).status).toBe(404);
});

test('the answer has the uid and the version of the question', async () => {
  const { post } = setUp();
  for (const apiVersion of ['admission.k8s.io/v1', 'admission.k8s.io/v1beta1']) {
    expect((await post(MUTATE, review('CREATE', 'u-7', apiVersion))).body).toMatchObject({
      kind: 'AdmissionReview',
      apiVersion,
      response: { uid: 'u-7', allowed: true },
    });
  }
});

test('what is no review is refused with the code that says why', async () => {
  const { post } = setUp();
  const code = async (body: string | undefined, contentType?: string) =>
    (await post(MUTATE, body, contentType)).body.response.status.code;
  expect(await code(review('CREATE'), 'text/plain')).toBe(400);
  expect(await code(undefined)).toBe(413);
  for (const type of ['application/json; charset=utf-8', 'Application/JSON ;x=y']) {
    expect((await post(MUTATE, review('CREATE'), type)).body.response.allowed).toBe(true);
  }
  for (const body of ['', '{', '[]', '{"kind":"Pod","apiVersion":"v1"}', '{"kind":"AdmissionReview"}']) {
    expect(await code(body)).toBe(400);
  }
});

test('a defect is an answer with 500, a log line and a count', async () => {
  const { post, metrics, logger } = setUp();
  const { body } = await post(VALIDATE, review('CREATE'));
  expect(body.response).toEqual({
    uid: 'u-1',
    allowed: false,
    status: { code: 500, message: 'panic: a defect [recovered]' },
  });
  expect(logger.messages('error')).toEqual(['Observed a panic']);
  const text = await metrics.text();
  expect(text).toContain('controller_runtime_webhook_panics_total 1');
  expect(text).toContain(`controller_runtime_webhook_requests_total{webhook="${VALIDATE}",code="200"} 1`);
  expect(text).toContain(`controller_runtime_webhook_requests_in_flight{webhook="${VALIDATE}"} 0`);
});
