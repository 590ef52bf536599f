import { describe, expect, test } from 'vitest';
import type { StructuralSchema, ValidationRule } from '../../structural/schema.ts';
import { checkRules, ruleProblems } from './check.ts';

const PATH = 'spec.validation.openAPIV3Schema';
const REMEDY =
  '(try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)';

function withSpec(spec: StructuralSchema): StructuralSchema {
  return { type: 'object', properties: { spec } };
}

function specRule(rule: ValidationRule, field: StructuralSchema = { type: 'string' }): StructuralSchema {
  return withSpec({ type: 'object', properties: { a: field }, 'x-kubernetes-validations': [rule] });
}

function problems(schema: StructuralSchema): string[] {
  return checkRules(schema, PATH).map(({ field, message }) => `${field}: ${message}`);
}

/** How the API server prints a rule with these fields. */
function printed(rule: string, messageExpression = ''): string {
  return `apiextensions.ValidationRule{Rule:"${rule}", Message:"", MessageExpression:"${messageExpression}", Reason:(*apiextensions.FieldValueErrorReason)(nil), FieldPath:"", OptionalOldSelf:(*bool)(nil)}`;
}

const AT = `${PATH}.properties[spec].x-kubernetes-validations[0]`;

describe('checkRules answers as kube-apiserver 1.32 did', () => {
  test('when operand types do not fit', () => {
    expect(problems(specRule({ rule: 'self.a > 1' }))).toEqual([
      `${AT}.rule: Invalid value: ${printed('self.a > 1')}: compilation failed: ERROR: <input>:1:8: found no matching overload for '_>_' applied to '(string, int)'\n | self.a > 1\n | .......^`,
    ]);
  });

  test('when a field does not exist', () => {
    expect(problems(specRule({ rule: 'self.nope == 1' }))).toEqual([
      `${AT}.rule: Invalid value: ${printed('self.nope == 1')}: compilation failed: ERROR: <input>:1:5: undefined field 'nope'\n | self.nope == 1\n | ....^`,
    ]);
  });

  test('when the rule is no bool, or its messageExpression no string', () => {
    expect(problems(specRule({ rule: 'self.a' }))).toEqual([
      `${AT}.rule: Invalid value: ${printed('self.a')}: cel expression must evaluate to a bool`,
    ]);
    const quoted = 'self.a == \\"x\\"';
    expect(problems(specRule({ rule: 'self.a == "x"', messageExpression: '1' }))).toEqual([
      `${AT}.messageExpression: Invalid value: ${printed(quoted, '1')}: messageExpression must evaluate to a string`,
    ]);
  });

  test('when rules may cost too much, and which of them contribute most', () => {
    const lists: StructuralSchema = { type: 'array', items: { type: 'array', items: { type: 'string' } } };
    const rule = 'self.l.all(x, self.l.all(y, y.all(z, z.contains("a"))))';
    const schema = withSpec({ type: 'object', properties: { l: lists }, 'x-kubernetes-validations': [{ rule }] });
    expect(problems(schema)).toEqual([
      `${AT}.rule: Forbidden: estimated rule cost exceeds budget by factor of more than 100x ${REMEDY}`,
      `${AT}.rule: Forbidden: contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema`,
      `${PATH}: Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget by factor of more than 100x ${REMEDY}`,
    ]);
  });

  test('when oldSelf is used where old and new cannot be told apart', () => {
    const items: StructuralSchema = { type: 'string', 'x-kubernetes-validations': [{ rule: 'self == oldSelf' }] };
    const at = `${PATH}.properties[spec].properties[l].items.x-kubernetes-validations[0].rule`;
    expect(problems(withSpec({ type: 'object', properties: { l: { type: 'array', items } } }))).toEqual([
      `${at}: Forbidden: estimated rule cost exceeds budget by factor of more than 100x ${REMEDY}`,
      `${at}: Invalid value: "self == oldSelf": oldSelf cannot be used on the uncorrelatable portion of the schema within ${PATH}.properties[spec].properties[l]`,
      `${at}: Forbidden: contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema`,
      `${PATH}: Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget by factor of more than 100x ${REMEDY}`,
    ]);
  });
});

describe('checkRules', () => {
  test('accepts rules over every kind of field', () => {
    const schema = withSpec({
      type: 'object',
      properties: {
        'a-b.c/d__e': { type: 'string', maxLength: 10 },
        namespace: { type: 'string', maxLength: 10 },
        when: { type: 'string', format: 'date-time' },
        wait: { type: 'string', format: 'duration' },
        secret: { type: 'string', format: 'byte', maxLength: 10 },
        port: { 'x-kubernetes-int-or-string': true },
        ratio: { type: 'number' },
        labels: { type: 'object', additionalProperties: { type: 'string', maxLength: 10 }, maxProperties: 3 },
      },
      'x-kubernetes-validations': [
        { rule: 'self.a__dash__b__dot__c__slash__d__underscores__e == self.__namespace__' },
        { rule: 'has(self.namespace) && self.namespace == self.__namespace__' },
        { rule: 'self.when > timestamp("2024-01-01T00:00:00Z") && self.wait < duration("1h")' },
        { rule: 'size(self.secret) < 5 && self.ratio <= 1.5' },
        { rule: 'type(self.port) == int ? self.port < 5 : self.port == "http"' },
        { rule: '"a" in self.labels && self.labels.all(key, self.labels[key] != "")' },
        { rule: 'has(self.wait) && self.?wait.orValue(duration("1s")) > duration("0s")' },
      ],
    });
    expect(problems(schema)).toEqual([]);
  });

  test('knows apiVersion, kind, metadata.name and metadata.generateName of an object, and no other metadata', () => {
    const rules = (rule: string): StructuralSchema => ({ type: 'object', 'x-kubernetes-validations': [{ rule }] });
    expect(problems(rules('self.metadata.name.size() < 5 && self.kind == "Foo"'))).toEqual([]);
    expect(problems(rules('self.metadata.labels.size() < 5'))[0]).toContain("undefined field 'labels'");
  });

  test('does not let a rule see fields without a schema', () => {
    const open: StructuralSchema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
    expect(problems(specRule({ rule: 'self.a.b == 1' }, open))[0]).toContain("undefined field 'b'");
    expect(problems(specRule({ rule: 'self.a == 1' }, { 'x-kubernetes-preserve-unknown-fields': true }))[0]).toContain(
      "undefined field 'a'",
    );
  });

  test('reports literals that can never work', () => {
    expect(problems(specRule({ rule: 'self.a.matches("a(")' }))[0]).toContain('<input>:1:16: invalid matches argument');
    expect(problems(specRule({ rule: 'self.a.find(")") == ""' }))[0]).toContain(
      'program instantiation failed: error parsing regexp: unexpected ): `)`',
    );
    expect(problems(specRule({ rule: 'duration("x") > duration("1s")' }))[0]).toContain('invalid duration argument');
    expect(problems(specRule({ rule: '[1, "a"].size() > 1' }))[0]).toContain("expected type 'int' but found 'string'");
  });

  test('reports optionalOldSelf without oldSelf', () => {
    expect(problems(specRule({ rule: 'self.a == "x"', optionalOldSelf: true }))).toEqual([
      `${AT}.optionalOldSelf: Invalid value: true: may not be set if oldSelf is not used in rule`,
    ]);
  });

  test('multiplies the cost of a rule by how often its values can occur', () => {
    const item: StructuralSchema = {
      type: 'string',
      maxLength: 100,
      'x-kubernetes-validations': [{ rule: 'self.contains("something")' }],
    };
    const list = (maxItems: number) =>
      withSpec({ type: 'object', properties: { l: { type: 'array', maxItems, items: item } } });
    expect(problems(list(1000))).toEqual([]);
    expect(problems(list(260_000))[0]).toContain('estimated rule cost exceeds budget by factor of 1.066000x');
    expect(problems(list(2_000_000))[0]).toContain('estimated rule cost exceeds budget by factor of 8.2x');
  });

  test('leaves out rules of parts whose schema is wrong already', () => {
    const schema = specRule({ rule: 'self.a > 1' });
    const error = {
      field: `${PATH}.properties[spec].properties[a]`,
      reason: 'FieldValueRequired',
      message: 'x',
    } as const;
    expect(checkRules(schema, PATH, [error])).toEqual([]);
  });

  test('knows which parts need a bound', () => {
    const schema = withSpec({
      type: 'object',
      properties: {
        groups: {
          type: 'array',
          items: {
            type: 'object',
            properties: { 'the-names': { type: 'array', items: { type: 'string' } }, kind: { type: 'string' } },
            'x-kubernetes-validations': [
              { rule: 'self.kind == "a" && self.the__dash__names.all(x, x.contains(self.kind))' },
            ],
          },
        },
      },
    });
    const [first] = ruleProblems(schema, '', []);
    const groups = '.properties[spec].properties[groups]';
    expect(first?.unbounded).toEqual([
      groups,
      `${groups}.items.properties[kind]`,
      `${groups}.items.properties[the-names]`,
      `${groups}.items.properties[the-names].items`,
    ]);
  });
});
