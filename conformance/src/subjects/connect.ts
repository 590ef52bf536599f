import type { Subject } from '../case.ts';
import { as, core, get, patch, pod, post, put, remove } from '../steps.ts';

const PODS = `${core}/pods`;
const two = {
  containers: [
    { name: 'a', image: 'i' },
    { name: 'b', image: 'i' },
  ],
  initContainers: [{ name: 'c', image: 'i' }],
};
const unrecorded = { unrecorded: true } as const;
const pods = [
  post(PODS, pod('one'), unrecorded),
  post(PODS, pod('two', two), unrecorded),
  post(PODS, pod('ghost', { nodeName: 'ghost-{{run}}' }), unrecorded),
];

/** D60: what leads through the API server to the containers of pods. There is no kubelet behind it. */
export const connect: Subject = {
  id: 'connect',
  cases: [
    {
      name: 'the log of a pod is asked for by container',
      steps: [
        ...pods,
        get(`${PODS}/one/log`),
        get(`${PODS}/one/log?container=main`),
        get(`${PODS}/one/log?container=nope`),
        get(`${PODS}/two/log`),
        get(`${PODS}/two/log?container=a`),
        get(`${PODS}/two/log?container=c`),
        get(`${PODS}/nope/log`),
        get(`${PODS}/ghost/log`),
        post(`${PODS}/one/log`, {}),
        put(`${PODS}/one/log`, {}),
        remove(`${PODS}/one/log`),
        get(`${PODS}/one/log/x`),
        get(`${PODS}/one/log`, { headers: { accept: 'text/plain' } }),
        get(`${PODS}/one/log`, { headers: { accept: 'text/html' } }),
        get(`${PODS}/one/log`, as('alice')),
      ],
    },
    {
      name: 'the options of a log have to make sense',
      steps: [
        ...pods,
        ...[
          'tailLines=-1',
          'tailLines=0',
          'tailLines=x',
          'limitBytes=0',
          'limitBytes=-5',
          'sinceSeconds=0',
          'sinceSeconds=5&sinceTime=2020-01-01T00:00:00Z',
          'sinceTime=2020-01-01T00:00:00Z',
          'sinceTime=yesterday',
          'follow=maybe',
          'follow=true&previous=1&timestamps=',
          'stream=Stdout',
          'nope=1',
          'tailLines=-1&limitBytes=0&sinceSeconds=-1',
          'tailLines=-1&container=nope',
          'insecureSkipTLSVerifyBackend=true',
        ].map((query) => get(`${PODS}/one/log?${query}`)),
        get(`${PODS}/nope/log?tailLines=-1`),
      ],
    },
    ...['exec', 'attach'].map((name) => ({
      name: `${name} needs a container of a pod with a node, and an upgrade`,
      steps: [
        ...pods,
        get(`${PODS}/one/${name}?command=x&stdout=1`),
        post(`${PODS}/one/${name}?command=x&stdout=1`, {}),
        get(`${PODS}/one/${name}?command=x&container=nope`),
        get(`${PODS}/two/${name}?command=x`),
        get(`${PODS}/two/${name}?command=x&container=b`),
        get(`${PODS}/nope/${name}?command=x`),
        get(`${PODS}/ghost/${name}?command=x`),
        get(`${PODS}/one/${name}?stdin=maybe&tty=x`),
        put(`${PODS}/one/${name}`, {}),
        remove(`${PODS}/one/${name}`),
        patch(`${PODS}/one/${name}`, 'merge', {}),
        get(`${PODS}/one/${name}/x`),
        get(`${PODS}/one/${name}?command=x`, as('alice')),
      ],
    })),
    {
      name: 'port-forward needs a pod with a node, and an upgrade',
      steps: [
        ...pods,
        get(`${PODS}/one/portforward`),
        post(`${PODS}/one/portforward`, {}),
        get(`${PODS}/two/portforward?ports=80`),
        get(`${PODS}/two/portforward?ports=x`),
        get(`${PODS}/nope/portforward`),
        get(`${PODS}/ghost/portforward?ports=80`),
        put(`${PODS}/one/portforward`, {}),
      ],
    },
    {
      name: 'pods, services and nodes are proxied to',
      steps: [
        ...pods,
        post(
          `${core}/services`,
          { metadata: { name: 's' }, spec: { ports: [{ name: 'http', port: 80 }] } },
          unrecorded,
        ),
        get(`${PODS}/one/proxy/`),
        get(`${PODS}/nope/proxy/x`),
        get(`${PODS}/https:one:8443/proxy/x`),
        get(`${PODS}/a:b:c:d/proxy/x`),
        get(`${core}/services/s/proxy/`),
        get(`${core}/services/s:http/proxy/x?a=b`),
        get(`${core}/services/s:80/proxy/`),
        get(`${core}/services/s:nope/proxy/`),
        get(`${core}/services/s:81/proxy/`),
        get(`${core}/services/nope/proxy/`),
        get(`${core}/services/a:b:c:d/proxy/`),
        get('/api/v1/nodes/nope-{{run}}/proxy/'),
        get(`${PODS}/one/proxy`, as('alice')),
        post(`${core}/services/s/proxy/x`, {}, as('alice')),
      ],
    },
  ],
};
