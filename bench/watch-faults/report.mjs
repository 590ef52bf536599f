// The results as tables.
import { median } from '../support.mjs';

const SHOWN = 30;

/** One line per kind of fault, then what grew, then the violations. Times are those of the client's clock. */
export function printReport({ results, violations, before, after, seconds }) {
  line('fault', ['count', 'met', 'recovered', 'median', 'worst', 'relists', 'connections']);
  for (const [kind, { count, met, recovered, times, relists, connections }] of results) {
    if (count === 0) continue;
    const at =
      times.length === 0 ? ['–', '–'] : [median(times), Math.max(...times)].map((ms) => `${(ms / 1000).toFixed(1)} s`);
    line(kind, [count, met, recovered, ...at, (relists / count).toFixed(1), (connections / count).toFixed(1)]);
  }
  const { count, met, recovered } = totals(results);
  line('all', [count, met, recovered]);
  console.log(
    `${seconds.toFixed(0)} s; from a quarter of the run to its end: heap ${megabytes(before.heap)} → ${megabytes(after.heap)} MB, ` +
      `handles ${before.handles} → ${after.handles}, connections ${before.sockets} → ${after.sockets}`,
  );
  for (const violation of violations.slice(0, SHOWN)) console.log(`violation at ${violation}`);
  if (violations.length > SHOWN) console.log(`and ${violations.length - SHOWN} more violations`);
}

/** One line per client. */
export function printSummary(reports) {
  line('', ['faults', 'met', 'recovered', 'violations']);
  for (const [name, { results, violations }] of reports) {
    const { count, met, recovered } = totals(results);
    line(name, [count, met, `${((100 * recovered) / count).toFixed(1)} %`, violations.length]);
  }
}

function totals(results) {
  let count = 0;
  let met = 0;
  let recovered = 0;
  for (const result of results.values()) {
    count += result.count;
    met += result.met;
    recovered += result.recovered;
  }
  return { count, met, recovered };
}

function line(name, cells) {
  console.log(name.padEnd(37) + cells.map((cell) => String(cell).padStart(12)).join(''));
}

const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
