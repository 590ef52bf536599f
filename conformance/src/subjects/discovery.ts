import type { Subject } from '../case.ts';
import { core, get, remove } from '../steps.ts';
import { CRDS, defined, GROUP, SPEC } from './widgets.ts';

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const AGGREGATED_BETA = 'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList';
const KUBECTL = `${AGGREGATED},${AGGREGATED_BETA},application/json`;

const BUILT_IN = [
  'admissionregistration.k8s.io/v1',
  'apiextensions.k8s.io/v1',
  'apiregistration.k8s.io/v1',
  'apps/v1',
  'authentication.k8s.io/v1',
  'authorization.k8s.io/v1',
  'autoscaling/v1',
  'autoscaling/v2',
  'batch/v1',
  'certificates.k8s.io/v1',
  'coordination.k8s.io/v1',
  'discovery.k8s.io/v1',
  'events.k8s.io/v1',
  'flowcontrol.apiserver.k8s.io/v1',
  'networking.k8s.io/v1',
  'node.k8s.io/v1',
  'policy/v1',
  'rbac.authorization.k8s.io/v1',
  'scheduling.k8s.io/v1',
  'storage.k8s.io/v1',
];

/** D1–D5: what the server says about itself. */
export const discovery: Subject = {
  id: 'discovery',
  cases: [
    {
      name: 'the root, /api and /apis list what there is',
      clusterWide: true,
      steps: [get('/'), get('/api'), get('/api/'), get('/apis'), get('/apis/'), get('/api/v1')],
    },
    {
      name: 'a group lists its versions, a version its resources',
      clusterWide: true,
      steps: [get('/apis/apps'), get('/apis/apps/'), ...BUILT_IN.map((version) => get(`/apis/${version}`))],
    },
    {
      name: 'what is not there is not found, in plain text above the resources and as a Status below',
      clusterWide: true,
      steps: [
        get('/nope'),
        get('/apis/nope'),
        get('/apis/nope/v1'),
        get('/apis/apps/v9'),
        get('/apis/apps/v9/deployments'),
        get('/api/v2'),
        get('/api/v1/nope'),
        get('/api/v1/namespaces/default/nope'),
        get('/api/v1/namespaces/default/nope/x'),
        get('/apis/apps/v1/nope'),
        get('/api/v1/namespaces/default/configmaps/a/status'),
        get('/api/v1/namespaces/default/pods/a/nope'),
        get('/api/v1/configmaps/a'),
        get('/apis/apps/v1/namespaces/default/nope/x/scale'),
      ],
    },
    {
      name: 'aggregated discovery comes in the version that is asked for',
      clusterWide: true,
      steps: [
        get('/api', { headers: { accept: KUBECTL } }),
        get('/apis', { headers: { accept: KUBECTL } }),
        get('/api', { headers: { accept: AGGREGATED_BETA } }),
        get('/apis', { headers: { accept: AGGREGATED_BETA }, keep: ['kind', 'apiVersion', 'metadata'] }),
        get('/api', { headers: { accept: AGGREGATED } }),
        get('/apis/apps/v1', { headers: { accept: AGGREGATED } }),
        get('/apis/apps', { headers: { accept: AGGREGATED } }),
        get('/apis', { headers: { accept: 'application/json;g=apidiscovery.k8s.io;v=v9;as=APIGroupDiscoveryList' } }),
        get('/apis', { headers: { accept: 'text/html' } }),
        get('/apis', { headers: { accept: '*/*' }, keep: ['kind'] }),
        get('/apis', { headers: { accept: 'application/yaml' } }),
      ],
    },
    {
      name: 'documents that the client has already are not sent again',
      clusterWide: true,
      steps: [
        ...['/api', '/apis'].flatMap((path, index) => [
          get(path, { headers: { accept: AGGREGATED }, saveHeaders: { [`tag${index}`]: 'etag' }, unrecorded: true }),
          get(path, { headers: { accept: AGGREGATED, 'if-none-match': `{{tag${index}}}` } }),
          get(path, { headers: { accept: AGGREGATED, 'if-none-match': '"other"' }, keep: ['kind'] }),
        ]),
        get('/openapi/v3', {
          save: { apps: 'paths.apis/apps/v1.serverRelativeURL' },
          saveHeaders: { index: 'etag' },
          keep: ['.*'],
        }),
        get('/openapi/v3', { headers: { 'if-none-match': '{{index}}' } }),
        get('{{apps}}', { saveHeaders: { tag: 'etag' }, keep: ['openapi'] }),
        get('{{apps}}', { headers: { 'if-none-match': '{{tag}}' } }),
        get('/openapi/v3/apis/apps/v1', { headers: { 'if-none-match': '{{tag}}' } }),
        get('/openapi/v2', { saveHeaders: { v2: 'etag' }, keep: ['swagger'] }),
        get('/openapi/v2', { headers: { 'if-none-match': '{{v2}}' } }),
      ],
    },
    {
      name: 'the version names the minor that clients choose by',
      clusterWide: true,
      steps: [get('/version', { keep: ['major', 'minor', 'platform', '.*'] }), get('/version/', { keep: ['major'] })],
    },
    {
      name: 'health endpoints answer ok, and name their checks when asked',
      clusterWide: true,
      steps: [
        get('/healthz'),
        get('/livez'),
        get('/readyz'),
        get('/livez/ping'),
        get('/readyz/ping'),
        get('/healthz/ping'),
        get('/readyz/nope'),
        get('/livez?verbose'),
        get('/readyz?verbose'),
        get('/healthz?verbose=true'),
        get('/readyz?exclude=ping&verbose'),
        get('/readyz?exclude=nope&verbose'),
      ],
    },
    {
      name: 'OpenAPI v3 has an index and a document per group version',
      clusterWide: true,
      steps: [
        get('/openapi/v3', { keep: ['.*', 'paths.*', 'paths.apis/apps/v1.serverRelativeURL'] }),
        get('/openapi/v3/', { keep: ['.*'] }),
        get('/openapi/v3/apis/apps/v1', { keep: ['.*', 'openapi', 'info', 'paths.*', 'components.schemas.*'] }),
        get('/openapi/v3/api/v1', { keep: ['openapi', 'info', 'components.schemas.*'] }),
        get('/openapi/v3/apis/apps/v1?hash=WRONG', { keep: ['.*'] }),
        get('/openapi/v3/apis/nope/v1', { keep: ['.*'] }),
        get('/openapi/v3/apis/batch/v1', { keep: ['paths.*', 'components.schemas.*'] }),
        get('/openapi/v3/apis/policy/v1', { keep: ['paths.*'] }),
        get('/openapi/v3/version', { keep: ['paths.*'] }),
        get('/openapi/v2', { keep: ['.*', 'swagger', 'info'] }),
        get('/openapi/v2', { headers: { accept: 'text/html' }, keep: ['.*'] }),
      ],
    },
    {
      name: 'without credentials only the public documents are served',
      clusterWide: true,
      steps: [
        '/api',
        '/apis',
        '/version',
        '/healthz',
        '/livez',
        '/readyz',
        '/',
        '/openapi/v3',
        '/metrics',
        '/api/v1/pods',
        '/api/v1/namespaces/default/pods/x',
        '/api/v1/namespaces/default/configmaps?watch=true',
        '/apis/apps/v1/namespaces/default/deployments/x/scale',
        '/api/v1/nodes/n',
      ].map((path) => get(path, { as: 'anonymous', ...(path === '/version' && { keep: ['minor'] }) })),
    },
    {
      name: 'without credentials nothing may be written',
      clusterWide: true,
      steps: [
        {
          request: 'POST /api/v1/namespaces/default/configmaps',
          body: { json: { metadata: { name: 'a' } } },
          as: 'anonymous',
        },
        { request: 'PUT /apis/apps/v1/namespaces/default/deployments/a', body: { json: {} }, as: 'anonymous' },
        { request: 'PATCH /apis/apps/v1/namespaces/default/deployments/a/status', body: { json: {} }, as: 'anonymous' },
        { request: 'DELETE /api/v1/nodes/a', as: 'anonymous' },
        { request: 'DELETE /api/v1/nodes', as: 'anonymous' },
      ],
    },
    {
      name: 'a bad token is refused everywhere',
      clusterWide: true,
      steps: ['/api', '/version', '/api/v1/pods', '/healthz', '/nope'].map((path) => get(path, { as: 'bad token' })),
    },
    {
      name: 'the service account issuer publishes its keys',
      clusterWide: true,
      steps: [get('/.well-known/openid-configuration', { keep: ['.*'] }), get('/openid/v1/jwks', { keep: ['.*'] })],
    },
    {
      name: 'what the server serves itself is registered',
      clusterWide: true,
      steps: [
        get(
          '/apis/apiregistration.k8s.io/v1/apiservices?labelSelector=kube-aggregator.kubernetes.io/automanaged%3Donstart',
          {
            headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
            keep: [
              'columnDefinitions.2.name',
              ...Array.from({ length: 21 }, (_, row) => `rows.${row}.object.metadata.name`),
            ],
          },
        ),
        ...['v1.', 'v1.apps', 'v2.autoscaling', 'v1.flowcontrol.apiserver.k8s.io', 'v1.apiregistration.k8s.io'].map(
          (name) =>
            get(`/apis/apiregistration.k8s.io/v1/apiservices/${name}`, {
              keep: ['metadata.labels', 'metadata.managedFields', 'spec', 'status', 'message'],
            }),
        ),
        ...defined(SPEC({})),
        get(`/apis/apiregistration.k8s.io/v1/apiservices/v1.${GROUP}`, { until: { status: 200 } }),
        get(`/apis/apiregistration.k8s.io/v1/apiservices/v1.${GROUP}`),
        remove(`${CRDS}/widgets.${GROUP}`, undefined, { unrecorded: true }),
        get(`/apis/apiregistration.k8s.io/v1/apiservices/v1.${GROUP}`, { until: { status: 404 } }),
      ],
    },
    {
      name: 'a custom path of the namespace leads to the same objects',
      steps: [get(`${core}/configmaps/`), get(`${core}//configmaps`), get(`/api/v1/namespaces/{{ns}}/configmaps/%61`)],
    },
  ],
};
