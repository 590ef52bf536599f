import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMetricRegistry } from './registry.ts';

// As Node loads it: its types are those of CommonJS.
const prometheus = createRequire(import.meta.url)('prom-client') as typeof import('prom-client');

const text = fc.string({ unit: fc.constantFrom('a', '"', '\\', '\n', '{', ' ', 'é') });
const help = text.map((rest) => `Help.${rest}`);
const value = fc.oneof(fc.double({ noNaN: true, min: 0, max: 1e6 }), fc.integer({ min: 0, max: 10 }));
const observations = fc.array(fc.record({ label: text, value }), { maxLength: 30 });

describe('the text of a registry', () => {
  test('is what prom-client makes of the same observations', async () => {
    await fc.assert(
      fc.asyncProperty(help, observations, async (help, observed) => {
        const bounds = [0.5, 1, 100];
        const own = createMetricRegistry();
        const counter = own.counter('c_total', help);
        const gauge = own.gauge('g', help);
        const histogram = own.histogram('h', help, bounds);
        own.read('gauge', 'r', help, () => [[{}, 1.5]]);
        const registry = new prometheus.Registry();
        const common = { help, labelNames: ['label'], registers: [registry] };
        const theirs = {
          counter: new prometheus.Counter({ ...common, name: 'c_total' }),
          gauge: new prometheus.Gauge({ ...common, name: 'g' }),
          histogram: new prometheus.Histogram({ ...common, name: 'h', buckets: bounds }),
        };
        new prometheus.Gauge({ name: 'r', help, registers: [registry] }).set(1.5);
        for (const { label, value } of observed) {
          counter({ label }).inc(value);
          gauge({ label }).set(value);
          histogram({ label }).observe(value);
          theirs.counter.inc({ label }, value);
          theirs.gauge.set({ label }, value);
          theirs.histogram.observe({ label }, value);
        }
        expect(await own.text()).toBe(await registry.metrics());
        expect(own.contentType).toBe(registry.contentType);
      }),
      { numRuns: 50 },
    );
  });

  test('has a series at zero from when it is asked for, also without labels', async () => {
    const registry = createMetricRegistry();
    registry.counter('errors_total', 'Errors.')();
    expect(await registry.text()).toBe('# HELP errors_total Errors.\n# TYPE errors_total counter\nerrors_total 0\n');
  });

  test('asks for what is read, and waits for it', async () => {
    const registry = createMetricRegistry();
    let depth = 1;
    registry.read('gauge', 'depth', 'Keys.', async () => [[{ name: 'foo' }, depth]]);
    expect(await registry.text()).toContain('depth{name="foo"} 1');
    depth = Number.POSITIVE_INFINITY;
    expect(await registry.text()).toContain('depth{name="foo"} +Inf');
    depth = Number.NaN;
    expect(await registry.text()).toContain('depth{name="foo"} NaN');
  });
});

test('the same labels have the same series', async () => {
  const registry = createMetricRegistry();
  const counter = registry.counter('c_total', 'Counts.');
  expect(counter({ a: '1' })).toBe(counter({ a: '1' }));
  expect(counter({ a: '1' })).not.toBe(counter({ a: '2' }));
});

test('a name is registered once', () => {
  const registry = createMetricRegistry();
  registry.counter('c_total', 'Counts.');
  expect(() => registry.gauge('c_total', 'Again.')).toThrow('the metric "c_total" is registered already');
});
