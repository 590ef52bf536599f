import { describe, expect, test } from 'vitest';
import type { StructuralSchema } from '../../structural/schema.ts';
import { validateRules } from './validate.ts';

function complaints(schema: StructuralSchema, object: unknown, old?: unknown): string[] {
  return validateRules(schema, object, { old }).map(({ field, message }) => `${field}: ${message}`);
}

const root = (spec: StructuralSchema): StructuralSchema => ({ type: 'object', properties: { spec } });

const recorded: StructuralSchema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      required: ['a'],
      properties: {
        a: { type: 'string', maxLength: 20 },
        b: { type: 'integer' },
        imm: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'immutable' }] },
        once: {
          type: 'string',
          'x-kubernetes-validations': [
            { rule: '!oldSelf.hasValue() || self == oldSelf.value()', optionalOldSelf: true },
          ],
        },
        l: {
          type: 'array',
          maxItems: 5,
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['k'],
          items: {
            type: 'object',
            required: ['k'],
            properties: { k: { type: 'string', maxLength: 5 }, v: { type: 'string', maxLength: 5 } },
            'x-kubernetes-validations': [
              {
                rule: 'self.v != "bad"',
                messageExpression: '"item " + self.k + " bad"',
                fieldPath: '.v',
                reason: 'FieldValueForbidden',
              },
            ],
          },
        },
      },
      'x-kubernetes-validations': [
        { rule: 'self.a != "bad"' },
        { rule: '!has(self.b) || self.b < 10', message: 'b too big', fieldPath: '.b' },
        { rule: '!has(oldSelf.b) || has(self.b)', message: 'b cannot be removed', reason: 'FieldValueRequired' },
        { rule: '!self.a.startsWith("err") || 1/0 == 1' },
      ],
    },
  },
  'x-kubernetes-validations': [{ rule: 'self.metadata.name.startsWith("c")', message: 'name must start with c' }],
};

const named = (name: string, spec: object) => ({ apiVersion: 'ex.io/v1', kind: 'Cel', metadata: { name }, spec });

describe('validateRules answers as kube-apiserver 1.32 did', () => {
  test('for failed rules, with message, fieldPath, reason and messageExpression', () => {
    expect(complaints(recorded, named('c2', { a: 'bad', b: 11, l: [{ k: '1', v: 'bad' }] }))).toEqual([
      'spec: Invalid value: "object": failed rule: self.a != "bad"',
      'spec.b: Invalid value: "object": b too big',
      'spec.l[0].v: Forbidden: item 1 bad',
    ]);
  });

  test('for a rule at the root', () => {
    expect(complaints(recorded, named('x2', { a: 'a' }))).toEqual([
      '<nil>: Invalid value: "object": name must start with c',
    ]);
  });

  test('for an error while evaluating', () => {
    expect(complaints(recorded, named('c3', { a: 'error' }))).toEqual([
      'spec: Invalid value: "object": division by zero evaluating rule: !self.a.startsWith("err") || 1/0 == 1',
    ]);
  });

  test('for an object that the schema refuses', () => {
    for (const reason of ['FieldValueTypeInvalid', 'FieldValueRequired', 'FieldValueTooLong'] as const) {
      const errors = [{ field: 'spec.a', reason, message: 'x' }];
      expect(validateRules(recorded, named('c4', { a: 'bad' }), { errors })).toEqual([
        {
          field: '<nil>',
          reason: 'FieldValueInvalid',
          message:
            'Invalid value: "null": some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
        },
      ]);
    }
    const errors = [{ field: 'spec.a', reason: 'FieldValueInvalid', message: 'x' }] as const;
    expect(validateRules(recorded, named('c4', { a: 'bad' }), { errors })).toHaveLength(1);
  });

  test('for transition rules', () => {
    const old = named('c1', { a: 'a', b: 1, imm: 'x', once: 'x' });
    expect(complaints(recorded, named('c1', { a: 'a', b: 1, imm: 'y', once: 'x' }), old)).toEqual([
      'spec.imm: Invalid value: "string": immutable',
    ]);
    expect(complaints(recorded, named('c1', { a: 'a', b: 1 }), old)).toEqual([]);
    expect(complaints(recorded, named('c1', { a: 'a' }), old)).toEqual(['spec: Required value: b cannot be removed']);
    expect(complaints(recorded, named('c1', { a: 'a', b: 1, imm: 'x', once: 'y' }), old)).toEqual([
      'spec.once: Invalid value: "string": failed rule: !oldSelf.hasValue() || self == oldSelf.value()',
    ]);
  });
});

describe('validateRules', () => {
  test('evaluates transition rules only where a value existed before', () => {
    const spec = { a: 'a', imm: 'x', once: 'x' };
    expect(complaints(recorded, named('c1', spec))).toEqual([]);
    expect(complaints(recorded, named('c1', spec), named('c1', { a: 'a' }))).toEqual([]);
  });

  test('compares the items of list maps with their former selves', () => {
    const item: StructuralSchema = {
      type: 'object',
      properties: { k: { type: 'string' }, v: { type: 'integer' } },
      'x-kubernetes-validations': [{ rule: 'self.v >= oldSelf.v', message: 'must not shrink' }],
    };
    const schema = root({
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['k'],
      items: item,
    });
    const old = {
      spec: [
        { k: 'a', v: 1 },
        { k: 'b', v: 5 },
      ],
    };
    expect(
      complaints(
        schema,
        {
          spec: [
            { k: 'b', v: 4 },
            { k: 'a', v: 2 },
            { k: 'c', v: 0 },
          ],
        },
        old,
      ),
    ).toEqual(['spec[0]: Invalid value: "object": must not shrink']);
  });

  test('compares the values of maps by their keys', () => {
    const schema = root({
      type: 'object',
      additionalProperties: {
        type: 'string',
        'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'fixed' }],
      },
    });
    expect(complaints(schema, { spec: { a: 'x', 'b.c': 'y', d: 'z' } }, { spec: { a: 'x', 'b.c': 'n' } })).toEqual([
      'spec[b.c]: Invalid value: "string": fixed',
    ]);
  });

  test('does not judge what an update leaves alone, unless the rule compares with the old value', () => {
    const schema = root({
      type: 'object',
      properties: {
        a: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self == "x"' }] },
        b: { type: 'string' },
      },
      'x-kubernetes-validations': [{ rule: 'self.a != "y" || oldSelf.a == "never"', message: 'y is over' }],
    });
    const old = { spec: { a: 'y', b: '1' } };
    expect(complaints(schema, { spec: { a: 'y', b: '2' } }, old)).toEqual(['spec: Invalid value: "object": y is over']);
    expect(complaints(schema, { spec: { a: 'z', b: '1' } }, old)).toEqual([
      'spec.a: Invalid value: "string": failed rule: self == "x"',
    ]);
  });

  test('skips null, which to the rules above is an absent field', () => {
    const schema = root({
      type: 'object',
      properties: { a: { type: 'object', nullable: true, 'x-kubernetes-validations': [{ rule: 'false' }] } },
      'x-kubernetes-validations': [{ rule: '!has(self.a) && !self.?a.hasValue()', message: 'must be null' }],
    });
    expect(complaints(schema, { spec: { a: null } })).toEqual([]);
    expect(complaints(schema, { spec: { a: {} } })).toHaveLength(2);
  });

  test('falls back to the message where the messageExpression fails, is empty, or breaks the line', () => {
    for (const messageExpression of [
      '"a" + self.b[0]',
      '""',
      '"a\\nb"',
      'self.b.map(x, x + "0123456789").join("").replace("0", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")',
    ]) {
      const rule = { rule: 'false', message: 'plain', messageExpression };
      const schema = root({
        type: 'object',
        properties: { b: { type: 'array', items: { type: 'string' } } },
        'x-kubernetes-validations': [rule],
      });
      const b = messageExpression.includes('map') ? new Array<string>(200).fill('y') : [];
      expect(complaints(schema, { spec: { b } })).toEqual(['spec: Invalid value: "object": plain']);
    }
  });

  test('says when types that are only known at run time do not fit', () => {
    const schema = root({
      type: 'object',
      properties: { port: { 'x-kubernetes-int-or-string': true } },
      'x-kubernetes-validations': [{ rule: 'self.port < 5' }],
    });
    expect(complaints(schema, { spec: { port: 4 } })).toEqual([]);
    expect(complaints(schema, { spec: { port: 'http' } })).toEqual([
      `spec: Invalid value: "object": 'no such overload': call arguments did not match a supported operator, function or macro signature for rule: self.port < 5`,
    ]);
  });

  test('says which key or index is missing', () => {
    const schema = (rule: string) =>
      root({
        type: 'object',
        properties: {
          m: { type: 'object', additionalProperties: { type: 'string' } },
          l: { type: 'array', items: { type: 'string' } },
        },
        'x-kubernetes-validations': [{ rule }],
      });
    expect(complaints(schema('self.m["zz"] == "a"'), { spec: { m: {} } })).toEqual([
      'spec: Invalid value: "object": no such key: zz evaluating rule: self.m["zz"] == "a"',
    ]);
    expect(complaints(schema('self.l[3] == "a"'), { spec: { l: ['a'] } })).toEqual([
      'spec: Invalid value: "object": index out of bounds: 3 evaluating rule: self.l[3] == "a"',
    ]);
    expect(complaints(schema('self.m.constructor == "a"'), { spec: { m: {} } })).toEqual([
      'spec: Invalid value: "object": no such key: constructor evaluating rule: self.m.constructor == "a"',
    ]);
  });

  test('ends an expression that gets too expensive, and with it all rules', () => {
    const rule = 'self.l.all(x, self.l.all(y, x + y >= 0))';
    const schema = root({
      type: 'object',
      properties: { l: { type: 'array', items: { type: 'integer' } } },
      'x-kubernetes-validations': [{ rule }, { rule: 'false' }],
    });
    expect(complaints(schema, { spec: { l: Array.from({ length: 600 }, (_, index) => index) } })).toEqual([
      `spec: Invalid value: "object": 'operation cancelled: actual cost limit exceeded': no further validation rules will be run due to call cost exceeds limit for rule: ${rule}`,
    ]);
  });

  test('ends all rules when an object has used up its budget', () => {
    const rule = 'self.l.all(x, self.l.all(y, x + y >= 0))';
    const schema = root({
      type: 'object',
      properties: { l: { type: 'array', items: { type: 'integer' } } },
      'x-kubernetes-validations': new Array(30).fill({ rule }),
    });
    expect(complaints(schema, { spec: { l: Array.from({ length: 350 }, () => 1) } })).toEqual([
      'spec: Invalid value: "object": validation failed due to running out of cost budget, no further validation rules will be run',
    ]);
  });

  test('reads values by their schema: times, durations, bytes, numbers', () => {
    const schema = root({
      type: 'object',
      properties: {
        day: { type: 'string', format: 'date' },
        at: { type: 'string', format: 'date-time' },
        wait: { type: 'string', format: 'duration' },
        data: { type: 'string', format: 'byte' },
        ratio: { type: 'number' },
        ratios: { type: 'array', items: { type: 'number' } },
        big: { type: 'integer' },
        nested: { type: 'array', items: { type: 'object', properties: { ratio: { type: 'number' } } } },
      },
      'x-kubernetes-validations': [
        { rule: 'self.day == timestamp("2024-02-29T00:00:00Z")' },
        { rule: 'self.at.getFullYear() == 2024 && self.at > self.day' },
        { rule: 'self.wait == duration("90s") && self.wait.getMinutes() == 1' },
        { rule: 'string(self.data) == "hello"' },
        { rule: 'self.ratio / 2.0 == 1.5 && type(self.ratio) == double' },
        { rule: 'self.ratios.sum() == 3.0 && self.ratios.all(r, type(r) == double) && 1.0 in self.ratios' },
        { rule: 'self.ratios.filter(r, r > 1.0) == [2.0] && self.ratios.map(r, r * 2.0)[0] == 2.0' },
        { rule: 'self.big + 1 == 42' },
        { rule: 'self.nested.exists(n, n.ratio == 4.0) && self.nested[0].ratio > 3.5' },
      ],
    });
    const spec = {
      day: '2024-02-29',
      at: '2024-03-01T10:00:00Z',
      wait: '1m30s',
      data: 'aGVsbG8=',
      ratio: 3,
      ratios: [1, 2],
      big: 41,
      nested: [{ ratio: 4 }],
    };
    expect(complaints(schema, { spec })).toEqual([]);
  });

  test('reads the old value behind an optional by its schema, too', () => {
    const schema = root({
      type: 'object',
      properties: { ratio: { type: 'number' }, at: { type: 'string', format: 'date-time' } },
      'x-kubernetes-validations': [
        {
          rule: 'oldSelf.value().ratio / 2.0 == 1.5 && oldSelf.at.value().getFullYear() == 2024',
          optionalOldSelf: true,
        },
      ],
    });
    const old = { spec: { ratio: 3, at: '2024-03-01T10:00:00Z' } };
    expect(complaints(schema, { spec: { ratio: 4 } }, old)).toEqual([]);
  });

  test('compares sets without regard to order, and list maps by their keys', () => {
    const set = { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } } as const;
    const list = {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['k'],
      items: { type: 'object', properties: { k: { type: 'string' }, v: { type: 'integer' } } },
    } as const;
    const schema = root({
      type: 'object',
      properties: { set, list },
      'x-kubernetes-validations': [
        { rule: 'self == oldSelf' },
        { rule: 'self.set + ["a"] == oldSelf.set && self.list == oldSelf.list' },
      ],
    });
    const old = {
      spec: {
        set: ['a', 'b'],
        list: [
          { k: '1', v: 1 },
          { k: '2', v: 2 },
        ],
      },
    };
    const value = {
      spec: {
        set: ['b', 'a'],
        list: [
          { k: '2', v: 2 },
          { k: '1', v: 1 },
        ],
      },
    };
    expect(complaints(schema, value, old)).toEqual([]);
    expect(complaints(schema, { spec: { ...value.spec, set: ['b', 'c'] } }, old)).toHaveLength(2);
  });

  test('has the functions of Kubernetes', () => {
    const rules = [
      'quantity("1Gi").isGreaterThan(quantity("500Mi")) && quantity("50k").add(20).asInteger() == 50020',
      'isQuantity("1.5Gi") && !isQuantity("1.5GB") && sign(quantity("-1")) == -1',
      'url("https://user@example.com:80/a b?x=1&x=2").getHostname() == "example.com"',
      'url("https://[::1]:80/p").getPort() == "80" && url("https://a/p?x=1&x=2").getQuery()["x"] == ["1", "2"]',
      'isURL("/absolute/path") && !isURL("../relative")',
      'ip("192.168.0.1").family() == 4 && ip("::1").isLoopback() && !isIP("127.0.0.256")',
      'ip.isCanonical("2001:db8::abcd") && string(ip("2001:DB8:0:0:0:0:0:1")) == "2001:db8::1"',
      'cidr("10.0.0.0/8").containsIP("10.1.2.3") && cidr("10.0.0.0/8").containsCIDR(cidr("10.1.0.0/16"))',
      'cidr("10.1.2.3/8").masked().ip() == ip("10.0.0.0") && cidr("::/0").prefixLength() == 0',
      '!format.dns1123Label().validate("my-name").hasValue() && format.named("uuid").value().validate("x").hasValue()',
      '"abc 123 def 456".find("[0-9]+") == "123" && "123 abc 456".findAll("[0-9]+", 1) == ["123"]',
      '[1, 3, 2].max() == 3 && [1, 2, 2].lastIndexOf(2) == 2 && ["a", "b"].isSorted() && [duration("1s")].sum() == duration("1s")',
      '"%s|%f|%e".format([["a", 1.5, {"k": duration("1s")}], 1234.5, 3.14]) == r\'["a", 1.500000, {"k":duration("1s")}]|1,234.500000|3.140000\u00d710\u2070\u2070\'',
      'string(timestamp("2011-08-18T19:03:37.01+01:00")) == "2011-08-18T19:03:37.01+01:00"',
      'sets.contains([1, 2, 3], [2]) && sets.equivalent([1, 2, 1], [2, 1]) && sets.intersects([1], [1, 5])',
      '"a,b".split(",").join("-").upperAscii() == "A-B" && "%d %s".format([1, "x"]) == "1 x" && "tacocat".charAt(3) == "o"',
      '{"a": 1, "b": 2}.all(k, v, k != "" && v > 0) && [1, 2].transformMap(i, v, v * 10) == {0: 10, 1: 20}',
      'optional.of(5).optMap(x, x + 1).value() == 6 && {"a": 1}[?"b"].orValue(7) == 7',
    ];
    const schema: StructuralSchema = { type: 'object', 'x-kubernetes-validations': rules.map((rule) => ({ rule })) };
    expect(complaints(schema, {})).toEqual([]);
  });
});
