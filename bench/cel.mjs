// CEL rules: evaluations per second beside @bufbuild/cel.

import { celEnv, parse, plan } from '@bufbuild/cel';
import { compileRule, declare } from '@opwright/schema';

const schema = {
  type: 'object',
  properties: {
    replicas: { type: 'integer' },
    maxReplicas: { type: 'integer' },
    name: { type: 'string', maxLength: 63 },
    ports: {
      type: 'array',
      maxItems: 20,
      items: { type: 'object', properties: { name: { type: 'string', maxLength: 15 }, port: { type: 'integer' } } },
    },
  },
};
const object = {
  replicas: 3,
  maxReplicas: 5,
  name: 'worker',
  ports: Array.from({ length: 10 }, (_, index) => ({ name: `port-${index}`, port: 8000 + index })),
};
const cases = [
  ['bounds and a pattern', "self.replicas <= self.maxReplicas && self.name.matches('^[a-z]+$')"],
  ['all of ten ports', 'self.ports.all(p, p.port > 0 && p.port < 65536)'],
  ['a text in a list', 'self.ports.exists(p, p.name == "port-9")'],
];

/** Calls per second, the best of three. */
function rate(call) {
  let best = 0;
  for (let round = 0; round < 3; round++) {
    let calls = 0;
    const start = performance.now();
    while (performance.now() - start < 200) {
      for (let i = 0; i < 500; i++) call();
      calls += 500;
    }
    best = Math.max(best, calls / ((performance.now() - start) / 1000));
  }
  return best;
}

// To @bufbuild/cel every number is a double unless it is a big integer.
function withBigInts(value) {
  if (typeof value === 'number') return BigInt(value);
  if (Array.isArray(value)) return value.map(withBigInts);
  if (typeof value !== 'object') return value;
  return new Map(Object.entries(value).map(([key, each]) => [key, withBigInts(each)]));
}

const thousands = (value) => Math.round(value).toLocaleString('en');
const declared = declare(schema);
const converted = withBigInts(object);
for (const [name, rule] of cases) {
  const compiled = compileRule({ rule }, declared);
  const other = plan(celEnv(), parse(rule));
  if (compiled.evaluate(object).value !== true || other({ self: converted }) !== true) throw new Error(rule);
  const own = rate(() => compiled.evaluate(object));
  const theirs = rate(() => other({ self: converted }));
  const ratio = (own / theirs).toFixed(0);
  console.log(
    `${name.padEnd(24)} ${thousands(own)} evaluations/s   @bufbuild/cel: ${thousands(theirs)}, ratio ${ratio}`,
  );
}
