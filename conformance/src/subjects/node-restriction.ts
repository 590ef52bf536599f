import type { Subject } from '../case.ts';
import { as, configMap, core, patch, pod, post, remove } from '../steps.ts';
import samples from './certificate-requests.json' with { type: 'json' };

const PODS = `${core}/pods`;
const CMS = `${core}/configmaps`;
const NODES = '/api/v1/nodes';
const LEASES = '/apis/coordination.k8s.io/v1/namespaces';
/** A request for CN=system:node:node-a, PEM in base64. */
const NODE_A = Buffer.from(
  `-----BEGIN CERTIFICATE REQUEST-----\n${samples.node}\n-----END CERTIFICATE REQUEST-----\n`,
).toString('base64');
const unrecorded = { unrecorded: true } as const;

/** A kubelet, which may do whatever the plugin lets it. */
const asNode = as('system:node:node-{{run}}', 'system:nodes', 'system:masters', 'system:authenticated');

const mirror = (spec: object = {}, owner: object | null = {}, metadata: object = {}) =>
  pod(
    'mirror',
    { nodeName: 'node-{{run}}', ...spec },
    {
      annotations: { 'kubernetes.io/config.mirror': 'x' },
      ...(owner && {
        ownerReferences: [
          { apiVersion: 'v1', kind: 'Node', name: 'node-{{run}}', uid: '{{uid}}', controller: true, ...owner },
        ],
      }),
      ...metadata,
    },
  );

const token = (boundObjectRef?: object) => ({
  apiVersion: 'authentication.k8s.io/v1',
  kind: 'TokenRequest',
  spec: { audiences: [], ...(boundObjectRef && { boundObjectRef }) },
});

/** What kubelets may write, with the plugin that restricts them. */
export const nodeRestriction: Subject = {
  id: 'node-restriction',
  flags: ['--enable-admission-plugins=NodeRestriction'],
  cases: [
    {
      name: 'a kubelet changes its own node alone',
      steps: [
        post(NODES, { metadata: { name: 'other-{{run}}' } }, asNode),
        post(
          NODES,
          {
            metadata: {
              name: 'node-{{run}}',
              labels: { 'node-restriction.kubernetes.io/a': 'b', 'kubernetes.io/x': 'y', 'a.k8s.io/z': 'z' },
            },
          },
          asNode,
        ),
        post(
          NODES,
          {
            metadata: {
              name: 'node-{{run}}',
              labels: {
                own: 'x',
                'kubernetes.io/hostname': 'h',
                'kubelet.kubernetes.io/a': 'b',
                'x.node.kubernetes.io/c': 'd',
              },
            },
          },
          { ...asNode, keep: ['metadata.labels'] },
        ),
        patch(
          `${NODES}/node-{{run}}`,
          'merge',
          { metadata: { labels: { 'a.node-restriction.kubernetes.io/x': 'y' } } },
          asNode,
        ),
        patch(
          `${NODES}/node-{{run}}`,
          'merge',
          { metadata: { labels: { own: null } } },
          { ...asNode, keep: ['metadata.labels'] },
        ),
        patch(`${NODES}/node-{{run}}`, 'merge', { spec: { taints: [{ key: 'a', effect: 'NoSchedule' }] } }, asNode),
        patch(
          `${NODES}/node-{{run}}`,
          'merge',
          { metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'o', uid: 'u' }] } },
          asNode,
        ),
        patch(
          `${NODES}/node-{{run}}/status`,
          'merge',
          { status: { phase: 'Running' } },
          { ...asNode, keep: ['kind', 'message'] },
        ),
        post(NODES, { metadata: { name: 'other-{{run}}' } }, unrecorded),
        remove(`${NODES}/other-{{run}}`, undefined, asNode),
        post(CMS, configMap('a'), { ...as('system:node:', 'system:nodes', 'system:masters') }),
        post(CMS, configMap('a'), { ...asNode, keep: ['kind'] }),
        post(`${LEASES}/{{ns}}/leases`, { metadata: { name: 'node-{{run}}' } }, asNode),
        post(`${LEASES}/kube-node-lease/leases?dryRun=All`, { metadata: { name: 'x' } }, asNode),
        post(
          `${LEASES}/kube-node-lease/leases?dryRun=All`,
          { metadata: { name: 'node-{{run}}' } },
          { ...asNode, keep: ['kind'] },
        ),
        post('/apis/storage.k8s.io/v1/csinodes', { metadata: { name: 'x' }, spec: { drivers: [] } }, asNode),
        remove('/apis/storage.k8s.io/v1/csinodes/x', undefined, asNode),
      ],
    },
    {
      name: 'a kubelet shows pods of its own, and changes the status of those on its node',
      steps: [
        post(NODES, { metadata: { name: 'node-{{run}}' } }, { unrecorded: true, save: { uid: 'metadata.uid' } }),
        post(PODS, pod('a'), asNode),
        post(PODS, mirror({ nodeName: 'other' }), asNode),
        post(PODS, mirror({}, null), asNode),
        post(PODS, mirror({}, { name: 'other' }), asNode),
        post(PODS, mirror({}, { controller: false }), asNode),
        post(PODS, mirror({}, { blockOwnerDeletion: true }), asNode),
        post(PODS, mirror({}, { uid: 'wrong' }), asNode),
        post(PODS, mirror({ serviceAccountName: 'x' }), asNode),
        post(PODS, mirror({ volumes: [{ name: 'v', secret: { secretName: 's' } }] }), asNode),
        post(PODS, mirror({ volumes: [{ name: 'v', configMap: { name: 's' } }] }), asNode),
        post(PODS, mirror({ volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 's' } }] }), asNode),
        post(
          PODS,
          mirror({ containers: [{ name: 'c', image: 'i', envFrom: [{ configMapRef: { name: 'a' } }] }] }),
          asNode,
        ),
        post(PODS, mirror(), { ...asNode, until: { status: 201 } }),
        post(PODS, pod('other'), { unrecorded: true, save: { pod: 'metadata.uid' } }),
        patch(`${PODS}/mirror`, 'merge', { metadata: { labels: { a: 'b' } } }, asNode),
        patch(`${PODS}/other/status`, 'merge', { status: { phase: 'Running' } }, asNode),
        patch(`${PODS}/mirror/status`, 'merge', { metadata: { labels: { a: 'b' } } }, asNode),
        patch(
          `${PODS}/mirror/status`,
          'merge',
          { status: { phase: 'Running' } },
          { ...asNode, keep: ['status.phase'] },
        ),
        patch(
          `${PODS}/mirror/ephemeralcontainers`,
          'strategic',
          { spec: { ephemeralContainers: [{ name: 'e', image: 'i' }] } },
          asNode,
        ),
        post(
          `${PODS}/other/eviction`,
          { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'other' } },
          asNode,
        ),
        post(
          `${PODS}/nope/eviction`,
          { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'nope' } },
          asNode,
        ),
        remove(`${PODS}/other`, undefined, asNode),
        remove(`${PODS}/nope`, undefined, asNode),
        remove(`${PODS}/mirror?gracePeriodSeconds=0`, undefined, { ...asNode, keep: ['kind'] }),
      ],
    },
    {
      name: 'a kubelet gets tokens for the pods on its node, and certificates of its own',
      steps: [
        post(`${core}/serviceaccounts`, { metadata: { name: 'robot' } }, unrecorded),
        post(PODS, pod('mine', { serviceAccountName: 'robot', nodeName: 'node-{{run}}' }), {
          unrecorded: true,
          save: { mine: 'metadata.uid' },
        }),
        post(PODS, pod('other', { serviceAccountName: 'robot', nodeName: 'other' }), {
          unrecorded: true,
          save: { other: 'metadata.uid' },
        }),
        post(`${core}/serviceaccounts/robot/token`, token(), asNode),
        post(`${core}/serviceaccounts/robot/token`, token({ apiVersion: 'v1', kind: 'Secret', name: 's' }), asNode),
        post(`${core}/serviceaccounts/robot/token`, token({ apiVersion: 'v1', kind: 'Pod', name: 'mine' }), asNode),
        post(
          `${core}/serviceaccounts/robot/token`,
          token({ apiVersion: 'v1', kind: 'Pod', name: 'nope', uid: 'x' }),
          asNode,
        ),
        post(
          `${core}/serviceaccounts/robot/token`,
          token({ apiVersion: 'v1', kind: 'Pod', name: 'mine', uid: 'x' }),
          asNode,
        ),
        post(
          `${core}/serviceaccounts/robot/token`,
          token({ apiVersion: 'v1', kind: 'Pod', name: 'other', uid: '{{other}}' }),
          asNode,
        ),
        post(
          `${core}/serviceaccounts/robot/token`,
          token({ apiVersion: 'v1', kind: 'Pod', name: 'mine', uid: '{{mine}}' }),
          { ...asNode, keep: ['kind', 'spec.boundObjectRef'] },
        ),
        patch(
          `${core}/serviceaccounts/robot`,
          'merge',
          { metadata: { labels: { a: 'b' } } },
          { ...asNode, keep: ['kind'] },
        ),
        post(
          `${core}/persistentvolumeclaims`,
          {
            metadata: { name: 'c' },
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
          },
          unrecorded,
        ),
        patch(`${core}/persistentvolumeclaims/c`, 'merge', { metadata: { labels: { a: 'b' } } }, asNode),
        patch(
          `${core}/persistentvolumeclaims/c/status`,
          'merge',
          { status: { capacity: { storage: '1Gi' } } },
          { ...asNode, keep: ['status'] },
        ),
        patch(
          `${core}/persistentvolumeclaims/c/status`,
          'merge',
          { metadata: { labels: { a: 'b' } } },
          {
            ...asNode,
            // The message ends with a difference of Go structs.
            keep: ['reason', 'code', 'details'],
          },
        ),
        ...['kubernetes.io/kubelet-serving', 'kubernetes.io/kube-apiserver-client-kubelet', 'example.com/own'].map(
          (signerName) =>
            post(
              '/apis/certificates.k8s.io/v1/certificatesigningrequests?dryRun=All',
              { metadata: { name: 'r-{{run}}' }, spec: { request: NODE_A, signerName, usages: ['client auth'] } },
              { ...asNode, keep: ['kind', 'message'] },
            ),
        ),
        post(
          '/apis/certificates.k8s.io/v1/certificatesigningrequests?dryRun=All',
          {
            metadata: { name: 'r-{{run}}' },
            spec: { request: NODE_A, signerName: 'kubernetes.io/kubelet-serving', usages: ['client auth'] },
          },
          { ...as('system:node:node-a', 'system:nodes', 'system:masters'), keep: ['kind', 'message'] },
        ),
        post(
          '/apis/certificates.k8s.io/v1/certificatesigningrequests?dryRun=All',
          {
            metadata: { name: 'r-{{run}}' },
            spec: { request: 'eA==', signerName: 'kubernetes.io/kubelet-serving', usages: ['client auth'] },
          },
          asNode,
        ),
      ],
    },
  ],
};
