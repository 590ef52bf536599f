import { createHash } from 'node:crypto';
import type { Client } from '@opwright/client';
import { TokenReview } from '@opwright/kubernetes/authentication';
import { SubjectAccessReview } from '@opwright/kubernetes/authorization';
import type { Clock, Infer } from '@opwright/machinery';
import { expiringCache } from './expiring-cache.ts';
import type { HttpAnswer, HttpHandler, HttpRequest } from './http.ts';
import type { Logger } from './logger.ts';

export interface AuthorizationOptions {
  /** Asks for TokenReviews and SubjectAccessReviews. */
  readonly client: Client;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How long an answer of the API server holds, as in controller-runtime. */
const TOKEN_MS = 60_000;
const ALLOWED_MS = 300_000;
const DENIED_MS = 30_000;
/** Who asks with ever new tokens does not fill the memory. */
const KEPT = 4096;

type User = Infer<typeof TokenReview>['status']['user'];

/**
 * Lets a handler answer only those whom the API server knows by their bearer token and allows the verb (the method) on the
 * path: rules with `nonResourceURLs`. Texts and codes are controller-runtime's.
 */
export function authorized(handler: HttpHandler, { client, clock, logger }: AuthorizationOptions): HttpHandler {
  const users = expiringCache<User | undefined>(clock, KEPT);
  const decisions = expiringCache<boolean>(clock, KEPT);

  async function review(token: string): Promise<User | undefined> {
    const { status } = await client.create(TokenReview, { metadata: {}, spec: { token } });
    return status.authenticated ? status.user : undefined;
  }

  async function allows(user: NonNullable<User>, verb: string, path: string): Promise<boolean> {
    const { username = '', groups, uid, extra } = user;
    const spec = {
      user: username,
      ...(groups !== undefined && { groups }),
      ...(uid !== undefined && { uid }),
      ...(extra !== undefined && { extra }),
      nonResourceAttributes: { path, verb },
    };
    const { status } = await client.create(SubjectAccessReview, { metadata: {}, spec });
    return status.allowed;
  }

  /** The refusal; undefined for who may ask. */
  async function refusal({ authorization, method, path }: HttpRequest): Promise<HttpAnswer | undefined> {
    const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
    if (token === undefined) return { status: 401, body: 'Unauthorized\n' };
    // The token itself is not kept.
    const known = createHash('sha256').update(token).digest('base64');
    let user: User | undefined;
    try {
      user = await users.get(
        known,
        () => review(token),
        () => TOKEN_MS,
      );
    } catch (error) {
      logger.error('Authentication failed', { error });
      return { status: 500, body: 'Authentication failed\n' };
    }
    if (user === undefined) return { status: 401, body: 'Unauthorized\n' };
    const asked = user;
    const verb = method.toLowerCase();
    try {
      const allowed = await decisions.get(
        `${known} ${verb} ${path}`,
        () => allows(asked, verb, path),
        (answer) => (answer ? ALLOWED_MS : DENIED_MS),
      );
      if (allowed) return undefined;
    } catch (error) {
      logger.error('Authorization failed', { error, user: user.username });
      return { status: 500, body: `Authorization for user ${user.username} failed\n` };
    }
    return { status: 403, body: `Authorization denied for user ${user.username}\n` };
  }

  return async (request) => (await refusal(request)) ?? handler(request);
}
