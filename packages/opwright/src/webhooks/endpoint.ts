import type { Clock } from '@opwright/machinery';
import type { AnyCustomResource } from '@opwright/schema';
import type { HttpAnswer, HttpRequest } from '../manager/http.ts';
import type { Logger } from '../manager/logger.ts';
import type { WebhookMetrics } from '../metrics/webhooks.ts';
import { type Admit, admitByDefaulting, admitByValidating } from './admit.ts';
import type { WebhooksDefinition } from './builder.ts';
import { CONVERT_PATH } from './client-config.ts';
import { convertReviews } from './convert.ts';
import { webhookPath } from './paths.ts';
import { type AdmissionResponse, answerReview, errored, type Review, readReview } from './review.ts';

/** Bytes of an admission review: the largest request that an API server takes, twice, with room for the rest. */
const ADMISSION_LIMIT = 7 * 1024 * 1024;

/** Bytes of a conversion review. An API server sends all objects of a list in one, and a list has no limit of its own. */
const CONVERSION_LIMIT = 256 * 1024 * 1024;

/** Bytes of the body that are read at the path. */
export const reviewLimit = (path: string): number => (path === CONVERT_PATH ? CONVERSION_LIMIT : ADMISSION_LIMIT);

/** Without a review there is nothing to answer, but the API server wants a review all the same. */
const NO_REVIEW: Review = {
  apiVersion: 'admission.k8s.io/v1',
  request: { uid: '' } as Review['request'],
};

/** What an operator serves. */
export interface Served {
  readonly definitions: readonly WebhooksDefinition[];
  /** Resources whose versions are converted. */
  readonly converted: readonly AnyCustomResource[];
}

/** What of a request decides the answer. */
type WebhookRequest = Pick<HttpRequest, 'path' | 'contentType' | 'body'>;

interface Route {
  /** Answers the body of a review. */
  answer(body: string, log: Logger): string | Promise<string>;
  /** The answer to what cannot be a review. */
  refuse(code: number, message: string): HttpAnswer;
}

/**
 * Serves the webhooks of an operator, each at its path. Whatever goes wrong is an answer that refuses, as
 * controller-runtime has it: the wrong content type and an unreadable review with code 400, a body that is too large with
 * 413, a defect of a function with 500. For admission the code is in the review; for conversions, whose review has no place
 * for it, it is that of the HTTP answer, which the API server quotes.
 */
export function webhookEndpoint(
  { definitions, converted }: Served,
  metrics: WebhookMetrics,
  logger: Logger,
  clock: Clock,
): (request: WebhookRequest) => Promise<HttpAnswer> {
  const routes = new Map<string, Route>();
  for (const definition of definitions) {
    const { resource } = definition;
    if (definition.default) routes.set(webhookPath('mutate', resource), admission(admitByDefaulting(definition)));
    if (definition.validate || definition.validateDelete) {
      routes.set(webhookPath('validate', resource), admission(admitByValidating(definition)));
    }
  }
  if (converted.length > 0)
    routes.set(CONVERT_PATH, {
      answer: convertReviews(converted, () => metrics.panicked(), clock),
      refuse: (status, message) => ({ status, body: `${message}\n` }),
    });
  for (const path of routes.keys()) metrics.served(path);

  function admission(admit: Admit): Route {
    return {
      refuse: (code, message) => json(answerReview(NO_REVIEW, errored(code, message))),
      async answer(body, log) {
        let review: Review;
        try {
          review = readReview(body);
        } catch (error) {
          return answerReview(NO_REVIEW, errored(400, messageOf(error)));
        }
        const { namespace, name, uid } = review.request;
        return answerReview(review, await admitted(admit, review, log.child({ namespace, name, requestID: uid })));
      },
    };
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

  async function answer(route: Route, { path, contentType, body }: WebhookRequest): Promise<HttpAnswer> {
    if (mediaType(contentType) !== 'application/json') {
      return route.refuse(400, `contentType=${contentType}, expected application/json`);
    }
    if (body === undefined) {
      return route.refuse(413, `request entity is too large; limit is ${reviewLimit(path)} bytes`);
    }
    return json(await route.answer(body, logger.child({ webhook: path })));
  }

  return async (request) => {
    const route = routes.get(request.path);
    if (route === undefined) return { status: 404, body: '404 page not found\n' };
    const end = metrics.begin(request.path);
    const answered = await answer(route, request);
    end(answered.status);
    return answered;
  };
}

const json = (body: string): HttpAnswer => ({ status: 200, body, contentType: 'application/json' });

/** Without parameters such as a charset. */
function mediaType(contentType: string): string {
  return contentType.split(';', 1)[0]!.trim().toLowerCase();
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
