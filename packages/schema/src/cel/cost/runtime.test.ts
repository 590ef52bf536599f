import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StructuralSchema } from '../../structural/schema.ts';
import { declare } from '../rules/declared.ts';
import { compileRule } from '../rules/rule.ts';

const schema: StructuralSchema = {
  type: 'object',
  required: ['name', 'count', 'ratio', 'tags', 'ports', 'labels'],
  properties: {
    name: { type: 'string', maxLength: 20 },
    count: { type: 'integer' },
    ratio: { type: 'number' },
    tags: { type: 'array', maxItems: 5, items: { type: 'string', maxLength: 10 } },
    ports: {
      type: 'array',
      maxItems: 4,
      items: { type: 'object', properties: { name: { type: 'string', maxLength: 8 }, port: { type: 'integer' } } },
    },
    labels: { type: 'object', maxProperties: 4, additionalProperties: { type: 'string', maxLength: 10 } },
  },
};

const rules = [
  'self.name == "abc" || self.name.startsWith("a") && self.name.contains("bc")',
  'self.name.matches("^[a-z]+$") ? self.count > 1 : self.ratio < 2.0',
  'self.tags.all(t, t.size() < 5 && t in self.tags)',
  'self.tags.map(t, t + self.name).exists(t, t.lowerAscii() == self.name)',
  'self.tags.filter(t, t != "a").size() == self.tags.size() - 1',
  'self.tags.join(",").split(",").exists_one(t, t == self.name)',
  'self.ports.all(p, self.ports.exists_one(q, p.name == q.name && p.port == q.port))',
  'self.labels.all(k, v, k.size() + v.size() < 10)',
  'self.labels.all(k, self.labels[k] == self.name)',
  'self.tags.isSorted() && self.tags.indexOf(self.name) >= 0',
  'has(self.labels.a) && self.labels.a == self.tags[0]',
  'self.tags.transformMap(i, t, t.upperAscii())[0] == "A"',
  'sets.contains(self.tags, ["a", "b"]) && string(self.count) + self.name == "1a"',
  'self.?labels["a"].orValue("b").replace("b", self.name) == "b"',
];

const text = (maxLength: number) => fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1'), maxLength });
const objects = fc.record({
  name: text(20),
  count: fc.integer({ min: -5, max: 5 }),
  ratio: fc.constantFrom(0, 1.5, 3),
  tags: fc.array(text(10), { maxLength: 5 }),
  ports: fc.array(fc.record({ name: text(8), port: fc.integer({ min: 0, max: 3 }) }), { maxLength: 4 }),
  labels: fc.dictionary(text(10), text(10), { maxKeys: 4 }),
});

test.each(rules)('no object within the bounds makes %s cost more than estimated', (rule) => {
  const compiled = compileRule({ rule }, declare(schema)!);
  if (!compiled.ok) throw new Error(compiled.error);
  fc.assert(
    fc.property(objects, (object) => {
      const { cost } = compiled.evaluate(object);
      expect(cost).toBeGreaterThan(0);
      expect(cost).toBeLessThanOrEqual(compiled.maxCost);
    }),
  );
});
