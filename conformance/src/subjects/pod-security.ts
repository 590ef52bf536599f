import type { RequestStep, Subject } from '../case.ts';
import { core, deployment, inGroup, patch, pod, post, put } from '../steps.ts';

const PODS = `${core}/pods`;
const NAMESPACE = '/api/v1/namespaces/{{ns}}';

const label = (modes: Readonly<Record<string, string>>, options: object = {}): RequestStep =>
  patch(
    NAMESPACE,
    'merge',
    {
      metadata: {
        labels: Object.fromEntries(
          Object.entries(modes).map(([mode, value]) => [`pod-security.kubernetes.io/${mode}`, value]),
        ),
      },
    },
    { keep: ['metadata.labels', 'message', 'details'], ...options },
  );

const container = (name: string, securityContext?: object, rest: object = {}) => ({
  name,
  image: 'i',
  ...(securityContext && { securityContext }),
  ...rest,
});

/** A pod, dry, since only the answer counts. */
const dry = (spec: object, metadata: object = {}): RequestStep =>
  post(`${PODS}?dryRun=All`, pod('a', spec, metadata), { keep: ['kind', 'message', 'details', 'code'] });

const strict = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
};

/** Waits until a pod that is bad by any standard is refused by this one. */
const settled = (standard: string): RequestStep =>
  post(`${PODS}?dryRun=All`, pod('probe', { hostNetwork: true, containers: [container('a')] }), {
    until: { text: `"${standard}` },
  });

const odd: RequestStep[] = [
  dry({}),
  dry({ hostNetwork: true, hostPID: true, hostIPC: true }),
  dry({
    volumes: [
      { name: 'h', hostPath: { path: '/' } },
      { name: 'e', emptyDir: {} },
      { name: 'n', nfs: { server: 's', path: '/' } },
    ],
  }),
  dry({ containers: [container('a', { privileged: true }), container('b', { privileged: true })] }),
  dry({ containers: [container('a', { capabilities: { add: ['SYS_ADMIN', 'CHOWN', 'NET_BIND_SERVICE'] } })] }),
  dry({
    containers: [
      container('a', undefined, {
        ports: [
          { containerPort: 80, hostPort: 8080 },
          { containerPort: 81, hostPort: 81 },
        ],
      }),
    ],
  }),
  dry({ containers: [container('a', { procMount: 'Unmasked' })], hostUsers: false }),
  dry({
    securityContext: { seLinuxOptions: { type: 'spc_t', user: 'u' } },
    containers: [container('a', { seLinuxOptions: { type: 'container_engine_t', role: 'r' } })],
  }),
  dry({
    securityContext: { seccompProfile: { type: 'Unconfined' } },
    containers: [container('a', { seccompProfile: { type: 'Unconfined' } })],
  }),
  dry({
    securityContext: {
      sysctls: [
        { name: 'net.ipv4.tcp_rmem', value: '1' },
        { name: 'kernel.msgmax', value: '1' },
        { name: 'net.ipv4.ip_local_reserved_ports', value: '1' },
      ],
    },
  }),
  dry({
    securityContext: { windowsOptions: { hostProcess: true } },
    hostNetwork: true,
    containers: [container('a', { windowsOptions: { hostProcess: true } })],
  }),
  dry({
    securityContext: { appArmorProfile: { type: 'Unconfined' } },
    containers: [container('a', { appArmorProfile: { type: 'Unconfined' } })],
  }),
  dry({
    securityContext: { runAsNonRoot: false, runAsUser: 0 },
    containers: [container('a', { runAsUser: 0, runAsNonRoot: true })],
  }),
  dry({ containers: [container('a', strict), container('b', { ...strict, runAsNonRoot: false })] }),
  dry({
    containers: [container('a', strict)],
    initContainers: [container('i', { ...strict, capabilities: { drop: ['ALL'], add: ['CHOWN'] } })],
  }),
  dry({ os: { name: 'windows' }, containers: [container('a', { runAsNonRoot: true })] }),
  dry({ containers: [container('a', strict)] }),
];

/** What Pod Security admission demands. */
export const podSecurity: Subject = {
  id: 'pod-security',
  cases: [
    {
      name: 'labels of a namespace have to be levels and versions',
      steps: [
        label({ enforce: 'nope' }),
        label({
          'enforce-version': 'v2.1',
          audit: 'x',
          'audit-version': 'v1.999',
          warn: 'restricted',
          'warn-version': '1.2',
        }),
        label({ enforce: 'baseline', 'enforce-version': 'v1.20' }),
        post('/api/v1/namespaces', {
          metadata: { name: 'n-{{run}}', labels: { 'pod-security.kubernetes.io/enforce': 'Baseline' } },
        }),
      ],
    },
    {
      name: 'the baseline standard forbids what is known to give more privileges',
      steps: [label({ enforce: 'baseline' }), settled('baseline'), ...odd],
    },
    {
      name: 'the restricted standard demands the current best practice',
      steps: [label({ enforce: 'restricted' }), settled('restricted'), ...odd],
    },
    {
      name: 'a standard can be that of an older version',
      steps: [
        label({ enforce: 'restricted', 'enforce-version': 'v1.21' }),
        settled('restricted:v1.21'),
        ...odd,
        label({ 'enforce-version': 'v1.7' }),
        settled('restricted:v1.7'),
        ...odd,
      ],
    },
    {
      name: 'warnings go to who makes pods or what makes pods',
      steps: [
        label({ enforce: 'baseline', warn: 'restricted', audit: 'baseline' }),
        settled('baseline'),
        label({ enforce: 'privileged' }),
        post(`${PODS}?dryRun=All`, pod('probe', { hostNetwork: true }), { until: { status: 201 } }),
        dry({ hostPID: true }),
        post(`${inGroup('apps/v1')}/deployments`, deployment('d'), { keep: ['kind'] }),
        put(`${inGroup('apps/v1')}/deployments/d`, deployment('d', {}, { image: 'j' }), { keep: ['kind'] }),
        patch(`${inGroup('apps/v1')}/deployments/d/scale`, 'merge', { spec: { replicas: 2 } }, { keep: ['kind'] }),
        post(
          `${inGroup('batch/v1')}/cronjobs`,
          {
            metadata: { name: 'c' },
            spec: {
              schedule: '* * * * *',
              jobTemplate: {
                spec: {
                  template: { spec: { restartPolicy: 'Never', containers: [container('c', { privileged: true })] } },
                },
              },
            },
          },
          { keep: ['kind'] },
        ),
        post(
          `${core}/podtemplates`,
          { metadata: { name: 't' }, template: { spec: { containers: [container('c')] } } },
          { keep: ['kind'] },
        ),
        label({ enforce: 'baseline' }),
        post(`${inGroup('apps/v1')}/deployments`, deployment('e', {}, { securityContext: { privileged: true } }), {
          keep: ['kind'],
        }),
      ],
    },
    {
      name: 'a namespace that becomes stricter tells of the pods that do not fit, which stay',
      steps: [
        post(PODS, pod('a', { hostPID: true }), { keep: ['kind'] }),
        post(PODS, pod('b', { hostPID: true }), { keep: ['kind'] }),
        post(PODS, pod('c', { containers: [container('c', { privileged: true })] }), { keep: ['kind'] }),
        label({ enforce: 'baseline' }),
        label({ enforce: 'restricted' }),
        label({ enforce: 'baseline' }),
        label({ 'enforce-version': 'v1.20' }),
        settled('baseline:v1.20'),
        patch(`${PODS}/a`, 'merge', { metadata: { labels: { a: 'b' } } }, { keep: ['metadata.labels'] }),
        patch(
          `${PODS}/a`,
          'strategic',
          { spec: { containers: [{ name: 'main', image: 'other' }] } },
          { keep: ['message', 'kind'] },
        ),
        patch(`${PODS}/a/status`, 'merge', { status: { phase: 'Running' } }, { keep: ['kind'] }),
        patch(
          `${PODS}/b/ephemeralcontainers`,
          'strategic',
          { spec: { ephemeralContainers: [{ name: 'debug', image: 'd' }] } },
          { keep: ['message', 'kind'] },
        ),
        post(`${core}/pods/b/eviction`, { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'b' } }),
      ],
    },
  ],
};
