import type { Case, RequestStep, Subject } from '../case.ts';
import { as, configMap, core, get, pod, post, put, reviews } from '../steps.ts';
import { allow, asJane, configure, known, patching, rule, webhook } from './webhooks.ts';

const GROUP = '/apis/admissionregistration.k8s.io/v1';
const PODS = `${core}/pods`;
const unrecorded = { unrecorded: true } as const;

const connecting = ['pods/*', 'services/*', 'nodes/*'].map((resources) => rule(resources, ['CONNECT']));
const everywhere = { namespaceSelector: {} };

const asked = (step: RequestStep): [RequestStep, ReturnType<typeof reviews>] => [step, reviews('all')];

/** A webhook for connections, which answers so, until it is known. */
const webhooked = (phase: 'mutating' | 'validating', answer: Parameters<typeof webhook>[0], rest: object = {}) => [
  post(PODS, pod('one'), unrecorded),
  configure(phase, [webhook(answer, { rules: connecting, ...rest })]),
  ...known(phase),
];

const shown = (phase: 'mutating' | 'validating'): Case => ({
  name: `a ${phase} webhook is asked about connections with their options`,
  webhooks: true,
  steps: [
    ...webhooked(phase, allow, everywhere),
    ...[
      get(`${PODS}/one/exec?command=a&command=b&stdin=1&tty=true&container=main`, asJane),
      get(`${PODS}/one/exec`, asJane),
      get(`${PODS}/one/exec?stdout=0&stderr=false&stdin=&nope=1`, asJane),
      get(`${PODS}/one/exec?stdin=maybe&tty=x&stdout=TRUE&container=a&container=b&command=`, asJane),
      post(`${PODS}/one/exec?command=a&stdout=1`, {}, asJane),
      get(`${PODS}/one/attach?stdin=1&stdout=1&stderr=1&command=a&container=nope`, asJane),
      get(`${PODS}/one/portforward?ports=80&ports=81,82`, asJane),
      get(`${PODS}/one/portforward?ports=x`, asJane),
      get(`${PODS}/one/portforward`, asJane),
      get(`${PODS}/nope/exec?command=a`, asJane),
      get(`${PODS}/one/exec?command=a&dryRun=All`, asJane),
      get(`${PODS}/one/proxy`, asJane),
      get(`${PODS}/one/proxy/`, asJane),
      get(`${PODS}/one/proxy/a/b/?c=d&path=e`, asJane),
      post(`${PODS}/https:one:8443/proxy/a%2Fb%20c//d`, {}, asJane),
      get(`${core}/services/nope:http/proxy/a`, asJane),
      put(`${core}/services/nope/proxy/a?dryRun=All`, {}, asJane),
      get('/api/v1/nodes/nope-{{run}}/proxy/metrics', asJane),
      get(`${PODS}/one/log`, asJane),
      get(`${PODS}/one/exec?command=a`, as('alice')),
    ].flatMap(asked),
  ],
});

const policy = (validations: readonly object[]) => [
  post(PODS, pod('one'), unrecorded),
  post(
    `${GROUP}/validatingadmissionpolicies`,
    {
      metadata: { name: 'p-{{run}}' },
      spec: {
        matchConstraints: {
          resourceRules: [...connecting, rule('configmaps', ['CREATE'])],
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': '{{ns}}' } },
        },
        validations: [{ expression: '!has(object.metadata)', message: 'probe' }, ...validations],
      },
    },
    unrecorded,
  ),
  post(
    `${GROUP}/validatingadmissionpolicybindings`,
    { metadata: { name: 'p-{{run}}' }, spec: { policyName: 'p-{{run}}', validationActions: ['Deny'] } },
    unrecorded,
  ),
  post(`${core}/configmaps?dryRun=All`, configMap('probe'), { until: { status: 422 } }),
];

/** Admission of what leads to containers. */
export const connectAdmission: Subject = {
  id: 'connect-admission',
  cases: [
    shown('validating'),
    shown('mutating'),
    {
      name: 'a webhook refuses connections',
      webhooks: true,
      steps: [
        ...webhooked('validating', {
          response: { allowed: false, status: { code: 403, message: 'keep out' }, warnings: ['careful'] },
        }),
        get(`${PODS}/one/exec?command=a`),
        get(`${PODS}/nope/attach`),
        get(`${PODS}/one/portforward?ports=80`),
        get(`${PODS}/one/proxy/x`),
        get(`${core}/services/nope/proxy/`),
        get(`${PODS}/one/log`),
      ],
    },
    {
      name: 'a webhook changes what a connection is made with',
      webhooks: true,
      steps: [
        ...webhooked('mutating', patching({ op: 'add', path: '/container', value: 'nope' })),
        configure('validating', [webhook(allow, { rules: connecting })], 'v-{{run}}'),
        ...known('validating').map((step) => ({ ...step, request: step.request.replace('z-', 'y-') })),
        ...[
          get(`${PODS}/one/exec?command=a`, asJane),
          get(`${PODS}/one/attach`, asJane),
          get(`${PODS}/one/portforward?ports=80`, asJane),
        ].flatMap(asked),
      ],
    },
    {
      name: 'a webhook cannot make something else of what a connection is made with',
      webhooks: true,
      steps: [
        ...webhooked('mutating', patching({ op: 'replace', path: '/kind', value: 'Pod' })),
        get(`${PODS}/one/exec?command=a`),
      ],
    },
    {
      name: 'selectors by labels of the object do not choose connections',
      webhooks: true,
      steps: [
        ...webhooked(
          'validating',
          { response: { allowed: false } },
          { objectSelector: { matchExpressions: [{ key: 'a', operator: 'DoesNotExist' }] } },
        ),
        get(`${PODS}/one/exec?command=a`),
      ],
    },
    {
      name: 'match conditions see the options of a connection',
      webhooks: true,
      steps: [
        ...webhooked(
          'validating',
          { response: { allowed: false } },
          {
            matchConditions: [
              { name: 'a', expression: 'request.kind.kind == "PodExecOptions" && object.command == ["a"]' },
              { name: 'b', expression: 'oldObject == null && request.name == "one" && request.operation == "CONNECT"' },
            ],
          },
        ),
        get(`${PODS}/one/exec?command=a`),
        get(`${PODS}/one/exec?command=b`),
        get(`${PODS}/one/attach`),
      ],
    },
    {
      name: 'a policy sees the options of a connection',
      steps: [
        ...policy([
          {
            expression:
              'request.operation != "CONNECT" || request.kind.kind != "PodExecOptions" || !("sh" in object.command)',
            messageExpression: '"no shell in " + request.name + " of " + namespaceObject.metadata.name',
            reason: 'Forbidden',
          },
          {
            expression: 'request.operation != "CONNECT" || !has(object.path) || object.path != "/secret"',
            message: 'secret',
          },
          {
            expression: 'request.operation != "CONNECT" || !has(object.stdin) || object.tty',
            message: 'stdin needs a terminal',
          },
        ]),
        get(`${PODS}/one/exec?command=sh`),
        get(`${PODS}/one/exec?command=ls`),
        get(`${PODS}/one/exec?command=ls&stdin=1`),
        get(`${PODS}/one/exec?command=ls&stdin=1&tty=1`),
        get(`${PODS}/one/attach?stdin=1`),
        get(`${PODS}/one/proxy/secret`),
        get(`${core}/services/nope/proxy/secret`),
        get(`${PODS}/one/portforward?ports=80`),
        get(`${PODS}/nope/exec?command=sh`),
      ],
    },
    {
      name: 'a webhook is asked about reviews, policies are not',
      webhooks: true,
      steps: [
        configure('validating', [
          webhook(allow, {
            ...everywhere,
            rules: [rule('*', ['*'], 'authorization.k8s.io'), rule('*', ['*'], 'authentication.k8s.io')],
          }),
        ]),
        ...known('validating'),
        ...policy([{ expression: 'true' }]),
        ...[
          post(
            '/apis/authorization.k8s.io/v1/subjectaccessreviews',
            { spec: { user: 'u', resourceAttributes: { verb: 'get', resource: 'pods', namespace: '{{ns}}' } } },
            asJane,
          ),
          post(
            '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews?dryRun=All',
            { spec: { resourceAttributes: { verb: 'get', resource: 'pods' } } },
            asJane,
          ),
          post(
            '/apis/authorization.k8s.io/v1/namespaces/{{ns}}/localsubjectaccessreviews',
            { spec: { user: 'u', resourceAttributes: { verb: 'get', resource: 'pods', namespace: '{{ns}}' } } },
            asJane,
          ),
          post(
            '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews',
            { spec: { namespace: '{{ns}}' } },
            { ...asJane, keep: ['kind'] },
          ),
          post('/apis/authentication.k8s.io/v1/tokenreviews', { spec: { token: 'x' } }, asJane),
          post('/apis/authentication.k8s.io/v1/selfsubjectreviews', {}, asJane),
        ].flatMap(asked),
      ],
    },
  ],
};
