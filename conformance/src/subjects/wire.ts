import type { Subject } from '../case.ts';
import { core, deployment, get, inGroup, patch, post, put, remove, send } from '../steps.ts';
import protobuf from './protobuf-bodies.json' with { type: 'json' };
import { defined, SPEC, WIDGETS, widget } from './widgets.ts';

const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const CMS = `${core}/configmaps`;

const sendProtobuf = (request: string, base64: string) => send(request, { base64 }, PROTOBUF);

/** A role whose rules take so many bytes. */
const role = (name: string, size: number): object => ({
  metadata: { name },
  rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'], resourceNames: ['x'.repeat(size)] }],
});

const asProtobuf = (accept = PROTOBUF) => ({ protobuf: true, headers: { accept } }) as const;
const METADATA = 'g=meta.k8s.io;v=v1';

/** D68–D69: protobuf bodies, the order of fields and the escapes of JSON. */
export const wire: Subject = {
  id: 'wire',
  cases: [
    {
      name: 'objects of built-in kinds come as protobuf',
      steps: [
        sendProtobuf(`POST ${CMS}`, protobuf.configMap),
        sendProtobuf(`PUT ${CMS}/cm`, protobuf.configMapWithVersion),
        sendProtobuf(`PUT ${CMS}/cm`, protobuf.configMap),
        sendProtobuf(`POST ${core}/secrets`, protobuf.secret),
        sendProtobuf(`POST ${inGroup('apps/v1')}/deployments`, protobuf.deployment),
        sendProtobuf(`POST ${inGroup('batch/v1')}/jobs`, protobuf.job),
        sendProtobuf(`POST ${inGroup('rbac.authorization.k8s.io/v1')}/roles`, protobuf.role),
        sendProtobuf(`POST ${core}/services`, protobuf.service),
        sendProtobuf(`POST ${core}/persistentvolumeclaims`, protobuf.claim),
        sendProtobuf(`POST ${inGroup('coordination.k8s.io/v1')}/leases`, protobuf.lease),
        sendProtobuf(`POST ${inGroup('autoscaling/v2')}/horizontalpodautoscalers`, protobuf.autoscaler),
        sendProtobuf(`POST ${core}/events`, protobuf.event),
        sendProtobuf('POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews', protobuf.accessReview),
        {
          ...sendProtobuf('POST /apis/authentication.k8s.io/v1/selfsubjectreviews', protobuf.selfReview),
          keep: ['kind', 'status.userInfo.groups'],
        },
      ],
    },
    {
      name: 'answers go out as protobuf where the client wants it',
      steps: [
        post(CMS, { metadata: { name: 'a', labels: { b: '1', a: 'é\ud83d\ude00' } }, data: { x: '' } }, asProtobuf()),
        get(`${CMS}/a`, asProtobuf()),
        get(CMS, asProtobuf()),
        get(`${CMS}?limit=1`, asProtobuf(`${PROTOBUF},application/json`)),
        get(`${CMS}?labelSelector=nope`, asProtobuf()),
        get(`${CMS}/a`, asProtobuf(`application/json,${PROTOBUF}`)),
        get(`${CMS}/a`, asProtobuf(`application/json;q=0.5,${PROTOBUF};q=0.9`)),
        get(`${CMS}/a`, asProtobuf(`${PROTOBUF};as=PartialObjectMetadata;${METADATA}`)),
        get(CMS, asProtobuf(`${PROTOBUF};as=PartialObjectMetadataList;${METADATA},${PROTOBUF}`)),
        get(CMS, asProtobuf(`${PROTOBUF};as=PartialObjectMetadata;${METADATA}`)),
        get(CMS, asProtobuf(`${PROTOBUF};as=Table;${METADATA}`)),
        get(CMS, asProtobuf(`${PROTOBUF};as=Table;${METADATA},application/json`)),
        get(`${CMS}?watch=true&timeoutSeconds=1&resourceVersion=0`, asProtobuf()),
        get(
          `${CMS}?watch=true&timeoutSeconds=1&resourceVersion=0`,
          asProtobuf(`${PROTOBUF};stream=watch;as=PartialObjectMetadata;${METADATA}`),
        ),
        get(`${CMS}?watch=true&timeoutSeconds=1`, asProtobuf(`${PROTOBUF};as=Table;${METADATA}`)),
        get(`${CMS}/nope`, asProtobuf()),
        get(`/api/v1/nope`, asProtobuf()),
        post(CMS, { metadata: { name: 'BAD' }, data: { 'no key': '' } }, asProtobuf()),
        patch(`${CMS}/a`, 'merge', { data: { z: '1' } }, { protobuf: true, headers: { accept: PROTOBUF } }),
        post(`${inGroup('apps/v1')}/deployments`, deployment('d'), asProtobuf()),
        get(`${inGroup('apps/v1')}/deployments/d/scale`, asProtobuf()),
        post(
          '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
          { spec: { nonResourceAttributes: { path: '/x', verb: 'get' } } },
          { protobuf: true, headers: { accept: PROTOBUF } },
        ),
        remove(`${CMS}/a`, undefined, asProtobuf()),
        get('/apis/apps', asProtobuf()),
        get('/apis/apps/v1', asProtobuf()),
        get('/healthz', asProtobuf()),
      ],
    },
    {
      name: 'custom resources have no protobuf, their metadata has',
      steps: [
        ...defined(SPEC({ a: { type: 'string' } })),
        post(WIDGETS, widget('w'), { unrecorded: true }),
        get(`${WIDGETS}/w`, asProtobuf()),
        get(`${WIDGETS}/w`, asProtobuf(`${PROTOBUF},application/json`)),
        get(`${WIDGETS}/nope`, asProtobuf()),
        get(`${WIDGETS}?watch=true&timeoutSeconds=1`, asProtobuf()),
        get(`${WIDGETS}/w`, asProtobuf(`${PROTOBUF};as=PartialObjectMetadata;${METADATA}`)),
        get(WIDGETS, asProtobuf(`${PROTOBUF};as=PartialObjectMetadataList;${METADATA}`)),
        get(
          `${WIDGETS}?watch=true&timeoutSeconds=1&resourceVersion=0`,
          asProtobuf(`${PROTOBUF};as=PartialObjectMetadata;${METADATA}`),
        ),
        remove(`${WIDGETS}/w`, undefined, asProtobuf()),
      ],
    },
    {
      name: 'bodies, stored objects and patches have limits',
      steps: [
        send(`POST ${CMS}`, { text: `{"metadata":{"name":"a"},"data":{"k":"${'x'.repeat(3_145_728)}"}}` }),
        send(`POST ${CMS}`, { text: ' '.repeat(3_145_729) }, 'application/yaml'),
        post(`${inGroup('rbac.authorization.k8s.io/v1')}/roles`, role('a', 1_600_000)),
        post(`${inGroup('rbac.authorization.k8s.io/v1')}/roles`, role('b', 10), { keep: ['kind'] }),
        put(`${inGroup('rbac.authorization.k8s.io/v1')}/roles/b`, role('b', 1_600_000)),
        post(`${inGroup('rbac.authorization.k8s.io/v1')}/roles`, role('c', 1_400_000), { keep: ['kind'] }),
        post(CMS, { metadata: { name: 'p' } }, { unrecorded: true }),
        patch(
          `${CMS}/p`,
          'json',
          Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/kind', value: 'ConfigMap' })),
        ),
        patch(`${CMS}/p`, 'merge', { metadata: { annotations: { a: 'x'.repeat(262_144) } } }),
      ],
    },
    {
      name: 'options of deletions come as protobuf, of whatever group',
      steps: [
        sendProtobuf(`POST ${CMS}`, protobuf.configMap),
        sendProtobuf(`DELETE ${CMS}/cm`, protobuf.deleteOptions),
        get(`${CMS}/cm`, { keep: ['kind'] }),
        sendProtobuf(`POST ${inGroup('apps/v1')}/deployments`, protobuf.deployment),
        sendProtobuf(`DELETE ${inGroup('apps/v1')}/deployments/d`, protobuf.deleteOptionsOfApps),
      ],
    },
    {
      name: 'protobuf that is none, or of another kind, is refused',
      steps: [
        sendProtobuf(`POST ${core}/secrets`, protobuf.configMap),
        sendProtobuf(`POST ${CMS}`, ''),
        sendProtobuf(`POST ${CMS}`, Buffer.from('{"metadata":{"name":"a"}}').toString('base64')),
        sendProtobuf(`POST ${CMS}`, Buffer.from('k8s\0').toString('base64')),
        sendProtobuf(`POST ${CMS}`, Buffer.from('k8s\0\x0a\xff\xff', 'latin1').toString('base64')),
      ],
    },
    {
      name: 'JSON is escaped as Go does it and ordered by the structs of the kind',
      steps: [
        post(
          CMS,
          {
            metadata: {
              name: 'a',
              annotations: { z: '<b>&amp;"\'\u2028\u2029\u0001\u007f\ud83d\ude00\\/', a: '\t\n\r' },
            },
            data: { b: 'é', a: '>' },
          },
          { raw: true },
        ),
        get(`${CMS}/a`, { raw: true }),
        get(`${CMS}/a`, { raw: true, headers: { accept: 'application/yaml' } }),
        get(CMS, { raw: true }),
        send(
          `POST ${CMS}`,
          { text: '{"data":{"x":"\\ud800","y":"\\udc00\\ud800","z":"\\u00e9\\/"},"metadata":{"name":"b"}}' },
          'application/json',
          { raw: true },
        ),
        send(
          `POST ${CMS}`,
          { base64: Buffer.from('{"data":{"x":"\xff\xfe"},"metadata":{"name":"c"}}', 'latin1').toString('base64') },
          'application/json',
          { raw: true },
        ),
        post(
          `${inGroup('apps/v1')}/deployments`,
          {
            spec: {
              template: {
                spec: { containers: [{ image: 'i', name: 'c', env: [{ value: '<&>', name: 'A' }] }] },
                metadata: { labels: { b: '2', a: '1' } },
              },
              selector: { matchLabels: { b: '2', a: '1' } },
            },
            metadata: { name: 'd' },
          },
          { raw: true },
        ),
        get(`${CMS}/<x>`.replace('<x>', '%3Cx%3E'), { raw: true }),
      ],
    },
    {
      name: 'numbers keep their meaning through updates',
      steps: [
        post(
          `${core}/services`,
          { metadata: { name: 's' }, spec: { ports: [{ port: 80, targetPort: '8080' }] } },
          { keep: ['spec.ports'] },
        ),
        patch(`${core}/services/s`, 'json', [{ op: 'replace', path: '/spec/ports/0/targetPort', value: 8080 }], {
          keep: ['spec.ports'],
        }),
        post(
          `${core}/persistentvolumeclaims`,
          {
            metadata: { name: 'c' },
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: 1024 } } },
          },
          { keep: ['spec.resources', 'message'] },
        ),
        post(
          `${core}/resourcequotas`,
          {
            metadata: { name: 'q' },
            spec: {
              hard: {
                a1: '1000m',
                a2: '1024Mi',
                a3: '1e3',
                a4: '0.5',
                a5: '100k',
                a6: '1.5Gi',
                a7: 5,
                a8: '1E',
                a9: '0',
              },
            },
          },
          { keep: ['spec', 'message'] },
        ),
        post(
          `${core}/resourcequotas`,
          {
            metadata: { name: 'q2' },
            spec: {
              hard: {
                pods: '1000m',
                'requests.memory': '1024Mi',
                'requests.cpu': '0.5',
                'limits.memory': '1.5Gi',
                'limits.cpu': 5,
                services: '1e3',
                secrets: '100k',
                configmaps: '0',
              },
            },
          },
          { keep: ['spec', 'message'] },
        ),
        remove(`${core}/resourcequotas/q2`),
      ],
    },
  ],
};
