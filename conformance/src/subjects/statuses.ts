import type { Subject } from '../case.ts';
import { apply, core, get, inGroup, patch, post, put } from '../steps.ts';

const CLAIMS = `${core}/persistentvolumeclaims`;
const SERVICES = `${core}/services`;
const JOBS = `${inGroup('batch/v1')}/jobs`;

const claim = { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } };
const ports = { spec: { ports: [{ port: 80 }] } };
const job = (name: string): object => ({
  metadata: { name },
  spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } } },
});

/** What the status subresource does beyond changing a status. */
export const statuses: Subject = {
  id: 'statuses',
  cases: [
    {
      name: 'a claim is pending until somebody says otherwise',
      steps: [
        post(CLAIMS, { metadata: { name: 'a' }, ...claim }, { save: { rv: 'metadata.resourceVersion' } }),
        patch(`${CLAIMS}/a`, 'strategic', {}),
        patch(`${CLAIMS}/a`, 'merge', {}),
        put(`${CLAIMS}/a/status`, { metadata: { name: 'a' } }),
        patch(`${CLAIMS}/a/status`, 'merge', { status: { phase: 'Bound' } }),
        put(`${CLAIMS}/a/status`, { metadata: { name: 'a' } }),
        get(`${CLAIMS}/a`),
        put(`${CLAIMS}/a`, { metadata: { name: 'a' }, spec: { accessModes: [], resources: {} } }),
        put(`${CLAIMS}/a`, { metadata: { name: 'a' }, spec: { ...claim.spec, accessModes: ['Bogus'] } }),
      ],
    },
    {
      name: 'a status of a service makes the service, without an address',
      steps: [
        put(`${SERVICES}/a/status`, { metadata: { name: 'a' }, ...ports }),
        get(`${SERVICES}/a`),
        apply(`${SERVICES}/b/status`, 'one', { apiVersion: 'v1', kind: 'Service', metadata: { name: 'b' }, ...ports }),
        apply(`${SERVICES}/c/status`, 'one', { apiVersion: 'v1', kind: 'Service', metadata: { name: 'c' } }),
        patch(`${SERVICES}/d/status`, 'merge', ports),
        put(`${CLAIMS}/nope/status`, { metadata: { name: 'nope' }, ...claim }),
      ],
    },
    {
      name: 'a job without labels takes those of its pods with every write',
      steps: [
        post(JOBS, job('a')),
        put(`${JOBS}/a/status`, { metadata: { name: 'a' } }),
        put(`${JOBS}/a/status`, { metadata: { name: 'a', labels: { x: 'y' } } }),
        patch(`${JOBS}/a/status`, 'merge', { metadata: { labels: null } }),
        post(JOBS, { metadata: { name: 'a%25b' } }),
        put(`${JOBS}/a`, { metadata: { name: 'a' } }),
      ],
    },
  ],
};
