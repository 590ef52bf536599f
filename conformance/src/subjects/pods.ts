import type { Subject } from '../case.ts';
import { core, deployment, inGroup, patch, pod, post, put } from '../steps.ts';

const PODS = `${core}/pods`;
const DEPLOYMENTS = `${inGroup('apps/v1')}/deployments`;
const APP_ARMOR = 'container.apparmor.security.beta.kubernetes.io';

/** A pod whose one container has this in it. */
const holding = (name: string, container: object, spec: object = {}, metadata: object = {}): object =>
  pod(name, { containers: [{ name: 'main', image: 'example.com/main:1', ...container }], ...spec }, metadata);

const resources = (limits: object, requests: object): object => ({ resources: { limits, requests } });
const secured = (securityContext: object): object => ({ securityContext });
const armored = (type: string, rest: object = {}): object => secured({ appArmorProfile: { type, ...rest } });
const annotated = (profile: string, container = 'main'): object => ({
  annotations: { [`${APP_ARMOR}/${container}`]: profile },
});
const token = { serviceAccountToken: { path: 'token' } };

/** What pods may ask for. */
export const pods: Subject = {
  id: 'pods',
  cases: [
    {
      name: 'extended resources and huge pages are requested as they are limited',
      steps: [
        post(PODS, holding('a', resources({}, { 'example.com/gpu': '1' }))),
        post(PODS, holding('b', resources({ 'example.com/gpu': '2' }, { 'example.com/gpu': '1' }))),
        post(PODS, holding('c', resources({ 'hugepages-2Mi': '4Mi', cpu: 1 }, { 'hugepages-2Mi': '2Mi' }))),
        post(PODS, holding('d', resources({ cpu: 1 }, { cpu: 2, memory: '1Gi' }))),
        post(PODS, holding('e', resources({ 'example.com/gpu': '1' }, {}))),
        post(DEPLOYMENTS, deployment('a', {}, resources({}, { 'example.com/gpu': '1', cpu: '1' }))),
      ],
    },
    {
      name: 'what is privileged cannot be kept from privileges',
      steps: [
        post(PODS, holding('a', secured({ allowPrivilegeEscalation: false, privileged: true }))),
        post(
          PODS,
          holding('b', secured({ allowPrivilegeEscalation: false, capabilities: { add: ['CAP_SYS_ADMIN', 'KILL'] } })),
        ),
        post(PODS, holding('c', secured({ allowPrivilegeEscalation: true, privileged: true }))),
        post(PODS, holding('d', secured({ procMount: 'Bogus' }))),
        post(DEPLOYMENTS, deployment('a', {}, secured({ allowPrivilegeEscalation: false, privileged: true }))),
      ],
    },
    {
      name: 'fields and annotations of AppArmor agree',
      steps: [
        post(PODS, holding('a', armored('RuntimeDefault'), {}, annotated('unconfined'))),
        post(PODS, holding('b', armored('Unconfined'), {}, annotated('runtime/default'))),
        post(PODS, holding('c', armored('Localhost', { localhostProfile: 'x' }), {}, annotated('localhost/y'))),
        post(PODS, holding('d', armored('Localhost', { localhostProfile: 'x' }), {}, annotated('unconfined'))),
        post(PODS, holding('e', armored('Localhost'))),
        post(PODS, holding('f', armored('RuntimeDefault', { localhostProfile: 'x' }))),
        post(PODS, holding('g', armored('Bogus'))),
        post(PODS, holding('h', armored('Localhost', { localhostProfile: ' x ' }))),
        post(PODS, holding('i', {}, {}, annotated('localhost/x', 'other'))),
        post(PODS, holding('j', {}, {}, annotated('bogus'))),
        post(PODS, holding('k', {}, armored('RuntimeDefault'), annotated('unconfined'))),
        post(PODS, holding('l', {}, {}, annotated('runtime/default'))),
        post(PODS, holding('m', armored('RuntimeDefault'), {}, annotated('runtime/default'))),
        post(PODS, holding('n', armored('RuntimeDefault'))),
        patch(`${PODS}/n`, 'merge', { metadata: { annotations: { [`${APP_ARMOR}/main`]: null } } }),
        patch(`${PODS}/n`, 'merge', { metadata: annotated('unconfined') }),
      ],
    },
    {
      name: 'templates of pods keep annotations of AppArmor as they are, with a warning',
      steps: [
        post(DEPLOYMENTS, {
          ...deployment('a'),
          spec: {
            selector: { matchLabels: { app: 'a' } },
            template: {
              metadata: { labels: { app: 'a' }, ...annotated('runtime/default') },
              spec: { hostUsers: true, containers: [{ name: 'main', image: 'i' }] },
            },
          },
        }),
        post(DEPLOYMENTS, deployment('b', {}, secured({ procMount: 'Unmasked' }))),
        post(DEPLOYMENTS, deployment('c', {}, armored('RuntimeDefault'))),
        put(`${DEPLOYMENTS}/b`, deployment('b', {}, secured({ procMount: 'Unmasked', privileged: false }))),
        post(`${inGroup('batch/v1')}/cronjobs`, {
          metadata: { name: 'a' },
          spec: {
            schedule: '* * * * *',
            jobTemplate: {
              spec: {
                template: {
                  metadata: annotated('unconfined'),
                  spec: {
                    hostUsers: false,
                    restartPolicy: 'Never',
                    containers: [{ name: 'main', image: 'i', ...secured({ procMount: 'Default' }) }],
                  },
                },
              },
            },
          },
        }),
        post(`${core}/podtemplates`, {
          metadata: { name: 'a' },
          template: {
            metadata: annotated('unconfined'),
            spec: { hostUsers: false, containers: [{ name: 'main', image: 'i' }] },
          },
        }),
      ],
    },
    {
      name: 'mirror pods have a node, and stay what they are',
      steps: [
        post(PODS, pod('a', {}, { annotations: { 'kubernetes.io/config.mirror': 'x' } })),
        post(PODS, pod('b')),
        patch(`${PODS}/b`, 'merge', { metadata: { annotations: { 'kubernetes.io/config.mirror': 'x' } } }),
      ],
    },
    {
      name: 'tokens are projected for a service account',
      steps: [
        post(PODS, pod('a', { volumes: [{ name: 'v', projected: { sources: [token] } }] })),
        post(PODS, pod('b', { volumes: [{ name: 'v', projected: { sources: [token] } }], serviceAccountName: 's' })),
        post(
          PODS,
          pod('c', {
            serviceAccountName: 's',
            volumes: [
              {
                name: 'v',
                projected: {
                  sources: [
                    { serviceAccountToken: { path: '', expirationSeconds: 599 } },
                    { serviceAccountToken: { path: 'a', expirationSeconds: 4294967297 } },
                  ],
                },
              },
            ],
          }),
        ),
        post(DEPLOYMENTS, {
          ...deployment('a'),
          spec: {
            selector: { matchLabels: { app: 'a' } },
            template: {
              metadata: { labels: { app: 'a' } },
              spec: {
                containers: [{ name: 'main', image: 'i' }],
                volumes: [{ name: 'v', projected: { sources: [token] } }],
              },
            },
          },
        }),
      ],
    },
  ],
};
