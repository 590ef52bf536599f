// The informer of @kubernetes/client-node as a follower, used as its README says: started anew five seconds after an error.
import { createRequire } from 'node:module';
import { CoreV1Api, CustomObjectsApi, KubeConfig, makeInformer } from '@kubernetes/client-node';
import { keyOf, PLURALS } from './world.mjs';

export const { version: CLIENT_NODE_VERSION } = createRequire(import.meta.url)('@kubernetes/client-node/package.json');

const RESTART_MS = 5_000;
const ROOTS = { configmaps: '/api/v1', widgets: '/apis/faults.example.com/v1' };

export async function followWithClientNode({ server, ca, clock, report, isSystem }) {
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: [{ name: 'proxy', server, caData: Buffer.from(ca).toString('base64') }],
    users: [{ name: 'nobody' }],
    contexts: [{ name: 'proxy', cluster: 'proxy', user: 'nobody' }],
    currentContext: 'proxy',
  });
  const core = config.makeApiClient(CoreV1Api);
  const custom = config.makeApiClient(CustomObjectsApi);
  const lists = {
    configmaps: () => core.listConfigMapForAllNamespaces(),
    widgets: () =>
      custom.listCustomObjectForAllNamespaces({
        group: 'faults.example.com',
        version: 'v1',
        resourcePlural: 'widgets',
        plural: 'widgets',
      }),
  };
  const restarts = new Set();
  let stopped = false;
  const informers = Object.fromEntries(
    PLURALS.map((plural) => {
      const informer = makeInformer(config, `${ROOTS[plural]}/${plural}`, lists[plural]);
      const tell = (type) => (object) => stopped || report(plural, { type, object });
      for (const type of ['add', 'update', 'delete']) informer.on(type, tell(type));
      informer.on('error', () => {
        if (stopped) return;
        const timer = clock.setTimeout(() => {
          restarts.delete(timer);
          informer.start();
        }, RESTART_MS);
        restarts.add(timer);
      });
      return [plural, informer];
    }),
  );
  for (const plural of PLURALS) await informers[plural].start();

  return {
    held(plural) {
      const objects = informers[plural].list().filter((object) => !isSystem(object));
      return new Map(objects.map((object) => [keyOf(object), object]));
    },
    async stop() {
      stopped = true;
      for (const timer of restarts) timer.cancel();
      for (const plural of PLURALS) await informers[plural].stop();
    },
  };
}
