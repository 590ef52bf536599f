import type { DocumentHandler } from '../context.ts';
import { unknownMediaType } from '../errors.ts';
import type { ServerRequest, ServerResponse } from '../http-types.ts';
import { acceptClauses, header } from '../negotiate.ts';
import type { TokenIssuer } from './issuer.ts';

const KEYS = '/openid/v1/jwks';
const KEYS_TYPE = 'application/jwk-set+json';

/**
 * What others verify tokens of service accounts with: the discovery document of the issuer, and its keys.
 *
 * @param address host and port of this server
 * @see https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#service-account-issuer-discovery
 */
export function issuerDocuments({ issuer, jwksUri, keys }: TokenIssuer, address: () => string): DocumentHandler {
  return (request, info) => {
    if (request.method !== 'GET') return undefined;
    switch (info.path.replace(/\/$/, '')) {
      case '/.well-known/openid-configuration':
        return answer(request, 'application/json', {
          issuer,
          jwks_uri: jwksUri ?? `https://${address()}${KEYS}`,
          response_types_supported: ['id_token'],
          subject_types_supported: ['public'],
          id_token_signing_alg_values_supported: [...new Set(keys.keySet().keys.map(({ alg }) => alg))].sort(),
        });
      case KEYS:
        return answer(request, KEYS_TYPE, keys.keySet());
      default:
        return undefined;
    }
  };
}

function answer(request: ServerRequest, type: string, value: object): ServerResponse {
  const clauses = acceptClauses(header(request, 'accept'));
  const isWanted = (wanted: string) => wanted === type || wanted === '*/*' || wanted === 'application/*';
  if (clauses.length > 0 && !clauses.some((clause) => isWanted(clause.type))) throw unknownMediaType(406, type);
  return {
    status: 200,
    headers: { 'cache-control': 'public, max-age=3600', 'content-type': type },
    body: request.values === true ? { json: value } : { text: JSON.stringify(value) },
  };
}
