import { formatTime } from '@opwright/machinery';
import { asJson, at, text, texts } from '../../kinds/tree.ts';
import { authenticated, shownUser } from '../authenticate.ts';
import type { Call, Result } from '../context.ts';
import { badRequest } from '../errors.ts';
import { identify, TokenError } from '../tokens/token.ts';
import { admitReview, answered, readReview } from './review.ts';

/** SelfSubjectReview: who am I. */
export async function selfSubjectReview(call: Call): Promise<Result> {
  const { kind, server, user } = call;
  await admitReview(call, readReview(call));
  return answered(call, {
    kind: kind.kind,
    apiVersion: kind.apiVersion,
    metadata: { creationTimestamp: formatTime(server.clock.now()) },
    status: { userInfo: shownUser(user) },
  });
}

/** TokenReview: whom does a token stand for. */
export async function tokenReview(call: Call): Promise<Result> {
  const { server } = call;
  const review = readReview(call);
  const spec = at(asJson(review), 'spec');
  const token = text(spec, 'token');
  if (token === '') throw badRequest('token is required for TokenReview in authentication');
  await admitReview(call, review);
  const wanted = texts(spec, 'audiences');
  try {
    // A token in a header ends at the first space.
    const [word = ''] = token.trim().split(' ', 1);
    const { user, audiences } = identify(word, wanted.length > 0 ? wanted : server.audiences, server.tokens);
    review.status = { authenticated: true, user: shownUser(authenticated(user)), audiences: [...audiences] };
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    review.status = { user: {}, error: error.message };
  }
  return answered(call, review);
}
