// The measurements of bench/peers in @kubernetes/client-node, which has informers but no queue and no controllers:
// `client-node.mjs sync|latency KUBECONFIG NAMESPACE COUNT`.
import { CoreV1Api, KubeConfig, makeInformer } from '@kubernetes/client-node';
import { longestStall, percentile, timed } from '../support.mjs';

const [scenario, kubeconfig, namespace, countText] = process.argv.slice(2);
const count = Number(countText);
const config = new KubeConfig();
config.loadFromFile(kubeconfig);
const api = config.makeApiClient(CoreV1Api);

async function sync() {
  globalThis.gc();
  const before = process.memoryUsage().heapUsed;
  const cpu = process.cpuUsage();
  const list = () => api.listNamespacedPod({ namespace });
  const informer = makeInformer(config, `/api/v1/namespaces/${namespace}/pods`, list);
  let ms;
  const stallMs = await longestStall(async () => {
    ms = await timed(() => informer.start());
  });
  const { user, system } = process.cpuUsage(cpu);
  if (informer.list(namespace).length !== count) throw new Error(`${informer.list(namespace).length} pods are cached`);
  globalThis.gc();
  const heapKbPerObject = (process.memoryUsage().heapUsed - before) / count / 1000;
  const peakMb = process.resourceUsage().maxRSS / 1024;
  await informer.stop();
  return { ms, processorMs: (user + system) / 1000, stallMs, heapKbPerObject, peakMb };
}

async function latency() {
  const waiting = new Map();
  const path = `/api/v1/namespaces/${namespace}/configmaps`;
  const informer = makeInformer(config, path, () => api.listNamespacedConfigMap({ namespace }));
  informer.on('add', ({ metadata }) => waiting.get(metadata.name)?.(performance.now()));
  await informer.start();
  const latencies = [];
  for (let i = 0; i < count; i++) {
    const name = `object-${i}`;
    const begun = new Promise((resolve) => waiting.set(name, resolve));
    const start = performance.now();
    await api.createNamespacedConfigMap({ namespace, body: { metadata: { name }, data: { key: 'value' } } });
    latencies.push((await begun) - start);
  }
  await informer.stop();
  return { p50Ms: percentile(latencies, 50), p99Ms: percentile(latencies, 99) };
}

console.log(JSON.stringify(await { sync, latency }[scenario]()));
process.exit();
