import type { Case, RequestStep, Step, Subject } from '../case.ts';
import { apply, configMap, core, patch, pod, post, put, remove, reviews } from '../steps.ts';
import { answering, type WebhookAnswer } from '../webhook-server.ts';

const GROUP = '/apis/admissionregistration.k8s.io/v1';
const CMS = `${core}/configmaps`;

/** Somebody whom every server knows by the same name. */
export const asJane = { headers: { 'impersonate-user': 'jane', 'impersonate-group': 'system:masters' } };

export const rule = (resources: string, operations: readonly string[] = ['*'], group = '', version = 'v1') => ({
  apiGroups: [group],
  apiVersions: [version],
  operations,
  resources: [resources],
});

export const allow: WebhookAnswer = { response: { allowed: true } };

export const patching = (...operations: object[]): WebhookAnswer => ({
  response: {
    allowed: true,
    patchType: 'JSONPatch',
    patch: Buffer.from(JSON.stringify(operations)).toString('base64'),
  },
});

export const webhook = (answer: WebhookAnswer, rest: object = {}, name = 'w.ex.io') => ({
  name,
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
  clientConfig: { url: `{{webhook}}/${answering(answer)}`, caBundle: '{{caBundle}}' },
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': '{{ns}}' } },
  rules: [rule('configmaps')],
  ...rest,
});

type Phase = 'mutating' | 'validating';

export const configure = (phase: Phase, webhooks: readonly object[], name = 'w-{{run}}'): RequestStep =>
  post(`${GROUP}/${phase}webhookconfigurations`, { metadata: { name }, webhooks }, { unrecorded: true });

const probe = configMap('probe');
const until = (status: number, body: object = probe): RequestStep =>
  post(`${CMS}?dryRun=All`, body, { until: { status } });

/** Says when the configuration is known: it refuses a ConfigMap called probe, which the webhooks of the case let pass. */
export const known = (phase: Phase): RequestStep[] => [
  configure(
    phase,
    [
      webhook(
        { response: { allowed: false, status: { code: 418 } } },
        { matchConditions: [{ name: 'probe', expression: 'request.name == "probe"' }] },
        'probe.ex.io',
      ),
    ],
    'z-{{run}}',
  ),
  until(418),
];

/** What is asked about each kind of write. */
const asked = (phase: Phase): Case => ({
  name: `a ${phase} webhook is asked about every kind of write`,
  webhooks: true,
  steps: [
    configure(phase, [webhook(allow)]),
    ...known(phase),
    ...(
      [
        post(`${CMS}?fieldManager=m&fieldValidation=Warn`, configMap('a', { data: { a: '1' } }), asJane),
        post(`${CMS}?dryRun=All`, configMap('dry'), asJane),
        post(CMS, { metadata: { generateName: 'gen-' } }, { ...asJane, keep: ['kind'] }),
        put(`${CMS}/a`, configMap('a', { data: { a: '2' } }), asJane),
        patch(`${CMS}/a?fieldManager=m`, 'merge', { data: { a: '3' } }, asJane),
        apply(
          `${CMS}/a?force=true`,
          'applier',
          { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { a: '4' } },
          asJane,
        ),
        apply(
          `${CMS}/new`,
          'applier',
          { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'new' }, data: { a: '5' } },
          asJane,
        ),
        remove(`${CMS}/a?dryRun=All`, undefined, { ...asJane, keep: ['kind'] }),
        remove(`${CMS}/a`, { propagationPolicy: 'Background', gracePeriodSeconds: 0 }, { ...asJane, keep: ['kind'] }),
        remove(`${CMS}?fieldSelector=metadata.name%3Dnew`, undefined, { ...asJane, keep: ['kind'] }),
      ] as Step[]
    ).flatMap((step) => [step, reviews()]),
  ],
});

/** What becomes of a write for which the webhook answers so. */
const answered = (phase: Phase, answers: readonly (readonly [WebhookAnswer, object?])[]): Step[] =>
  answers.flatMap(([answer, rest], index): Step[] => {
    const name = `w${index}-{{run}}`;
    const labels = { which: `n${index}` };
    const objectSelector = { matchLabels: labels };
    return [
      configure(phase, [webhook(answer, { objectSelector, ...rest })], name),
      ...(index === answers.length - 1 ? known(phase) : []),
    ];
  });

const tried = (count: number): RequestStep[] =>
  Array.from({ length: count }, (_, index) =>
    post(CMS, configMap(`a${index}`, {}, { labels: { which: `n${index}` } })),
  );

const outcomes = (name: string, phase: Phase, answers: readonly (readonly [WebhookAnswer, object?])[]): Case => ({
  name,
  webhooks: true,
  steps: [...answered(phase, answers), ...tried(answers.length)],
});

const review = (response: object, rest: object = {}): WebhookAnswer => ({
  body: JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response, ...rest }),
});

/** D55: webhooks. */
export const webhooks: Subject = {
  id: 'webhooks',
  cases: [
    asked('mutating'),
    asked('validating'),
    {
      name: 'a webhook is asked about what is posted to subresources',
      webhooks: true,
      steps: [
        configure('validating', [
          webhook(allow, {
            rules: [
              rule('pods/*'),
              rule('serviceaccounts/token'),
              rule('bindings'),
              rule('deployments/scale', ['*'], 'apps'),
            ],
          }),
        ]),
        ...known('validating'),
        post(`${core}/pods`, pod('p'), { ...asJane, keep: ['kind'] }),
        post(`${core}/pods/p/binding`, { metadata: { name: 'p' }, target: { kind: 'Node', name: 'n' } }, asJane),
        reviews(),
        patch(`${core}/pods/p/status`, 'merge', { status: { phase: 'Running' } }, { ...asJane, keep: ['kind'] }),
        reviews(),
        post(
          `${core}/pods/p/eviction?dryRun=All`,
          { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'p' } },
          asJane,
        ),
        reviews(),
        post(`${core}/serviceaccounts`, { metadata: { name: 's' } }, { unrecorded: true }),
        post(
          `${core}/serviceaccounts/s/token`,
          { spec: { audiences: ['a'], expirationSeconds: 700 } },
          { ...asJane, keep: ['kind'] },
        ),
        reviews(),
        post(
          `/apis/apps/v1/namespaces/{{ns}}/deployments`,
          {
            metadata: { name: 'd' },
            spec: {
              selector: { matchLabels: { a: 'b' } },
              template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
            },
          },
          { unrecorded: true },
        ),
        patch(
          '/apis/apps/v1/namespaces/{{ns}}/deployments/d/scale',
          'merge',
          { spec: { replicas: 2 } },
          { ...asJane, keep: ['kind'] },
        ),
        reviews(),
      ],
    },
    outcomes('a refusal is answered as the webhook says it', 'validating', [
      [
        {
          response: {
            allowed: false,
            status: { code: 403, message: 'no way' },
            warnings: ['careful', 'a "quoted" one'],
          },
        },
      ],
      [{ response: { allowed: false } }],
      [
        {
          response: {
            allowed: false,
            status: {
              code: 422,
              reason: 'Invalid',
              message: 'bad',
              details: { causes: [{ field: 'spec', message: 'x' }] },
            },
          },
        },
      ],
      [{ response: { allowed: false, status: { code: 200, reason: 'Why' } } }],
      [{ response: { allowed: true, warnings: ['but'] } }],
    ]),
    outcomes('an answer that is none fails, unless it is to be ignored', 'validating', [
      [review({ uid: 'x', allowed: true })],
      [{ body: '{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview"}' }],
      [{ body: '"text"' }],
      [{ body: 'nonsense' }],
      [{ body: '{}' }],
      [{ status: 500, body: 'oops' }],
      [{ status: 404, body: '' }],
      [{ response: { allowed: true, patch: 'W10=', patchType: 'JSONPatch' } }],
      [{ status: 500, body: 'oops' }, { failurePolicy: 'Ignore' }],
      [{ response: { allowed: false } }, { failurePolicy: 'Ignore' }],
      [{ never: true }, { timeoutSeconds: 1 }],
      [{ never: true }, { timeoutSeconds: 1, failurePolicy: 'Ignore' }],
      [allow, { clientConfig: { url: 'https://127.0.0.1:1/x' } }],
      [allow, { clientConfig: { service: { namespace: '{{ns}}', name: 'nope' } } }],
    ]),
    outcomes('a patch changes the object, or fails', 'mutating', [
      [
        patching(
          { op: 'add', path: '/data', value: { a: '1' } },
          { op: 'add', path: '/metadata/labels/b', value: 'c' },
        ),
      ],
      [patching({ op: 'remove', path: '/nope' })],
      [{ response: { allowed: true, patch: 'W10=' } }],
      [{ response: { allowed: true, patchType: 'JSONPatch' } }],
      [{ response: { allowed: true, patchType: 'Nope', patch: 'W10=' } }],
      [{ response: { allowed: true, patchType: 'JSONPatch', patch: Buffer.from('{}').toString('base64') } }],
      [patching({ op: 'add', path: '/data', value: { a: '1' } }), { sideEffects: 'NoneOnDryRun' }],
      [patching({ op: 'remove', path: '/nope' }), { failurePolicy: 'Ignore' }],
    ]),
    outcomes('match conditions decide whether a webhook is asked', 'validating', [
      [
        { response: { allowed: false } },
        { matchConditions: [{ name: 'a', expression: 'object.metadata.name == "a0"' }] },
      ],
      [
        { response: { allowed: false } },
        { matchConditions: [{ name: 'a', expression: 'object.metadata.name == "no"' }] },
      ],
      [{ response: { allowed: false } }, { matchConditions: [{ name: 'a', expression: 'object.data.nope == "a"' }] }],
      [
        { response: { allowed: false } },
        { failurePolicy: 'Ignore', matchConditions: [{ name: 'a', expression: 'object.data.nope == "a"' }] },
      ],
      [
        { response: { allowed: false } },
        {
          matchConditions: [
            { name: 'a', expression: 'object.data.nope == "a"' },
            { name: 'b', expression: 'object.metadata.name == "no"' },
            { name: 'c', expression: 'object.data.other == "a"' },
          ],
        },
      ],
      [
        { response: { allowed: false } },
        {
          matchConditions: [
            { name: 'a', expression: 'object.data.nope == "a"' },
            { name: 'c', expression: 'object.data.other == "a"' },
          ],
        },
      ],
      [
        { response: { allowed: false } },
        { matchConditions: [{ name: 'a', expression: 'authorizer.requestResource.check("create").allowed()' }] },
      ],
    ]),
    {
      name: 'selectors, scopes and equivalents decide whether a webhook is asked',
      webhooks: true,
      steps: [
        configure('validating', [
          webhook(
            { response: { allowed: false, status: { message: 'selected' } } },
            { objectSelector: { matchLabels: { x: 'y' } } },
            'a.ex.io',
          ),
          webhook(
            { response: { allowed: false, status: { message: 'other namespace' } } },
            { namespaceSelector: { matchLabels: { no: 'such' } } },
            'b.ex.io',
          ),
          webhook(
            { response: { allowed: false, status: { message: 'cluster' } } },
            { rules: [{ ...rule('configmaps'), scope: 'Cluster' }] },
            'c.ex.io',
          ),
          webhook(
            { response: { allowed: false, status: { message: 'v1' } } },
            { rules: [rule('horizontalpodautoscalers', ['*'], 'autoscaling', 'v1')] },
            'd.ex.io',
          ),
        ]),
        ...known('validating'),
        post(CMS, configMap('a')),
        post(CMS, configMap('b', {}, { labels: { x: 'y' } })),
        patch(`${CMS}/a`, 'merge', { metadata: { labels: { x: 'y' } } }, asJane),
        reviews(),
        post(
          '/apis/autoscaling/v2/namespaces/{{ns}}/horizontalpodautoscalers',
          {
            metadata: { name: 'h' },
            spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' } },
          },
          asJane,
        ),
        reviews(),
      ],
    },
    {
      name: 'webhooks run in the order of their names, and once more where something came after them',
      webhooks: true,
      steps: [
        configure(
          'mutating',
          [
            webhook(
              patching({ op: 'add', path: '/metadata/labels', value: { a: 'first' } }),
              { reinvocationPolicy: 'IfNeeded' },
              'a.ex.io',
            ),
            webhook(patching({ op: 'add', path: '/metadata/labels/b', value: 'second' }), {}, 'b.ex.io'),
            webhook(
              patching({ op: 'add', path: '/metadata/labels/c', value: 'third' }),
              { reinvocationPolicy: 'IfNeeded' },
              'c.ex.io',
            ),
          ],
          'b-{{run}}',
        ),
        configure(
          'mutating',
          [
            webhook(
              patching({ op: 'add', path: '/metadata/annotations', value: { a: 'before' } }),
              { reinvocationPolicy: 'IfNeeded' },
              'd.ex.io',
            ),
          ],
          'a-{{run}}',
        ),
        ...known('mutating'),
        post(CMS, configMap('a'), asJane),
        reviews('all'),
      ],
    },
    {
      name: 'configurations that make no sense are refused',
      webhooks: true,
      steps: [
        {},
        { name: 'bad' },
        { name: 'A.b.c' },
        { sideEffects: 'Some' },
        { timeoutSeconds: 31 },
        { admissionReviewVersions: [] },
        { admissionReviewVersions: ['v2', 'v2', 'V_3'] },
        { failurePolicy: 'Nope', matchPolicy: 'Nope' },
        { rules: [{}] },
        {
          rules: [
            {
              ...rule('*'),
              resources: ['*', 'pods', '*/*'],
              operations: ['*', 'CREATE'],
              apiGroups: ['*', 'a'],
              scope: 'Nope',
            },
          ],
        },
        {
          matchConditions: [
            { name: 'a', expression: 'bogus' },
            { name: 'a', expression: '1' },
            { name: '', expression: '' },
          ],
        },
        {
          matchConditions: [{ name: 'a', expression: 'params == null || variables.a == 1 || namespaceObject == null' }],
        },
        {
          namespaceSelector: { matchLabels: { 'a b': 'c d' } },
          objectSelector: { matchExpressions: [{ key: 'a', operator: 'Nope' }] },
        },
        { clientConfig: {} },
        { clientConfig: { url: 'http://x/' } },
        { clientConfig: { url: 'https://user@/x?y=z#f' } },
        { clientConfig: { url: 'https://x', service: { name: 'a', namespace: 'b' } } },
        { clientConfig: { service: {} } },
        { clientConfig: { service: { name: 'a', namespace: 'b', port: 70000, path: 'a//b_' } } },
      ].map((rest) =>
        post(
          `${GROUP}/validatingwebhookconfigurations?dryRun=All`,
          { metadata: { name: 'w-{{run}}' }, webhooks: [{ ...webhook(allow), ...rest }] },
          { keep: ['message', 'code', 'details.causes'] },
        ),
      ),
    },
    {
      name: 'names of webhooks are unique in their configuration, and mutating ones can be called again',
      webhooks: true,
      steps: [
        post(`${GROUP}/mutatingwebhookconfigurations`, {
          metadata: { name: 'w-{{run}}' },
          webhooks: [webhook(allow), webhook(allow, { reinvocationPolicy: 'Nope' })],
        }),
        post(`${GROUP}/mutatingwebhookconfigurations`, {
          metadata: { name: 'w-{{run}}' },
          webhooks: [{ name: 'a.b.c' }],
        }),
      ],
    },
  ],
};
