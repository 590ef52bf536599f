import type { Subject } from '../case.ts';
import { get } from '../steps.ts';

const WATCH = '/api/v1/namespaces/{{ns}}/configmaps?watch=true';

/** What clients of older servers have to do without. */
export const featureGates: Subject = {
  id: 'feature-gates',
  flags: ['--feature-gates=WatchList=false'],
  cases: [
    {
      name: 'without WatchList no watch begins with what is there when that is asked for',
      steps: [
        get(`${WATCH}&sendInitialEvents=true&resourceVersionMatch=NotOlderThan`),
        get(`${WATCH}&sendInitialEvents=false&resourceVersionMatch=NotOlderThan`),
        get(`${WATCH}&sendInitialEvents=true`),
        get(`${WATCH}&sendInitialEvents=true&resourceVersionMatch=Exact`),
      ],
    },
  ],
};
