import fc, { type Arbitrary } from 'fast-check';
import type { StepBody } from '../../conformance/src/case.ts';

export const PROTOTYPE_NAMES = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'valueOf',
  '__defineGetter__',
];

const NUMBERS = [
  '1e999',
  '-1e999',
  '9'.repeat(400),
  '0.1e-400',
  '-0',
  '1e21',
  '9007199254740993',
  '18446744073709551616',
  '00',
  '1.',
  '-',
];

/** Texts that parsers of paths, selectors, numbers and headers stumble over. */
export const strangeText: Arbitrary<string> = fc.oneof(
  fc.constantFrom(...NUMBERS, ...PROTOTYPE_NAMES),
  fc.constantFrom(
    ...[
      '%',
      '%zz',
      '%00',
      '%ff',
      '%c3%28',
      '%2F',
      '%2e%2e',
      '..',
      '//',
      '/',
      '?',
      '#',
      '&',
      '=',
      ';',
      '',
      ' ',
      '%20',
      '+',
      '~1',
      '~2',
    ],
    ...[
      '{{rv}}',
      '{{continue}}',
      'a=b',
      'a in (b,c)',
      'a notin (',
      '!a,b',
      'metadata.name=a',
      'a!=b,,',
      'x'.repeat(3000),
      ','.repeat(500),
    ],
    ...['('.repeat(500), '%F0%9F%98%80', '\u0000', 'true', 'null', 'All', 'Exact', 'NotOlderThan', '-1', '0'],
  ),
  fc.string({ unit: 'binary-ascii', maxLength: 12 }).map((text) => encodeURIComponent(text)),
  fc
    .record({
      v: fc.constantFrom<unknown>('meta.k8s.io/v1', 'x', 5),
      rv: fc.constantFrom<unknown>(1, -1, 0, 1e20, 'x'),
      start: fc.constantFrom<unknown>('a\u0000', '', '/../', '/', 5),
    })
    .map((token) => `continue=${Buffer.from(JSON.stringify(token)).toString('base64url')}`),
);

/** Changes of a body. */
export const broken: Arbitrary<(body: Uint8Array) => Uint8Array> = fc.oneof(
  // Bytes that change, go or come.
  {
    weight: 4,
    arbitrary: fc
      .array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }), fc.nat(3)), { minLength: 1, maxLength: 4 })
      .map((changes) => (body: Uint8Array) => changes.reduce(withByte, body)),
  },
  fc.nat().map((at) => (body: Uint8Array) => body.subarray(0, at % (body.length + 1))),
  // JSON whose keys, values and depth are not what they should be.
  {
    weight: 4,
    arbitrary: fc.tuple(fc.nat(), fc.constantFrom(...PROTOTYPE_NAMES)).map(
      ([at, name]) =>
        (body: Uint8Array) =>
          withToken(body, /"(?:[^"\\]|\\.)*"(?=:)/g, at, `"${name}"`),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(fc.nat(), jsonText()).map(
      ([at, text]) =>
        (body: Uint8Array) =>
          withToken(body, /(?<=:)(?:"(?:[^"\\]|\\.)*"|[\d.-]+|true|false|null)/g, at, text),
    ),
  },
  fc.tuple(fc.nat(), fc.constantFrom(...PROTOTYPE_NAMES), jsonText()).map(
    ([at, name, text]) =>
      (body: Uint8Array) =>
        withToken(body, /\{(?=")/g, at, `{"${name}":${text},`),
  ),
  fc
    .tuple(
      fc.nat(),
      fc.constantFrom('$patch', '$retainKeys', '$setElementOrder/containers', '$deleteFromPrimitiveList/finalizers'),
      jsonText(),
    )
    .map(
      ([at, name, text]) =>
        (body: Uint8Array) =>
          withToken(body, /\{(?=")/g, at, `{"${name}":${text},`),
    ),
  { weight: 1, arbitrary: fc.constantFrom(...patches()).map((text) => () => Buffer.from(text)) },
  { weight: 1, arbitrary: fc.constantFrom(...yaml()).map((text) => () => Buffer.from(text)) },
);

function jsonText(): Arbitrary<string> {
  return fc.oneof(
    {
      weight: 4,
      arbitrary: fc.constantFrom(
        ...NUMBERS.slice(0, 8),
        'null',
        'true',
        '""',
        '[]',
        '{}',
        '[null]',
        '"\\ud800"',
        '"\\u0000"',
        '{"a":1,"a":2}',
        '[[[]]]',
      ),
    },
    { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.stringify(value)) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        ...[50, 900, 1100, 3000, 10_000, 10_001].flatMap((depth) => [
          nested(depth, '[', ']'),
          nested(depth, '{"a":', '}'),
        ]),
      ),
    },
  );
}

/** `{"a":{"a":…0…}}` */
export function nested(depth: number, open: string, close: string): string {
  return `${open.repeat(depth)}0${close.repeat(depth)}`;
}

function patches(): string[] {
  const paths = [
    '',
    '/',
    '/metadata',
    '/metadata/labels',
    '/metadata/labels/__proto__',
    '/__proto__/x',
    '/constructor/prototype/x',
    '/data/k',
    '/spec/containers/-',
    '/spec/containers/-1',
    '/spec/containers/01',
    '/spec/containers/1e0',
    '/a~2b',
    'data',
  ];
  return paths.flatMap((path) => [
    JSON.stringify([{ op: 'add', path, value: { x: 1 } }]),
    JSON.stringify([{ op: 'remove', path }]),
    JSON.stringify([
      { op: 'copy', from: path, path: '/data' },
      { op: 'move', from: '/metadata', path },
    ]),
    JSON.stringify([
      { op: 'test', path, value: null },
      { op: 'replace', path, value: 5 },
    ]),
  ]);
}

function yaml(): string[] {
  const aliases = Array.from(
    { length: 12 },
    (_, at) => `a${at}: &a${at} [${at === 0 ? 'x' : `*a${at - 1},`.repeat(9)}]`,
  ).join('\n');
  return [
    aliases,
    'a: &a [*a]',
    '&a a: *a',
    '? [x]\n: y',
    '--- a\n--- b',
    '%YAML 9.9\n---\na: b',
    '!!js/function "x"',
    '!!binary "AA=="',
    'a: !!set {x}',
    '__proto__: {x: 1}\nkind: ConfigMap',
    'kind: ConfigMap\napiVersion: v1\nmetadata: {name: a, labels: {__proto__: x, constructor: y}}',
    '<<: {a: b}',
    'a: 0o17\nb: 0x1F\nc: 1_000\nd: 1:30\ne: .inf\nf: .nan\ng: 2020-01-01\nh: ~\ny: yes',
    `${'- '.repeat(2000)}x`,
    '{'.repeat(1500),
    '[a, b',
    'a:\n\t- b',
    '\u0000',
    '1',
    '-',
    '"\\xff"',
  ];
}

function withByte(body: Uint8Array, [at, byte, how]: readonly [number, number, number]): Uint8Array {
  const place = body.length === 0 ? 0 : at % body.length;
  const [before, after] = [body.subarray(0, place), body.subarray(place)];
  if (how === 0) return Buffer.concat([before, after.subarray(1)]);
  return Buffer.concat([before, Buffer.from([byte]), how === 1 ? after : after.subarray(1)]);
}

/** Replaces one of the tokens that a pattern finds in a text. */
function withToken(body: Uint8Array, pattern: RegExp, which: number, by: string): Uint8Array {
  const text = Buffer.from(body).toString('utf8');
  const found = [...text.matchAll(pattern)];
  if (found.length === 0) return Buffer.from(by);
  const match = found[which % found.length]!;
  return Buffer.from(text.slice(0, match.index) + by + text.slice(match.index + match[0].length));
}

export function bytesOf(body: StepBody): Uint8Array {
  if ('base64' in body) return Buffer.from(body.base64, 'base64');
  return Buffer.from('text' in body ? body.text : JSON.stringify(body.json));
}
