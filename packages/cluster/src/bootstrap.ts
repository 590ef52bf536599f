import { formatTime } from '@opwright/machinery';
import type { ApiServer } from './api/context.ts';
import { storedForm } from './api/write.ts';
import type { MutableObject } from './kinds/kind.ts';
import { storeKey } from './store/object.ts';

const NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/** What every cluster holds from the start. */
export async function bootstrapObjects(server: ApiServer): Promise<void> {
  for (const name of NAMESPACES) put(server, namespace(name));
  put(server, kubernetesService(server));
}

/** Stores an object as the API server's own start does: defaulted and identified, past admission. */
function put(server: ApiServer, object: MutableObject): void {
  const { apiVersion, kind } = object as { apiVersion: string; kind: string };
  const [version = '', group = ''] = apiVersion.split('/').reverse();
  const served = server.registry.findKind(group, version, kind);
  if (served === undefined) throw new Error(`${apiVersion} ${kind} is not served`);
  const metadata = object.metadata as MutableObject;
  metadata.uid = server.random.uuid();
  metadata.creationTimestamp = formatTime(server.clock.now());
  served.setDefaults(object);
  server.store.create(
    served.storage,
    storeKey(metadata.namespace as string | undefined, metadata.name as string),
    storedForm(served, object),
  );
}

function namespace(name: string): MutableObject {
  return {
    kind: 'Namespace',
    apiVersion: 'v1',
    metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  };
}

/** The API server's own service. */
function kubernetesService(server: ApiServer): MutableObject {
  const clusterIP = server.allocator.clusterIP('10.0.0.1');
  return {
    kind: 'Service',
    apiVersion: 'v1',
    metadata: {
      name: 'kubernetes',
      namespace: 'default',
      labels: { component: 'apiserver', provider: 'kubernetes' },
    },
    spec: {
      ports: [{ name: 'https', protocol: 'TCP', port: 443, targetPort: 6443 }],
      clusterIP,
      clusterIPs: [clusterIP],
      type: 'ClusterIP',
      sessionAffinity: 'None',
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      internalTrafficPolicy: 'Cluster',
    },
    status: { loadBalancer: {} },
  };
}
