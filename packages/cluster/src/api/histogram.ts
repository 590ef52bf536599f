import type { Metric, Registry } from 'prom-client';

/** What was observed of one combination of labels. */
export interface Timings {
  observe(seconds: number): void;
}

export interface HistogramOptions {
  readonly name: string;
  readonly help: string;
  /** Upper bounds in seconds, ascending; that of the last bucket, infinity, is not among them. */
  readonly buckets: readonly number[];
  readonly registry: Registry;
}

interface Series {
  readonly labels: Readonly<Record<string, string>>;
  /** Observations by bucket, each in one. */
  readonly counts: number[];
  sum: number;
}

/** As a registry takes it. */
interface Sample {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/**
 * A histogram whose observations are a few additions: prom-client's own makes a text of all labels for each of them. It
 * is shown by a registry as any other. Returns what finds the series of labels; the same labels have the same one.
 */
export function histogram({ name, help, buckets, registry }: HistogramOptions): (labels: Series['labels']) => Timings {
  const all = new Map<string, Series & Timings>();
  const get = async () => ({
    name,
    help,
    type: 'histogram',
    values: [...all.values()].flatMap((series) => valuesOf(name, buckets, series)),
  });
  // A registry asks a metric for no more than this.
  registry.registerMetric({ name, get } as unknown as Metric);

  return (labels) => {
    const key = JSON.stringify(labels);
    let series = all.get(key);
    if (series === undefined) {
      const counts = new Array<number>(buckets.length + 1).fill(0);
      series = {
        labels,
        counts,
        sum: 0,
        observe(seconds) {
          let bucket = 0;
          while (bucket < buckets.length && seconds > buckets[bucket]!) bucket++;
          counts[bucket]!++;
          this.sum += seconds;
        },
      };
      all.set(key, series);
    }
    return series;
  };
}

/** As Prometheus wants it: each bucket counts those before it, too. */
function valuesOf(name: string, buckets: readonly number[], { labels, counts, sum }: Series): Sample[] {
  const values: Sample[] = [];
  let total = 0;
  for (const [index, count] of counts.entries()) {
    total += count;
    values.push({ metricName: `${name}_bucket`, labels: { le: buckets[index] ?? '+Inf', ...labels }, value: total });
  }
  values.push({ metricName: `${name}_sum`, labels, value: sum });
  values.push({ metricName: `${name}_count`, labels, value: total });
  return values;
}
