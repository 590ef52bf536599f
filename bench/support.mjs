// Shared by the measurements: they run on what `npm run build` made, each in a process of its own.
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';

/** Milliseconds that `work` takes. */
export async function timed(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** The `p`-th percentile (0–100) of numbers. */
export function percentile(values, p) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((p / 100) * sorted.length))];
}

export const median = (values) => percentile(values, 50);

/** Runs `operation(i)` for i in 0…count-1 with at most `width` under way; returns operations per second. */
export async function rate(count, width, operation) {
  let next = 0;
  const worker = async () => {
    while (next < count) await operation(next++);
  };
  const ms = await timed(() => Promise.all(Array.from({ length: width }, worker)));
  return (count / ms) * 1000;
}

/** Longest time in ms for which the event loop did nothing else while `work` ran. */
export async function longestStall(work) {
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  histogram.enable();
  await work();
  // A stall shows when a timer comes after it.
  await new Promise((resolve) => setTimeout(resolve, 20));
  histogram.disable();
  return histogram.max / 1e6;
}

/**
 * One line of the report. `anchor` is what it is compared with, if there is something: `against`, by default what a real API server
 * with etcd does on such a machine. `target` is what the value has to be, `{ atLeast }` or `{ atMost }`; with `times: true` as a
 * multiple of the anchor.
 */
export function report(name, value, unit, anchor, target, against = 'real API server with etcd') {
  const comparison = anchor === undefined ? {} : { anchor, against };
  process.stdout.write(`${JSON.stringify({ name, value, unit, ...comparison, target })}\n`);
}

export function configMap(name) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data: { key: 'value' } };
}

/** A pod that the API server makes about 10 kB of, in all details different from others. */
export function largePod(index, namespace = 'default') {
  const probe = (path) => ({ httpGet: { path, port: 8080 }, initialDelaySeconds: 5, periodSeconds: 10 });
  const container = (name) => ({
    name,
    image: `registry.example.com/team/${name}:1.2.3`,
    ports: [{ name: 'http', containerPort: 8080 }],
    env: Array.from({ length: 20 }, (_, i) => ({
      name: `SETTING_NUMBER_${i}`,
      value: `value of setting ${i} of pod ${index}`,
    })),
    resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
    livenessProbe: probe('/healthz'),
    readinessProbe: probe('/readyz'),
    volumeMounts: [
      { name: 'config', mountPath: '/etc/config' },
      { name: 'data', mountPath: '/data' },
    ],
  });
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `pod-${index}`,
      namespace,
      labels: { app: `app-${index % 50}`, 'pod-template-hash': `${index}` },
      annotations: { 'example.com/checksum': `${index}`.repeat(10) },
    },
    spec: {
      containers: [container('web'), container('sidecar')],
      volumes: [
        { name: 'config', configMap: { name: `config-${index}` } },
        { name: 'data', emptyDir: {} },
      ],
    },
  };
}
