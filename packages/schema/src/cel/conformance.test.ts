import { tests } from '@bufbuild/cel-spec/testdata/conformance.js';
import { decodeBase64 } from '@opwright/machinery';
import { describe, expect, test } from 'vitest';
import { environment, functionTable, namedTypes } from './check/environment.ts';
import { optionalsLibrary } from './functions/optionals.ts';
import type { Overload } from './functions/overload.ts';
import { standardLibrary } from './functions/standard.ts';
import { laterStringsLibrary, stringsLibrary } from './functions/strings.ts';
import { compileCel } from './program.ts';
import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  DYN,
  formatType,
  INT,
  listOf,
  mapOf,
  NULL,
  STRING,
  TIMESTAMP,
  UINT,
} from './types/type.ts';
import { equals } from './values/equality.ts';
import { CelError } from './values/error.ts';
import { intOf } from './values/numbers.ts';
import { formatTimestamp, parseTimestamp, SECOND } from './values/times.ts';
import { typeName } from './values/type-name.ts';
import { CelMap, type CelValue, Duration, double, Timestamp, TypeValue, Uint } from './values/value.ts';

/*
 * The conformance vectors of the CEL specification. What needs protobuf messages or enums, which Kubernetes' CEL does not
 * have, is skipped, and so are the extensions that the API server does not load.
 */

interface Vector {
  readonly name?: string;
  readonly expr: string;
  readonly container?: string;
  readonly disableCheck?: boolean;
  readonly checkOnly?: boolean;
  readonly typeEnv?: readonly Declaration[];
  readonly bindings?: Readonly<Record<string, { readonly value?: ProtoValue }>>;
  readonly value?: ProtoValue;
  readonly typedResult?: { readonly deducedType?: ProtoType };
  readonly evalError?: unknown;
}

interface Declaration {
  readonly name: string;
  readonly ident?: { readonly type: ProtoType };
  readonly function?: {
    readonly overloads: readonly {
      readonly overloadId: string;
      readonly params?: readonly ProtoType[];
      readonly resultType: ProtoType;
      readonly isInstanceFunction?: boolean;
    }[];
  };
}

type ProtoValue = Readonly<Record<string, unknown>>;
type ProtoType = Readonly<Record<string, unknown>>;

const skippedSuites = new Set(['bindings_ext', 'block_ext', 'encoders_ext', 'math_ext', 'proto2_ext']);

function needsProtobuf(vector: Vector): boolean {
  const text = JSON.stringify(vector).replace(/google\.protobuf\.(?:Timestamp|Duration)\b/g, '');
  return /TestAllTypes|google\.protobuf\b|GlobalEnum|NestedEnum|enumValue|\.proto[23]/.test(text);
}

const scalars: Readonly<Record<string, CelType>> = {
  BOOL,
  INT64: INT,
  UINT64: UINT,
  DOUBLE,
  STRING,
  BYTES,
  TIMESTAMP,
  DURATION,
  ANY: { kind: 'any' },
};

function typeFrom(proto: ProtoType): CelType {
  const [[kind, value]] = Object.entries(proto) as [[string, unknown]];
  const nested = value as Record<string, ProtoType>;
  switch (kind) {
    case 'dyn':
      return DYN;
    case 'null':
      return NULL;
    case 'listType':
      return listOf(nested.elemType ? typeFrom(nested.elemType) : DYN);
    case 'mapType':
      return mapOf(typeFrom(nested.keyType as ProtoType), typeFrom(nested.valueType as ProtoType));
    case 'messageType':
      return namedTypes.get(value as string) ?? { kind: 'opaque', name: value as string, params: [] };
    case 'typeParam':
      return { kind: 'param', name: value as string };
    case 'type':
      return Object.keys(nested).length > 0 ? { kind: 'type', of: typeFrom(nested) } : { kind: 'type' };
    case 'abstractType': {
      const { name, parameterTypes = [] } = value as { name: string; parameterTypes?: ProtoType[] };
      return { kind: 'opaque', name, params: parameterTypes.map(typeFrom) };
    }
    case 'wrapper':
      return { kind: 'wrapper', of: (scalars[value as string] as CelType).kind as 'int' };
    default:
      return scalars[value as string] as CelType;
  }
}

function valueFrom(proto: ProtoValue): CelValue {
  const [[kind, value]] = Object.entries(proto) as [[string, unknown]];
  switch (kind) {
    case 'int64Value':
      return intOf(BigInt(value as string));
    case 'uint64Value':
      return new Uint(BigInt(value as string));
    case 'doubleValue':
      return double(Number(value));
    case 'bytesValue':
      return decodeBase64(value as string);
    case 'nullValue':
      return null;
    case 'typeValue':
      return new TypeValue(value as string);
    case 'listValue':
      return ((value as { values?: ProtoValue[] }).values ?? []).map(valueFrom);
    case 'mapValue': {
      const map = new CelMap();
      for (const { key, value: item } of (value as { entries?: { key: ProtoValue; value: ProtoValue }[] }).entries ??
        []) {
        map.add(valueFrom(key), valueFrom(item));
      }
      return map;
    }
    case 'objectValue': {
      const { '@type': type, value: text } = value as { '@type': string; value: string };
      if (type.endsWith('Timestamp')) return new Timestamp(parseTimestamp(text) ?? 0n);
      const [, sign, seconds, fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?s$/.exec(text) ?? [];
      const nanos = BigInt(seconds ?? 0) * SECOND + BigInt(fraction.padEnd(9, '0'));
      return new Duration(sign === '-' ? -nanos : nanos);
    }
    default:
      return value as boolean | string;
  }
}

const libraries = [standardLibrary, stringsLibrary, laterStringsLibrary, optionalsLibrary];

/** Why a vector fails; undefined when it passes. */
function run(vector: Vector): string | undefined {
  const declared = (vector.typeEnv ?? []).filter(({ ident }) => ident);
  const extra: Overload[] = (vector.typeEnv ?? []).flatMap(({ name, function: declaration }) =>
    (declaration?.overloads ?? []).map(({ overloadId, params = [], resultType, isInstanceFunction = false }) => ({
      name,
      id: overloadId,
      member: isInstanceFunction,
      args: params.map(typeFrom),
      result: typeFrom(resultType),
    })),
  );
  const variables = new Map(declared.map(({ name, ident }) => [name, typeFrom(ident?.type as ProtoType)]));
  for (const name of Object.keys(vector.bindings ?? {})) if (!variables.has(name)) variables.set(name, DYN);
  const env = environment(functionTable([...libraries, extra]), variables, {
    container: vector.container ?? '',
    homogeneous: false,
  });
  const program = compileCel(vector.expr, env, { checked: !vector.disableCheck });
  if ('issues' in program) return vector.evalError ? undefined : program.issues;
  const deduced = vector.typedResult?.deducedType;
  if (deduced && formatType(program.type) !== formatType(typeFrom(deduced))) {
    return `type ${formatType(program.type)}, expected ${formatType(typeFrom(deduced))}`;
  }
  if (vector.checkOnly) return undefined;
  const values = [...variables.keys()].map((name) => {
    const bound = vector.bindings?.[name]?.value;
    return bound ? valueFrom(bound) : new CelError(`no such attribute: ${name}`);
  });
  const { value } = program.evaluate(values);
  if (vector.evalError) return value instanceof CelError ? undefined : `no error but ${shown(value)}`;
  const expected = vector.value ? valueFrom(vector.value) : vector.typedResult ? undefined : true;
  if (value instanceof CelError) return `error ${value.message}`;
  if (expected === undefined) return undefined;
  const bothNaN = Number.isNaN(value) && Number.isNaN(expected);
  return bothNaN || (equals(value, expected) && typeName(value) === typeName(expected))
    ? undefined
    : `${shown(value)}, expected ${shown(expected)}`;
}

function shown(value: CelValue): string {
  if (value instanceof Timestamp) return formatTimestamp(value);
  return `${typeName(value)} ${JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? `${each}n` : each))}`;
}

interface Suite {
  readonly name: string;
  readonly suites?: readonly Suite[];
  readonly tests?: readonly { readonly original: unknown }[];
}

function vectorsOf(suite: Suite): Vector[] {
  const own = (suite.tests ?? []).map(({ original }) => original as Vector);
  return [...own, ...(suite.suites ?? []).flatMap(vectorsOf)];
}

interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

function tally(suite: Suite, failures: string[]): Tally {
  const vectors = vectorsOf(suite);
  const wanted = skippedSuites.has(suite.name) ? [] : vectors.filter((vector) => !needsProtobuf(vector));
  let failed = 0;
  for (const vector of wanted) {
    const failure = run(vector);
    if (failure === undefined) continue;
    failed++;
    failures.push(`${suite.name}/${vector.name}: ${vector.expr} -> ${failure}`);
  }
  return { passed: wanted.length - failed, failed, skipped: vectors.length - wanted.length };
}

describe('the conformance vectors of the CEL specification', () => {
  test('pass', () => {
    const failures: string[] = [];
    const results: Record<string, Tally> = {};
    for (const suite of (tests as Suite).suites ?? []) results[suite.name] = tally(suite, failures);
    console.log(results, failures.length, failures.join('\n'));
    expect(failures).toEqual([]);
  });
});
