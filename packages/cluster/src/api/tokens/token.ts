import type { UserInfo } from '../http-types.ts';

/** Whom a bearer token stands for, as far as it is meant for those who ask. */
export interface TokenIdentity {
  readonly user: UserInfo;
  /** The audiences that were asked for and that the token has. */
  readonly audiences: readonly string[];
}

/**
 * Recognizes bearer tokens of one sort: undefined for a token of another sort.
 * @throws TokenError for one of its own that is no good
 */
export type TokenAuthenticator = (token: string, audiences: readonly string[]) => TokenIdentity | undefined;

/** A token that is no good; the message, which is Kubernetes', says why. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
}

/** @throws TokenError for a token that none knows, or that is no good */
export function identify(
  token: string,
  audiences: readonly string[],
  authenticators: readonly TokenAuthenticator[],
): TokenIdentity {
  const unknown = 'invalid bearer token';
  const reasons = new Set<string>();
  for (const knows of authenticators) {
    try {
      const identity = knows(token, audiences);
      if (identity !== undefined) return identity;
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      reasons.add(error.message);
    }
  }
  throw new TokenError(reasons.size === 0 ? unknown : `[${[unknown, ...reasons].join(', ')}]`);
}

/** An authenticator of one token that never changes, for whoever asks. */
export function fixedToken(secret: string, user: UserInfo): TokenAuthenticator {
  return (token, audiences) => (token === secret ? { user, audiences } : undefined);
}
