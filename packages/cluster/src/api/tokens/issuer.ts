import type { Clock, Random } from '@opwright/machinery';
import type { Store } from '../../store/store.ts';
import type { Vault } from '../../store/vault.ts';
import { type TokenKeys, tokenKeys } from './keys.ts';
import { legacyAuthenticator } from './legacy.ts';
import { type ServiceAccountTokens, serviceAccountTokens } from './service-accounts.ts';
import type { TokenAuthenticator } from './token.ts';

/** How the tokens of service accounts are made: the flags `--service-account-*` and `--api-audiences` of kube-apiserver. */
export interface ServiceAccountOptions {
  /** Default `https://kubernetes.default.svc.cluster.local`. Of several the first one issues; tokens of all count. */
  readonly issuer?: string | readonly string[];
  /** Whom tokens are meant for that name nobody else; default: the issuers. */
  readonly audiences?: readonly string[];
  /** PEM of a private RSA or EC key; default: one of the cluster's own, which it keeps. */
  readonly signingKey?: string;
  /** PEMs of public or private keys whose tokens count, too. */
  readonly verificationKeys?: readonly string[];
  /** Where others find the keys, for the discovery document; default: on this server. */
  readonly jwksUri?: string;
  /** The longest life of a token in seconds; default: what is asked for. */
  readonly maxTokenExpirationSeconds?: number;
  /**
   * Tokens of pods for the API server that are asked for 3607 seconds, as kubelets do, live a year. Default true.
   */
  readonly extendTokenExpiration?: boolean;
}

/** The issuer of service account tokens. */
export interface TokenIssuer {
  readonly issuer: string;
  readonly audiences: readonly string[];
  readonly jwksUri?: string;
  readonly maxTokenExpirationSeconds?: number;
  readonly extendTokenExpiration: boolean;
  readonly keys: TokenKeys;
  readonly issue: ServiceAccountTokens['issue'];
  /** Recognizes its tokens, of secrets and of requests. */
  readonly authenticators: readonly TokenAuthenticator[];
}

const DEFAULT_ISSUER = 'https://kubernetes.default.svc.cluster.local';

/** @throws Error for keys that are none */
export function tokenIssuer(
  store: Store,
  clock: Clock,
  random: Random,
  vault: Vault,
  options: ServiceAccountOptions = {},
): TokenIssuer {
  const { jwksUri, maxTokenExpirationSeconds, extendTokenExpiration = true } = options;
  const keys = tokenKeys(vault, options.signingKey, options.verificationKeys);
  const issuers = [options.issuer ?? DEFAULT_ISSUER].flat();
  const audiences = options.audiences ?? issuers;
  const tokens = serviceAccountTokens(store, clock, random, keys, issuers);
  return {
    issuer: issuers[0] ?? DEFAULT_ISSUER,
    audiences,
    ...(jwksUri !== undefined && { jwksUri }),
    ...(maxTokenExpirationSeconds !== undefined && { maxTokenExpirationSeconds }),
    extendTokenExpiration,
    keys,
    issue: tokens.issue,
    authenticators: [legacyAuthenticator(store, keys, audiences), tokens.authenticate],
  };
}
