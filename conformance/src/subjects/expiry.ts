import type { Subject } from '../case.ts';
import { core, events, get, inGroup, patch, post, watch } from '../steps.ts';

const EVENTS = `${core}/events`;
const event = (name: string) => ({
  metadata: { name },
  involvedObject: { kind: 'Pod', namespace: '{{ns}}', name: 'p' },
  message: 'm',
});
const unrecorded = { unrecorded: true } as const;

/** What goes by itself after a time. */
export const expiry: Subject = {
  id: 'expiry',
  // Long enough for a slow machine to do something before.
  passesTime: true,
  flags: ['--event-ttl=10s'],
  cases: [
    {
      name: 'events are deleted some time after their last write, with their finalizers',
      steps: [
        post(EVENTS, event('a'), { save: { rv: 'metadata.resourceVersion' } }),
        watch('core', `${EVENTS}?watch=true&resourceVersion={{rv}}`),
        watch('events', `${inGroup('events.k8s.io/v1')}/events?watch=true&resourceVersion={{rv}}`),
        patch(`${EVENTS}/a`, 'merge', { count: 2, metadata: { finalizers: ['example.com/f'] } }, unrecorded),
        events('core', 2, 30_000),
        events('events', 2, 30_000),
        get(EVENTS, { keep: ['items'] }),
        get(`${EVENTS}/a`),
      ],
    },
  ],
};
