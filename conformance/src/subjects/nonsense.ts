import type { Step, Subject } from '../case.ts';
import { apply, configMap, core, get, patch, post, put, remove, send } from '../steps.ts';
import { defined, NUMBERS, WIDGETS, widget, widgetText } from './widgets.ts';

const CMS = `${core}/configmaps`;
const ROLES = '/apis/rbac.authorization.k8s.io/v1/namespaces/{{ns}}/roles';
const PLAIN = { headers: { accept: 'text/plain' } };

const nested = (levels: number) => `{"any":${'{"a":'.repeat(levels)}0${'}'.repeat(levels)}}`;

/** A body in which a few lines stand for more than a memory holds. */
const BOMB = Array.from(
  { length: 12 },
  (_, at) => `a${at}: &a${at} [${at === 0 ? 'x' : `*a${at - 1},`.repeat(9)}]`,
).join('\n');

/** What random requests have found: paths, options and bodies that make no sense. */
export const nonsense: Subject = {
  id: 'nonsense',
  cases: [
    {
      name: 'a name in the path is taken as it is, except where it could not be part of a path',
      steps: [
        ...['%2e', '%2e%2e', 'a%25b', 'a%2Fb', '%C3%A4', '%ff', 'UPPER'].flatMap((name): Step[] => [
          get(`${CMS}/${name}`),
          remove(`${CMS}/${name}`),
          patch(`${CMS}/${name}`, 'merge', {}),
          put(`${CMS}/${name}`, { metadata: { name: 'a' } }),
        ]),
        ...['%', '%zz', 'a%2'].map((name) => get(`${CMS}/${name}`)),
      ],
    },
    {
      name: 'the options of a deletion are typed',
      steps: [
        post(CMS, configMap('a'), { unrecorded: true }),
        ...[
          { apiVersion: 5 },
          { kind: 5 },
          { kind: 'Bogus' },
          { dryRun: 'All' },
          { gracePeriodSeconds: 1.5 },
          { gracePeriodSeconds: 'x' },
          { orphanDependents: 'x' },
          { propagationPolicy: 5 },
          { preconditions: 5 },
          { preconditions: { uid: 5 } },
        ].flatMap((options) => [remove(`${CMS}/a`, options), remove(CMS, options)]),
        remove(`${CMS}/a`, { propagationPolicy: 'Bogus', orphanDependents: true }),
        ...['"x"', '5', '[]', 'true'].map((text) => send(`DELETE ${CMS}/a`, { text })),
        remove(`${CMS}?labelSelector=%3D`, { kind: 'Bogus' }),
        remove(`${CMS}?limit=x`, { kind: 'Bogus' }),
      ],
    },
    {
      name: 'numbers of a query are numbers, not nothing',
      steps: [
        get(`${CMS}?limit=`),
        get(`${CMS}?timeoutSeconds=`),
        remove(`${CMS}/a?gracePeriodSeconds=`),
        get(`${CMS}?limit=`, { headers: { accept: 'application/json;as=Bogus;v=v1;g=meta.k8s.io' } }),
      ],
    },
    {
      name: 'a form of answer that there is not is refused in the words of the server that is asked',
      steps: [
        ...defined(NUMBERS),
        ...[WIDGETS, CMS].flatMap((path): Step[] => [
          get(path, PLAIN),
          get(`${path}?limit=x`, PLAIN),
          get(`${path}/a`, PLAIN),
          post(path, {}, PLAIN),
          put(`${path}/a`, {}, PLAIN),
          patch(`${path}/a`, 'merge', {}, PLAIN),
          patch(`${path}/a`, 'strategic', {}, PLAIN),
          remove(`${path}/a`, undefined, PLAIN),
          remove(path, undefined, PLAIN),
        ]),
      ],
    },
    {
      name: 'metadata of a list that is asked for in the wrong form, or is empty',
      steps: [
        ...defined(NUMBERS),
        ...[WIDGETS, CMS].flatMap((path): Step[] =>
          ['PartialObjectMetadata', 'PartialObjectMetadataList'].map((as) =>
            get(path, { headers: { accept: `application/json;as=${as};v=v1;g=meta.k8s.io` } }),
          ),
        ),
        post(WIDGETS, widget('a'), { unrecorded: true }),
        get(`${WIDGETS}/a`, {
          headers: { accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io' },
        }),
      ],
    },
    {
      name: 'a patch of what is not there is not looked at',
      steps: ['json', 'merge', 'strategic-merge'].flatMap((type): Step[] => [
        send(`PATCH ${CMS}/none`, { text: '{' }, `application/${type}-patch+json`),
        send(`PATCH ${CMS}/none`, { text: '5' }, `application/${type}-patch+json`),
      ]),
    },
    {
      name: 'a configuration without a name means nothing',
      steps: [
        ...[null, {}, { name: null }, 5, [], { name: 5 }].map((metadata) =>
          apply(`${CMS}/a`, 'm', { apiVersion: 'v1', kind: 'ConfigMap', metadata }),
        ),
      ],
    },
    {
      name: 'a patch cannot take kind and version from a custom resource',
      steps: [
        ...defined(NUMBERS),
        post(WIDGETS, widget('a'), { unrecorded: true }),
        ...[
          { kind: null },
          { kind: '' },
          { kind: 5 },
          { kind: 'Bogus' },
          { apiVersion: null },
          { apiVersion: 'v1' },
        ].map((body) => patch(`${WIDGETS}/a`, 'merge', body)),
      ],
    },
    {
      name: 'numbers beyond every float are refused, or taken as text by YAML',
      steps: [
        ...defined(NUMBERS),
        ...['{"n":1e999}', '{"i":-1e999}', '{"x":1e400}', '{"any":{"a":1e999}}'].flatMap((spec, at): Step[] => [
          send(`POST ${WIDGETS}`, { text: widgetText(`a${at}`, spec) }),
          send(
            `PATCH ${WIDGETS}/b${at}?fieldManager=m`,
            { text: widgetText(`b${at}`, spec) },
            'application/apply-patch+yaml',
          ),
        ]),
        post(CMS, configMap('a'), { unrecorded: true }),
        ...['merge', 'strategic-merge'].map((type) =>
          send(`PATCH ${CMS}/a`, { text: '{"metadata":{"labels":{"a":1e999}}}' }, `application/${type}-patch+json`),
        ),
      ],
    },
    {
      name: 'aliases of YAML do not stand for themselves, for nothing or for too much',
      steps: [
        ...['a: &a [*a]', 'a: *b', BOMB, 'a: .inf'].flatMap((text): Step[] => [
          send(`POST ${CMS}`, { text }, 'application/yaml'),
          send(`PATCH ${CMS}/a?fieldManager=m`, { text }, 'application/apply-patch+yaml'),
        ]),
        ...['['.repeat(20_000), '- '.repeat(20_000)].map((text) =>
          send(`PATCH ${CMS}/a?fieldManager=m`, { text }, 'application/apply-patch+yaml'),
        ),
      ],
    },
    {
      name: 'nesting has an end',
      steps: [
        ...defined(NUMBERS),
        ...[500, 2000, 10_001].map((levels) =>
          send(`POST ${WIDGETS}`, { text: widgetText(`a${levels}`, nested(levels)) }, 'application/json', {
            keep: ['kind', 'message'],
          }),
        ),
        post(WIDGETS, widget('a', { any: { a: 'x'.repeat(20) } }), { unrecorded: true }),
        patch(
          `${WIDGETS}/a`,
          'json',
          Array.from({ length: 40 }, (_, at) => ({ op: 'copy', from: '/spec/any', path: `/spec/any/a${at}` })),
        ),
      ],
    },
    {
      name: 'an object whose spec does not fit has no owners any more, though its status alone is changed',
      steps: [
        ...defined(
          {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                properties: {
                  a: { type: 'string' },
                  l: { type: 'array', items: { type: 'object', properties: { x: { type: 'string' } } } },
                },
              },
              status: { type: 'object', properties: { p: { type: 'string' } } },
            },
          },
          { subresources: { status: {} } },
        ),
        post(WIDGETS, widget('a', { a: 'x' }), { unrecorded: true }),
        ...[
          { spec: { zz: 1, l: [{ y: 1 }] } },
          { spec: { a: 5, zz: 1, l: [{ y: 1 }] } },
          { spec: { a: 6 }, status: { p: 'q' } },
          { status: { p: 'r' } },
          { status: { p: 5 } },
        ].map((body) => patch(`${WIDGETS}/a/status`, 'merge', body)),
        patch(`${WIDGETS}/a`, 'merge', { spec: { a: 'y' } }),
        get(`${WIDGETS}/a/b/c`),
        get(WIDGETS, { headers: { accept: 'application/*' } }),
      ],
    },
    {
      name: 'what is wrong with an object in itself',
      steps: [
        post(`${core}/persistentvolumeclaims`, {
          metadata: {
            name: 'a',
            generation: -1,
            ownerReferences: [{ apiVersion: 'a/b/c', kind: 'K', name: 'n', uid: 'u' }],
          },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
        }),
        apply(`${core}/persistentvolumeclaims/a`, 'm', {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          metadata: { name: 'a' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: 'lots' } } },
        }),
        apply(`${CMS}/a%25b`, 'm', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'other' } }),
        apply(`${CMS}/a`, 'm', {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'a', labels: { a: 5 } },
          immutable: 'x',
        }),
        send(`DELETE ${CMS}`, { text: 'null' }),
        get(`${core}/pods/a/status?resourceVersion=abc`),
        post(CMS, configMap('a'), { unrecorded: true }),
        patch(`${CMS}/a`, 'strategic', { kind: 'Secret', data: { k: 'v' } }),
      ],
    },
    {
      name: 'an address of a service stays, also for a client that knows only the first',
      steps: [
        post(`${core}/services`, { metadata: { name: 'a' }, spec: { ports: [{ port: 80 }] } }, { unrecorded: true }),
        ...['None', '10.0.0.200'].flatMap((clusterIP): Step[] => [
          put(`${core}/services/a`, { metadata: { name: 'a' }, spec: { ports: [{ port: 80 }], clusterIP } }),
          patch(`${core}/services/a`, 'merge', { spec: { clusterIP } }),
        ]),
      ],
    },
    {
      name: 'a version that is none is looked at after everything else in a creation, and first in an update',
      steps: [
        post(ROLES, { metadata: { name: 'a' } }, { unrecorded: true }),
        ...['abc', '1'].flatMap((resourceVersion) => [
          post(ROLES, { metadata: { name: 'a', resourceVersion } }),
          post(ROLES, { metadata: { name: `new-${resourceVersion}`, resourceVersion } }),
          put(`${ROLES}/b`, { metadata: { name: 'b', resourceVersion } }),
        ]),
        put(`${ROLES}/a`, { metadata: { name: 'a' }, rules: [{ apiGroups: [''], resources: ['pods'] }] }),
      ],
    },
  ],
};
