import type { RequestStep, Subject } from '../case.ts';
import { as, core, get, patch, pod, post, remove } from '../steps.ts';

const SA = `${core}/serviceaccounts`;
const TOKEN = `${SA}/sa/token`;
const REVIEWS = '/apis/authentication.k8s.io/v1/tokenreviews';
const WHO = '/apis/authentication.k8s.io/v1/selfsubjectreviews';

const unrecorded = { unrecorded: true } as const;
const account = (name = 'sa'): RequestStep => post(SA, { metadata: { name } }, unrecorded);
const spec = (rest: object): object => ({ spec: rest });
const bound = (kind: string, name: string, rest: object = {}): object =>
  spec({ boundObjectRef: { kind, apiVersion: 'v1', name, ...rest } });
/** Asks for a token, under a name for later steps. */
const issue = (name: string, request: object = {}): RequestStep =>
  post(TOKEN, request, { unrecorded: true, save: { [name]: 'status.token' } });
const review = (token: string, ...audiences: readonly string[]): RequestStep =>
  post(REVIEWS, spec({ token, ...(audiences.length > 0 && { audiences }) }), { keep: ['status'] });
const bearer = (token: string) => ({ as: 'anonymous' as const, headers: { authorization: `Bearer ${token}` } });
const who = (token: string): RequestStep => post(WHO, {}, bearer(token));
const node: RequestStep = post('/api/v1/nodes', { metadata: { name: 'node-{{run}}' } }, unrecorded);
const ownPod = (rest: object = {}): RequestStep =>
  post(`${core}/pods`, pod('p', { serviceAccountName: 'sa', ...rest }), unrecorded);

/** D58: tokens of service accounts. */
export const tokens: Subject = {
  id: 'tokens',
  cases: [
    {
      name: 'a token request is answered with a token of the account',
      steps: [
        account(),
        post(TOKEN, {}),
        post(TOKEN, spec({ expirationSeconds: 600 })),
        post(TOKEN, spec({ audiences: ['a', 'b'], expirationSeconds: 86400 })),
        post(TOKEN, {
          kind: 'TokenRequest',
          apiVersion: 'authentication.k8s.io/v1',
          metadata: { name: 'sa', namespace: '{{ns}}' },
        }),
        post(TOKEN, {
          metadata: { labels: { a: 'b' } },
          status: { token: 'x', expirationTimestamp: '2001-01-01T00:00:00Z' },
        }),
        post(`${TOKEN}?dryRun=All`, {}),
      ],
    },
    {
      name: 'a token request has to make sense',
      steps: [
        account(),
        post(TOKEN, spec({ expirationSeconds: 599 })),
        post(TOKEN, spec({ expirationSeconds: 0 })),
        post(TOKEN, spec({ expirationSeconds: -1 })),
        post(TOKEN, spec({ expirationSeconds: 4294967297 })),
        post(TOKEN, spec({ expirationSeconds: 4294967296 }), { keep: ['spec'] }),
        post(TOKEN, { metadata: { name: 'other' } }),
        post(TOKEN, { metadata: { namespace: 'other' } }),
        post(`${SA}/nope/token`, {}),
        post(TOKEN, { kind: 'Pod', apiVersion: 'v1' }),
        post(TOKEN, spec({ nope: 1 }), { keep: ['spec'] }),
        post(`${TOKEN}?fieldValidation=Strict`, spec({ nope: 1 })),
        get(TOKEN),
        post(TOKEN, {}, as('alice')),
      ],
    },
    {
      name: 'a token is bound to an object of the namespace, or to a node',
      steps: [
        account(),
        node,
        ownPod(),
        post(`${core}/pods`, pod('q', { serviceAccountName: 'sa', nodeName: 'node-{{run}}' }), unrecorded),
        post(`${core}/pods`, pod('r', { serviceAccountName: 'sa', nodeName: 'nope-{{run}}' }), unrecorded),
        post(`${core}/pods`, pod('other'), unrecorded),
        post(`${core}/secrets`, { metadata: { name: 's' } }, unrecorded),
        post(TOKEN, bound('Pod', 'p')),
        post(TOKEN, bound('Pod', 'q')),
        post(TOKEN, bound('Pod', 'r')),
        post(TOKEN, bound('Secret', 's')),
        post(TOKEN, bound('Node', 'node-{{run}}')),
        post(TOKEN, bound('Pod', 'nope')),
        post(TOKEN, bound('Secret', 'nope')),
        post(TOKEN, bound('Node', 'nope-{{run}}')),
        post(TOKEN, bound('Pod', 'other')),
        post(TOKEN, bound('Pod', 'p', { uid: 'wrong' })),
        post(TOKEN, bound('Secret', 's', { uid: 'wrong' })),
        post(TOKEN, bound('Node', 'node-{{run}}', { uid: 'wrong' })),
        post(TOKEN, bound('ConfigMap', 's')),
        post(TOKEN, bound('Pod', 'p', { apiVersion: 'v2' })),
        post(TOKEN, bound('Deployment', 'p', { apiVersion: 'apps/v1' })),
        post(TOKEN, spec({ boundObjectRef: {} })),
        post(TOKEN, spec({ expirationSeconds: 3607, boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'p' } })),
        post(
          TOKEN,
          spec({
            expirationSeconds: 3607,
            audiences: ['x'],
            boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'p' },
          }),
        ),
        post(TOKEN, spec({ expirationSeconds: 3607 })),
      ],
    },
    {
      name: 'a token says who its bearer is',
      steps: [
        account(),
        node,
        post(`${core}/pods`, pod('p', { serviceAccountName: 'sa', nodeName: 'node-{{run}}' }), unrecorded),
        post(`${core}/secrets`, { metadata: { name: 's' } }, unrecorded),
        issue('plain'),
        issue('podBound', bound('Pod', 'p')),
        issue('nodeBound', bound('Node', 'node-{{run}}')),
        issue('secretBound', bound('Secret', 's')),
        ...['plain', 'podBound', 'nodeBound', 'secretBound'].flatMap((name) => [
          who(`{{${name}}}`),
          review(`{{${name}}}`),
        ]),
        get(`${core}/pods`, bearer('{{plain}}')),
        get(`${core}/pods`, { as: 'anonymous', headers: { authorization: 'bearer {{plain}}' } }),
        get(`${core}/pods`, { as: 'anonymous', headers: { authorization: 'Bearer   {{plain}}' } }),
        get(`${core}/pods`, { as: 'anonymous', headers: { authorization: 'Bearer {{plain}} x' } }),
        get(`${core}/pods`, { as: 'anonymous', headers: { authorization: 'Basic {{plain}}' } }),
        get(`${core}/pods`, { as: 'anonymous', headers: { authorization: 'Bearer' } }),
        get(`${core}/pods`, { as: 'anonymous', headers: { authorization: 'Bearer ' } }),
      ],
    },
    {
      name: 'a token is good for its audiences',
      steps: [
        account(),
        issue('other', spec({ audiences: ['a', 'b'] })),
        who('{{other}}'),
        review('{{other}}'),
        review('{{other}}', 'b', 'c'),
        review('{{other}}', 'c'),
        issue('plain'),
        review('{{plain}}', 'a'),
      ],
    },
    {
      name: 'a token of an account that is gone is no good',
      steps: [
        account(),
        issue('gone'),
        remove(`${SA}/sa`, undefined, unrecorded),
        get(`${SA}/sa`, { until: { status: 404 } }),
        review('{{gone}}'),
        who('{{gone}}'),
      ],
    },
    {
      name: 'a token of an account that was made again is no good',
      steps: [account(), issue('gone'), remove(`${SA}/sa`, undefined, unrecorded), account(), review('{{gone}}')],
    },
    ...['pods', 'secrets', 'nodes'].map((resource) => {
      const kind = { pods: 'Pod', secrets: 'Secret', nodes: 'Node' }[resource] ?? '';
      const name = resource === 'nodes' ? 'node-{{run}}' : 'x';
      const path = resource === 'nodes' ? `/api/v1/nodes/${name}` : `${core}/${resource}/${name}`;
      const make =
        resource === 'nodes'
          ? node
          : post(
              `${core}/${resource}`,
              resource === 'pods' ? pod('x', { serviceAccountName: 'sa' }) : { metadata: { name: 'x' } },
              unrecorded,
            );
      return {
        name: `a token that is bound to one of the ${resource} goes with it`,
        steps: [
          account(),
          make,
          issue('gone', bound(kind, name)),
          issue('replaced', bound(kind, name)),
          remove(`${path}?gracePeriodSeconds=0`, undefined, unrecorded),
          get(path, { until: { status: 404 } }),
          review('{{gone}}'),
          who('{{gone}}'),
          make,
          review('{{replaced}}'),
          who('{{replaced}}'),
        ],
      };
    }),
    {
      name: 'an object that is being deleted keeps its tokens for a minute',
      steps: [
        account(),
        post(`${core}/secrets`, { metadata: { name: 's', finalizers: ['example.com/x'] } }, unrecorded),
        issue('late', bound('Secret', 's')),
        remove(`${core}/secrets/s`, undefined, unrecorded),
        review('{{late}}'),
        patch(`${core}/secrets/s`, 'merge', { metadata: { finalizers: null } }, unrecorded),
      ],
    },
    {
      name: 'a token with another signature, key or issuer is unknown',
      steps: [
        account(),
        issue('good'),
        review('{{good}}x'),
        // The same claims, signed by nobody: {"alg":"none"}, {"alg":"RS256","kid":"x"}.
        review('eyJhbGciOiJub25lIn0.eyJpc3MiOiJ4In0.'),
        review('eyJhbGciOiJSUzI1NiIsImtpZCI6IngifQ.eyJpc3MiOiJ4In0.eA'),
        review('eyJhbGciOiJSUzI1NiIsImtpZCI6IngifQ.eyJpc3MiOiJrdWJlcm5ldGVzL3NlcnZpY2VhY2NvdW50In0.eA'),
        review('eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJrdWJlcm5ldGVzL3NlcnZpY2VhY2NvdW50In0.eA'),
      ],
    },
    {
      name: 'the issuer publishes what its tokens are verified with',
      clusterWide: true,
      steps: [
        get('/.well-known/openid-configuration'),
        get('/openid/v1/jwks', {
          headers: { accept: '' },
          keep: ['.*', 'keys.0.use', 'keys.0.kty', 'keys.0.alg', 'keys.0.e', 'keys.1'],
        }),
        get('/.well-known/openid-configuration', { as: 'anonymous' }),
        get('/openid/v1/jwks', { as: 'anonymous' }),
        get('/openid/v1/jwks', as('system:serviceaccount:a:b')),
        get('/openid/v1/jwks', { headers: { accept: 'application/jwk-set+json' }, keep: ['.*'] }),
        post('/openid/v1/jwks', {}),
        get('/openid/v1/jwks/'),
        get('/openid/v1'),
        get('/.well-known/openid-configuration', { headers: { accept: 'text/html' }, keep: ['.*'] }),
      ],
    },
  ],
};
