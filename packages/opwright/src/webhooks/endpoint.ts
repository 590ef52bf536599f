import type { HttpAnswer, PostedRequest } from '../manager/http.ts';
import type { Logger } from '../manager/logger.ts';
import type { WebhookMetrics } from '../manager/metrics.ts';
import { type Admit, admitByDefaulting, admitByValidating } from './admit.ts';
import type { WebhooksDefinition } from './builder.ts';
import { webhookPath } from './paths.ts';
import { type AdmissionResponse, answerReview, errored, type Review, readReview } from './review.ts';

/** Bytes of a review: the largest request that an API server takes, twice, with room for the rest. */
export const REVIEW_LIMIT = 7 * 1024 * 1024;

/** Without a review there is nothing to answer, but the API server wants a review all the same. */
const NO_REVIEW: Review = {
  apiVersion: 'admission.k8s.io/v1',
  request: { uid: '' } as Review['request'],
};

/**
 * Serves the webhooks of an operator, each at its path. Whatever goes wrong is an answer that refuses, as
 * controller-runtime has it: the wrong content type and an unreadable review with code 400, a body that is too large with
 * 413, a defect of a function with 500.
 */
export function webhookEndpoint(
  definitions: readonly WebhooksDefinition[],
  metrics: WebhookMetrics,
  logger: Logger,
): (request: PostedRequest) => Promise<HttpAnswer> {
  const routes = new Map<string, Admit>();
  for (const definition of definitions) {
    const { resource } = definition;
    if (definition.default) routes.set(webhookPath('mutate', resource), admitByDefaulting(definition));
    if (definition.validate || definition.validateDelete) {
      routes.set(webhookPath('validate', resource), admitByValidating(definition));
    }
  }
  for (const path of routes.keys()) metrics.served(path);

  async function answer(admit: Admit, { path, contentType, body }: PostedRequest): Promise<string> {
    if (contentType !== 'application/json') {
      return answerReview(NO_REVIEW, errored(400, `contentType=${contentType}, expected application/json`));
    }
    if (body === undefined) {
      return answerReview(NO_REVIEW, errored(413, `request entity is too large; limit is ${REVIEW_LIMIT} bytes`));
    }
    let review: Review;
    try {
      review = readReview(body);
    } catch (error) {
      return answerReview(NO_REVIEW, errored(400, messageOf(error)));
    }
    const { request } = review;
    const log = logger.child({
      webhook: path,
      namespace: request.namespace,
      name: request.name,
      requestID: request.uid,
    });
    return answerReview(review, await admitted(admit, review, log));
  }

  async function admitted(admit: Admit, { request }: Review, log: Logger): Promise<AdmissionResponse> {
    try {
      return await admit(request, log);
    } catch (error) {
      metrics.panicked();
      log.error('Observed a panic', { error });
      return errored(500, `panic: ${messageOf(error)} [recovered]`);
    }
  }

  return async (request) => {
    const admit = routes.get(request.path);
    if (admit === undefined) return { status: 404, body: '404 page not found\n' };
    const end = metrics.begin(request.path);
    const body = await answer(admit, request);
    end(200);
    return { status: 200, body, contentType: 'application/json' };
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
