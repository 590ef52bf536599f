import { expositionOf, type MetricFamily, type MetricLabels, type MetricSample } from './exposition.ts';

/** A number that only grows. */
export interface CounterSeries {
  inc(by?: number): void;
}

/** A number that goes up and down. */
export interface GaugeSeries extends CounterSeries {
  set(value: number): void;
}

/** How observed values are distributed. */
export interface HistogramSeries {
  observe(value: number): void;
}

/** Finds the series of labels, which is made, at 0, when it is asked for first. Whoever counts often keeps it. */
export type SeriesOf<Series> = (labels?: MetricLabels) => Series;

/** What is known when somebody asks: the labels and value of each series. */
export type MetricReader = () => Samples | Promise<Samples>;
type Samples = Iterable<readonly [labels: MetricLabels, value: number]>;

/**
 * Metrics of one process part, for Prometheus. What is counted is a number that grows: no text is made before somebody
 * asks for it.
 */
export interface MetricRegistry {
  counter(name: string, help: string): SeriesOf<CounterSeries>;
  gauge(name: string, help: string): SeriesOf<GaugeSeries>;
  /** @param bounds upper bounds of the buckets, ascending; that of the last, infinity, is not among them */
  histogram(name: string, help: string, bounds: readonly number[]): SeriesOf<HistogramSeries>;
  /** A metric that is read when somebody asks. */
  read(type: 'counter' | 'gauge', name: string, help: string, read: MetricReader): void;
  readonly contentType: string;
  /** All metrics in Prometheus' text format. */
  text(): Promise<string>;
}

/** Metrics are told in the order of their registration. @throws Error when a name is registered twice */
export function createMetricRegistry(): MetricRegistry {
  const families = new Map<string, () => MetricFamily | Promise<MetricFamily>>();

  function register(name: string, family: () => MetricFamily | Promise<MetricFamily>): void {
    if (families.has(name)) throw new Error(`the metric "${name}" is registered already`);
    families.set(name, family);
  }

  function numbers(type: 'counter' | 'gauge', name: string, help: string): SeriesOf<GaugeSeries> {
    const all = new Map<string, NumberSeries>();
    register(name, () => ({ name, help, type, samples: [...all.values()].map((series) => series.sample(name)) }));
    return (labels = {}) => seriesIn(all, labels, () => new NumberSeries(labels));
  }

  return {
    counter: (name, help) => numbers('counter', name, help),
    gauge: (name, help) => numbers('gauge', name, help),
    histogram(name, help, bounds) {
      const all = new Map<string, Distribution>();
      register(name, () => {
        const samples = [...all.values()].flatMap((series) => series.samples(name));
        return { name, help, type: 'histogram', samples };
      });
      return (labels = {}) => seriesIn(all, labels, () => new Distribution(labels, bounds));
    },
    read(type, name, help, read) {
      register(name, async () => {
        const samples = Array.from(await read(), ([labels, value]) => ({ name, labels, value }));
        return { name, help, type, samples };
      });
    },
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
    async text() {
      return expositionOf(await Promise.all([...families.values()].map((family) => family())));
    },
  };
}

function seriesIn<Series>(all: Map<string, Series>, labels: MetricLabels, make: () => Series): Series {
  const key = JSON.stringify(labels);
  const known = all.get(key);
  if (known) return known;
  const series = make();
  all.set(key, series);
  return series;
}

class NumberSeries implements GaugeSeries {
  readonly #labels: MetricLabels;
  #value = 0;

  constructor(labels: MetricLabels) {
    this.#labels = labels;
  }

  inc(by = 1): void {
    this.#value += by;
  }

  set(value: number): void {
    this.#value = value;
  }

  sample(name: string): MetricSample {
    return { name, labels: this.#labels, value: this.#value };
  }
}

class Distribution implements HistogramSeries {
  readonly #labels: MetricLabels;
  readonly #bounds: readonly number[];
  /** Observations by bucket, each in one. */
  readonly #counts: number[];
  #sum = 0;

  constructor(labels: MetricLabels, bounds: readonly number[]) {
    this.#labels = labels;
    this.#bounds = bounds;
    this.#counts = new Array<number>(bounds.length + 1).fill(0);
  }

  observe(value: number): void {
    let bucket = 0;
    while (bucket < this.#bounds.length && value > this.#bounds[bucket]!) bucket += 1;
    this.#counts[bucket]! += 1;
    this.#sum += value;
  }

  /** As Prometheus wants it: each bucket counts those before it, too. */
  samples(name: string): MetricSample[] {
    const labels = this.#labels;
    let total = 0;
    const buckets = this.#counts.map((count, index): MetricSample => {
      total += count;
      return { name: `${name}_bucket`, labels: { le: String(this.#bounds[index] ?? '+Inf'), ...labels }, value: total };
    });
    return [
      ...buckets,
      { name: `${name}_sum`, labels, value: this.#sum },
      { name: `${name}_count`, labels, value: total },
    ];
  }
}
