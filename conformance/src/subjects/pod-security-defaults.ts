import type { Subject } from '../case.ts';
import { as, core, deployment, inGroup, patch, pod, post } from '../steps.ts';

const EXEMPT = 'exempt-from-pod-security';
const CLASS = 'exempt-class';
const answer = { keep: ['kind', 'message', 'details'] };
const labels = (of: object) =>
  Object.fromEntries(Object.entries(of).map(([mode, value]) => [`pod-security.kubernetes.io/${mode}`, value]));
const dry = (namespace: string, spec: object = {}, options: object = answer) =>
  post(`/api/v1/namespaces/${namespace}/pods?dryRun=All`, pod('p', spec), options);

/** A pod that `baseline` refuses. */
const PRIVILEGED = { hostPID: true };

/** Pod Security with a configuration: what counts where labels say nothing, and what is exempt. */
export const podSecurityDefaults: Subject = {
  id: 'pod-security-defaults',
  flags: ['--admission-control-config-file={{files}}/admission.json'],
  files: {
    'admission.json': JSON.stringify({
      apiVersion: 'apiserver.config.k8s.io/v1',
      kind: 'AdmissionConfiguration',
      plugins: [
        {
          name: 'PodSecurity',
          configuration: {
            apiVersion: 'pod-security.admission.config.k8s.io/v1',
            kind: 'PodSecurityConfiguration',
            defaults: { enforce: 'baseline', 'enforce-version': 'v1.30', warn: 'restricted', 'warn-version': 'latest' },
            exemptions: { usernames: ['exempt-user'], namespaces: [EXEMPT], runtimeClasses: [CLASS] },
          },
        },
      ],
    }),
  },
  cases: [
    {
      name: 'a namespace without labels is held to the defaults, and labels change them one by one',
      steps: [
        dry('{{ns}}'),
        dry('{{ns}}', PRIVILEGED),
        post(`${inGroup('apps/v1')}/deployments?dryRun=All`, deployment('d'), answer),
        ...[
          { enforce: 'privileged' },
          { enforce: 'restricted' },
          { enforce: 'baseline', 'enforce-version': 'v1.20' },
          { warn: 'privileged' },
          { 'warn-version': 'v1.20' },
          { enforce: 'none' },
          { audit: 'baseline' },
        ].map((of) =>
          post('/api/v1/namespaces?dryRun=All', { metadata: { name: 'a-{{run}}', labels: labels(of) } }, answer),
        ),
        patch('/api/v1/namespaces/{{ns}}', 'merge', { metadata: { labels: labels({ warn: 'privileged' }) } }, answer),
        post(`${core}/pods?dryRun=All`, pod('p', PRIVILEGED), { until: { text: 'baseline:v1.30' } }),
        patch(
          '/api/v1/namespaces/{{ns}}',
          'merge',
          { metadata: { labels: labels({ enforce: 'privileged' }) } },
          answer,
        ),
        post(`${core}/pods?dryRun=All`, pod('p', PRIVILEGED), { until: { status: 201 } }),
        dry('{{ns}}'),
      ],
    },
    {
      name: 'users, namespaces and runtime classes may be exempt',
      steps: [
        post(
          '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
          {
            metadata: { name: 'exempt-{{run}}' },
            roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
            subjects: ['exempt-user', 'other-user'].map((name) => ({
              apiGroup: 'rbac.authorization.k8s.io',
              kind: 'User',
              name,
            })),
          },
          { unrecorded: true },
        ),
        dry('{{ns}}', PRIVILEGED, { ...answer, ...as('exempt-user') }),
        dry('{{ns}}', PRIVILEGED, { ...answer, ...as('other-user') }),
        post('/apis/node.k8s.io/v1/runtimeclasses', { metadata: { name: CLASS }, handler: 'h' }, { unrecorded: true }),
        post(`${core}/pods?dryRun=All`, pod('p', { ...PRIVILEGED, runtimeClassName: CLASS }), {
          until: { status: 201 },
        }),
        dry('{{ns}}', { ...PRIVILEGED, runtimeClassName: CLASS }),
        ...[{ enforce: 'privileged' }, { enforce: 'baseline', 'warn-version': 'v1.25' }, { warn: 'baseline' }].map(
          (of) => post('/api/v1/namespaces?dryRun=All', { metadata: { name: EXEMPT, labels: labels(of) } }, answer),
        ),
        post('/api/v1/namespaces', { metadata: { name: EXEMPT } }, answer),
        post(`/api/v1/namespaces/${EXEMPT}/pods?dryRun=All`, pod('p'), { until: { status: 201 } }),
        dry(EXEMPT, PRIVILEGED),
        ...[{ enforce: 'restricted', audit: 'baseline' }, { enforce: 'baseline' }, { warn: 'privileged' }].map((of) =>
          patch(`/api/v1/namespaces/${EXEMPT}`, 'merge', { metadata: { labels: labels(of) } }, answer),
        ),
        dry(EXEMPT, PRIVILEGED),
      ],
    },
  ],
};
