import type { Subject } from '../case.ts';
import { apply, events, get, patch, post, put, remove, reviews, watch } from '../steps.ts';
import { answering } from '../webhook-server.ts';
import { CRDS, defined, GROUP, TABLE, version as versionOf } from './widgets.ts';

const ANY = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const SCHEMA = { type: 'object', properties: { spec: ANY } };
const at = (version: string) => `/apis/${GROUP}/${version}/namespaces/{{ns}}/widgets`;
const version = (name: string, rest: object = {}) => versionOf(SCHEMA, { name, storage: false, ...rest });
const DEFINITION = `${CRDS}/widgets.${GROUP}`;

/** Widgets with a field that is `a` in v1, which is stored, and `aa` in v2. */
const converted = defined(
  SCHEMA,
  {},
  {
    versions: [version('v1', { storage: true }), version('v2')],
    conversion: {
      strategy: 'Webhook',
      webhook: {
        conversionReviewVersions: ['v1'],
        clientConfig: {
          url: `{{webhook}}/${answering({ converts: { v1: 'a', v2: 'aa' } })}`,
          caBundle: '{{caBundle}}',
        },
      },
    },
  },
);

const widget = (name: string, of: string, spec: object, metadata: object = {}) => ({
  apiVersion: `${GROUP}/${of}`,
  kind: 'Widget',
  metadata: { name, ...metadata },
  spec,
});

const unrecorded = { unrecorded: true } as const;
const content = { keep: ['apiVersion', 'spec', 'metadata.generation', 'message'] };
const owned = { keep: ['spec', 'metadata.managedFields', 'message', 'details'] };
const stored = { keep: ['status.storedVersions', 'message'] };

/** What the webhook does wrong about an object, by its mode. */
const MODES = [
  'fails',
  'fails without a word',
  'says nothing',
  'takes another uid',
  'loses one',
  'keeps the version',
  'changes the kind',
  'changes the name',
  'changes finalizers',
  'adds labels',
  'loses metadata',
];

/** D53: conversion of custom resources by webhooks. */
export const conversion: Subject = {
  id: 'conversion',
  cases: [
    {
      name: 'an object is written in one version and read in another',
      webhooks: true,
      steps: [
        ...converted,
        post(at('v1'), widget('w', 'v1', { a: 1 }), { save: { rv: 'metadata.resourceVersion' } }),
        get(`${at('v2')}/w`),
        reviews(),
        watch('v2', `${at('v2')}?watch=true&resourceVersion={{rv}}`),
        patch(`${at('v2')}/w`, 'merge', { spec: { aa: 2 } }, content),
        patch(`${at('v2')}/w`, 'json', [{ op: 'replace', path: '/spec/aa', value: 3 }], content),
        patch(`${at('v2')}/w`, 'merge', { spec: { aa: 3 } }, content),
        put(`${at('v2')}/w`, widget('w', 'v2', { aa: 4 }, { resourceVersion: '{{rv}}' })),
        apply(`${at('v2')}/w?force=true`, 'm', widget('w', 'v2', { aa: 5 }), content),
        get(`${at('v1')}/w`, content),
        post(at('v2'), widget('x', 'v2', { aa: 1 })),
        get(at('v1'), { keep: ['kind', 'apiVersion', 'metadata', 'items.0.spec', 'items.1'] }),
        get(at('v2'), { keep: ['kind', 'apiVersion', 'metadata', 'items.0.spec', 'items.1'] }),
        get(`${at('v2')}?includeObject=None`, { headers: TABLE }),
        remove(`${at('v2')}/x`),
      ],
    },
    {
      name: 'a watch shows objects in its version',
      webhooks: true,
      steps: [
        ...converted,
        post(at('v1'), widget('w', 'v1', { a: 1 }), { save: { rv: 'metadata.resourceVersion' } }),
        watch('since', `${at('v2')}?watch=true&resourceVersion={{rv}}`),
        post(at('v1'), widget('x', 'v1', { a: 2 }), unrecorded),
        post(at('v2'), widget('y', 'v2', { aa: 3 }), unrecorded),
        remove(`${at('v1')}/x`, undefined, unrecorded),
        events('since', 3),
      ],
    },
    {
      name: 'who owns a field is known in each version',
      webhooks: true,
      steps: [
        ...converted,
        post(at('v1'), widget('w', 'v1', { a: 1 }), unrecorded),
        patch(`${at('v2')}/w`, 'merge', { spec: { aa: 2 } }, { keep: ['metadata.managedFields'] }),
        apply(`${at('v2')}/w?force=true`, 'm', widget('w', 'v2', { aa: 5 }), { keep: ['metadata.managedFields'] }),
        apply(`${at('v1')}/w`, 'other', widget('w', 'v1', { a: 6 })),
      ],
    },
    {
      name: 'managers share, drop and take fields that have another name in the version of each',
      webhooks: true,
      steps: [
        ...converted,
        apply(`${at('v1')}/w`, 'm', widget('w', 'v1', { a: 1 }), owned),
        apply(`${at('v2')}/w`, 'n', widget('w', 'v2', { aa: 1 }), owned),
        apply(`${at('v1')}/w`, 'm', widget('w', 'v1', {}), owned),
        apply(`${at('v2')}/w`, 'n', widget('w', 'v2', {}), owned),
        apply(`${at('v1')}/w`, 'm', widget('w', 'v1', { a: 1 }), owned),
        apply(`${at('v2')}/w`, 'm', widget('w', 'v2', { aa: 2 }), owned),
        apply(`${at('v2')}/w`, 'm', widget('w', 'v2', {}), owned),
        patch(`${at('v2')}/w`, 'merge', { spec: { aa: 3 } }, owned),
        apply(`${at('v1')}/w`, 'o', widget('w', 'v1', { a: 4 }), owned),
        apply(`${at('v1')}/w?force=true`, 'o', widget('w', 'v1', { a: 4 }), owned),
        patch(`${at('v1')}/w`, 'merge', { metadata: { labels: { a: 'b' } } }, owned),
        patch(`${at('v2')}/w`, 'merge', { spec: { aa: null } }, owned),
        get(`${at('v1')}/w`, owned),
      ],
    },
    {
      name: 'a webhook that cannot tell who owns what leaves nobody an owner, and refuses applies',
      webhooks: true,
      steps: [
        ...converted,
        post(at('v1'), widget('w', 'v1', { a: 1 }), unrecorded),
        patch(`${at('v2')}/w`, 'merge', { spec: { aa: 2 } }, owned),
        apply(`${at('v1')}/w`, 'm', widget('w', 'v1', { mode: 'fails' }), owned),
        patch(`${at('v1')}/w`, 'merge', { spec: { mode: 'fails' } }, owned),
        patch(`${at('v1')}/w`, 'merge', { spec: { mode: 'works', a: 3 } }, owned),
        apply(`${at('v1')}/w`, 'm', widget('w', 'v1', { b: 1 }), owned),
        patch(`${at('v2')}/w`, 'merge', { spec: { aa: 4 } }, owned),
        put(`${at('v1')}/w`, widget('w', 'v1', { mode: 'fails without a word', a: 5 }), owned),
        apply(`${at('v1')}/w`, 'm', widget('w', 'v1', { b: 2 }), owned),
      ],
    },
    {
      name: 'what a webhook cannot convert fails, in that version only',
      webhooks: true,
      steps: [
        ...converted,
        ...MODES.flatMap((mode, index) => [
          post(at('v1'), widget(`w${index}`, 'v1', { a: 1, mode }), unrecorded),
          get(`${at('v2')}/w${index}`),
          ...(mode === 'fails' ? [get(at('v2'), { keep: ['code', 'message', 'reason', 'kind'] })] : []),
          remove(`${at('v1')}/w${index}`, undefined, { keep: ['status', 'message'] }),
        ]),
        post(at('v2'), widget('w', 'v2', { aa: 1, mode: 'fails' })),
        post(at('v2'), widget('w', 'v2', { aa: 1, mode: 'changes the name' })),
      ],
    },
    {
      name: 'a version goes when nothing is stored in it any more',
      webhooks: true,
      steps: [
        ...converted,
        post(at('v1'), widget('w', 'v1', { a: 1 }), unrecorded),
        get(DEFINITION, { keep: ['status.storedVersions'] }),
        patch(
          DEFINITION,
          'merge',
          { spec: { versions: [version('v1'), version('v2', { storage: true })] } },
          {
            keep: ['status.storedVersions', 'spec.versions.0.storage', 'spec.versions.1.storage'],
          },
        ),
        patch(DEFINITION, 'merge', { spec: { versions: [version('v2', { storage: true })] } }),
        patch(`${DEFINITION}/status`, 'merge', { status: { storedVersions: ['v1'] } }, stored),
        patch(`${DEFINITION}/status`, 'merge', { status: { storedVersions: ['v2', 'v3'] } }, stored),
        patch(DEFINITION, 'merge', { spec: { versions: [version('v2', { storage: true })] } }),
        patch(`${at('v2')}/w`, 'merge', {}, { until: { text: '"aa":1' } }),
        patch(
          `${DEFINITION}/status`,
          'merge',
          { status: { storedVersions: ['v2'] } },
          { keep: ['status.storedVersions'] },
        ),
        patch(
          DEFINITION,
          'merge',
          { spec: { versions: [version('v2', { storage: true })] } },
          {
            keep: ['status.storedVersions', 'spec.versions.0.name'],
          },
        ),
        get(`${at('v1')}/w`, { until: { status: 404 } }),
        get(`${at('v1')}/w`),
        get(`${at('v2')}/w`, { keep: ['apiVersion', 'spec'] }),
      ],
    },
  ],
};
