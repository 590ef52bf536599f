import type { RequestStep, Subject } from '../case.ts';
import { core, get, inGroup, patch, pod, post } from '../steps.ts';

const PODS = `${core}/pods`;
const BUDGETS = `${inGroup('policy/v1')}/poddisruptionbudgets`;
const unrecorded = { unrecorded: true } as const;

const eviction = (name: string, rest: object = {}) => ({
  apiVersion: 'policy/v1',
  kind: 'Eviction',
  metadata: { name },
  ...rest,
});
const evict = (name: string, rest: object = {}, query = ''): RequestStep =>
  post(`${PODS}/${name}/eviction${query}`, eviction(name, rest));

/** A pod that works, as far as its status says. */
const running = (name: string, labels: object = { app: 'a' }, ready = true): RequestStep[] => [
  post(PODS, pod(name, { nodeName: 'n' }, { labels }), unrecorded),
  patch(
    `${PODS}/${name}/status`,
    'merge',
    { status: { phase: 'Running', conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] } },
    unrecorded,
  ),
];

/** A budget as its controller would see it. */
const budget = (name: string, status: object, spec: object = {}): RequestStep[] => [
  post(
    BUDGETS,
    { metadata: { name }, spec: { selector: { matchLabels: { app: 'a' } }, minAvailable: 1, ...spec } },
    unrecorded,
  ),
  patch(
    `${BUDGETS}/${name}/status`,
    'merge',
    {
      status: {
        observedGeneration: 1,
        currentHealthy: 2,
        desiredHealthy: 2,
        expectedPods: 2,
        disruptionsAllowed: 0,
        ...status,
      },
    },
    unrecorded,
  ),
];

const keepStatus = { keep: ['status'] };

/** D65: evictions and disruption budgets. */
export const evictions: Subject = {
  id: 'eviction',
  cases: [
    {
      name: 'an eviction deletes a pod, with the options that it has',
      steps: [
        post(PODS, pod('waiting'), unrecorded),
        evict('waiting'),
        get(`${PODS}/waiting`),
        ...running('a'),
        evict('a', {}, '?dryRun=All'),
        evict('a', { deleteOptions: { dryRun: ['All'] } }),
        evict('a', { deleteOptions: { preconditions: { uid: 'x' } } }),
        evict('a', { deleteOptions: { preconditions: { resourceVersion: '1' } } }),
        get(`${PODS}/a`, keepStatus),
        evict('a', { deleteOptions: { gracePeriodSeconds: 5 } }),
        get(`${PODS}/a`, { keep: ['metadata.deletionGracePeriodSeconds', 'status.conditions'] }),
        evict('a'),
        evict('nope'),
        post(`${PODS}/a/eviction`, eviction('b')),
        post(`${PODS}/a/eviction`, { ...eviction('a'), apiVersion: 'policy/v1beta1' }),
        post(`${PODS}/a/eviction`, { metadata: { name: 'a' } }),
        post(`${PODS}/a/eviction`, {}),
        post(`${PODS}/a/eviction`, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } }),
      ],
    },
    {
      name: 'a budget that is used up keeps its pods',
      steps: [
        ...running('a'),
        ...running('other', { app: 'b' }),
        ...budget('p', {}),
        evict('a'),
        evict('other'),
        evict('a', { deleteOptions: { dryRun: ['All'] } }),
        patch(`${BUDGETS}/p/status`, 'merge', { status: { disruptionsAllowed: 1 } }, unrecorded),
        evict('a', {}, '?dryRun=All'),
        get(`${BUDGETS}/p`, keepStatus),
        evict('a'),
        get(`${BUDGETS}/p`, keepStatus),
        get(`${PODS}/a`, { keep: ['status.conditions', 'metadata.deletionGracePeriodSeconds'] }),
      ],
    },
    {
      name: 'a budget whose use is not known keeps its pods, and two of them are too many',
      steps: [
        ...running('a'),
        post(
          BUDGETS,
          { metadata: { name: 'new' }, spec: { selector: { matchLabels: { app: 'a' } }, minAvailable: 1 } },
          unrecorded,
        ),
        evict('a'),
        ...budget('second', { disruptionsAllowed: 1 }),
        evict('a'),
      ],
    },
    {
      name: 'pods that do not work go as their budget says',
      steps: [
        ...running('healthy'),
        ...running('unready', { app: 'a' }, false),
        ...running('unready-too', { app: 'a' }, false),
        post(PODS, pod('done', { nodeName: 'n' }, { labels: { app: 'a' } }), unrecorded),
        patch(`${PODS}/done/status`, 'merge', { status: { phase: 'Succeeded' } }, unrecorded),
        ...budget('p', { currentHealthy: 1 }),
        evict('done'),
        evict('unready'),
        patch(`${BUDGETS}/p/status`, 'merge', { status: { currentHealthy: 2 } }, unrecorded),
        evict('unready'),
        get(`${BUDGETS}/p`, keepStatus),
        patch(`${BUDGETS}/p`, 'merge', { spec: { unhealthyPodEvictionPolicy: 'AlwaysAllow' } }, unrecorded),
        patch(`${BUDGETS}/p/status`, 'merge', { status: { currentHealthy: 1 } }, unrecorded),
        evict('unready-too'),
        evict('healthy'),
      ],
    },
  ],
};
