import type { Case } from '../case.ts';
import { apply, get, patch, post, put } from '../steps.ts';
import { API, defined, WIDGETS, widget } from './widgets.ts';

/** Status and scale of a custom resource. */
export const customSubresources: readonly Case[] = [
  {
    name: 'status of a custom resource is a subresource where the definition says so',
    steps: [
      ...defined(
        {
          type: 'object',
          properties: {
            spec: { type: 'object', properties: { a: { type: 'string' } } },
            status: { type: 'object', properties: { phase: { type: 'string', enum: ['A', 'B'] } } },
          },
        },
        { subresources: { status: {} } },
      ),
      post(WIDGETS, { ...widget('a', { a: 'x' }), status: { phase: 'A' } }),
      patch(`${WIDGETS}/a`, 'merge', { status: { phase: 'B' } }),
      patch(`${WIDGETS}/a/status`, 'merge', { spec: { a: 'changed' }, status: { phase: 'B' } }),
      patch(`${WIDGETS}/a/status`, 'merge', {
        metadata: { labels: { a: 'b' }, annotations: { c: 'd' }, finalizers: ['ex.io/f'] },
      }),
      patch(`${WIDGETS}/a/status`, 'merge', { status: { phase: 'C' } }),
      patch(`${WIDGETS}/a`, 'merge', { spec: { a: 'y' } }),
      get(`${WIDGETS}/a/status`),
      put(`${WIDGETS}/a/status`, { ...widget('a'), status: { phase: 'A' } }),
      apply(`${WIDGETS}/a/status`, 'ctrl', {
        apiVersion: API,
        kind: 'Widget',
        metadata: { name: 'a' },
        status: { phase: 'A' },
      }),
      apply(`${WIDGETS}/a`, 'm', { ...widget('a', { a: 'z' }), status: { phase: 'A' } }),
      patch(`${WIDGETS}/nope/status`, 'merge', {}),
      get(`${WIDGETS}/a/scale`),
    ],
  },
  {
    name: 'a custom resource scales where the definition says so',
    steps: [
      ...defined(
        {
          type: 'object',
          properties: {
            spec: { type: 'object', properties: { replicas: { type: 'integer' } } },
            status: { type: 'object', properties: { replicas: { type: 'integer' }, selector: { type: 'string' } } },
          },
        },
        {
          subresources: {
            status: {},
            scale: {
              specReplicasPath: '.spec.replicas',
              statusReplicasPath: '.status.replicas',
              labelSelectorPath: '.status.selector',
            },
          },
        },
      ),
      post(WIDGETS, widget('none')),
      get(`${WIDGETS}/none/scale`),
      post(WIDGETS, widget('a', { replicas: 2 })),
      get(`${WIDGETS}/a/scale`),
      patch(`${WIDGETS}/a/status`, 'merge', { status: { replicas: 1, selector: 'a=b' } }, { unrecorded: true }),
      get(`${WIDGETS}/a/scale`),
      put(`${WIDGETS}/a/scale`, {
        apiVersion: 'autoscaling/v1',
        kind: 'Scale',
        metadata: { name: 'a' },
        spec: { replicas: 3 },
      }),
      patch(`${WIDGETS}/a/scale`, 'merge', { spec: { replicas: 4 } }),
      patch(`${WIDGETS}/a/scale`, 'merge', { spec: { replicas: -1 } }),
      patch(`${WIDGETS}/none/scale`, 'merge', { spec: { replicas: 5 } }),
      get(`${WIDGETS}/nope/scale`),
      get(`${WIDGETS}/a`),
    ],
  },
];
