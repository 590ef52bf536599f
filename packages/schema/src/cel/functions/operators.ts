import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  INT,
  listOf,
  mapOf,
  optionalOf,
  STRING,
  TIMESTAMP,
  UINT,
} from '../types/type.ts';
import type { Overload } from './overload.ts';

const A: CelType = { kind: 'param', name: 'A' };
const B: CelType = { kind: 'param', name: 'B' };

function operator(name: string, id: string, args: readonly CelType[], result: CelType): Overload {
  return { name, id, member: false, args, result };
}

const ordered = {
  bool: BOOL,
  int64: INT,
  uint64: UINT,
  double: DOUBLE,
  string: STRING,
  bytes: BYTES,
  timestamp: TIMESTAMP,
  duration: DURATION,
};
const mixed = [
  ['int64_double', INT, DOUBLE],
  ['int64_uint64', INT, UINT],
  ['uint64_double', UINT, DOUBLE],
  ['uint64_int64', UINT, INT],
  ['double_int64', DOUBLE, INT],
  ['double_uint64', DOUBLE, UINT],
] as const;

function comparison(name: string, id: string): Overload[] {
  return [
    ...Object.entries(ordered).map(([kind, type]) => operator(name, `${id}_${kind}`, [type, type], BOOL)),
    ...mixed.map(([kinds, a, b]) => operator(name, `${id}_${kinds}`, [a, b], BOOL)),
  ];
}

function same(name: string, id: string, types: readonly (keyof typeof ordered)[]): Overload[] {
  return types.map((kind) => operator(name, `${id}_${kind}`, [ordered[kind], ordered[kind]], ordered[kind]));
}

/** The signatures of CEL's operators. What they do is the compiler's knowledge. */
export const operatorOverloads: readonly Overload[] = [
  operator('_?_:_', 'conditional', [BOOL, A, A], A),
  operator('_&&_', 'logical_and', [BOOL, BOOL], BOOL),
  operator('_||_', 'logical_or', [BOOL, BOOL], BOOL),
  operator('!_', 'logical_not', [BOOL], BOOL),
  operator('_==_', 'equals', [A, A], BOOL),
  operator('_!=_', 'not_equals', [A, A], BOOL),
  ...comparison('_<_', 'less'),
  ...comparison('_<=_', 'less_equals'),
  ...comparison('_>_', 'greater'),
  ...comparison('_>=_', 'greater_equals'),
  ...same('_+_', 'add', ['bytes', 'double', 'int64', 'string', 'uint64']),
  operator('_+_', 'add_list', [listOf(A), listOf(A)], listOf(A)),
  operator('_+_', 'add_duration_duration', [DURATION, DURATION], DURATION),
  operator('_+_', 'add_duration_timestamp', [DURATION, TIMESTAMP], TIMESTAMP),
  operator('_+_', 'add_timestamp_duration', [TIMESTAMP, DURATION], TIMESTAMP),
  ...same('_-_', 'subtract', ['double', 'int64', 'uint64']),
  operator('_-_', 'subtract_duration_duration', [DURATION, DURATION], DURATION),
  operator('_-_', 'subtract_timestamp_duration', [TIMESTAMP, DURATION], TIMESTAMP),
  operator('_-_', 'subtract_timestamp_timestamp', [TIMESTAMP, TIMESTAMP], DURATION),
  ...same('_*_', 'multiply', ['double', 'int64', 'uint64']),
  ...same('_/_', 'divide', ['double', 'int64', 'uint64']),
  ...same('_%_', 'modulo', ['int64', 'uint64']),
  operator('-_', 'negate_int64', [INT], INT),
  operator('-_', 'negate_double', [DOUBLE], DOUBLE),
  operator('@in', 'in_list', [A, listOf(A)], BOOL),
  operator('@in', 'in_map', [A, mapOf(A, B)], BOOL),
  operator('_[_]', 'index_list', [listOf(A), INT], A),
  operator('_[_]', 'index_map', [mapOf(A, B), A], B),
  operator('_[_]', 'optional_list_index_int', [optionalOf(listOf(A)), INT], optionalOf(A)),
  operator('_[_]', 'optional_map_index_value', [optionalOf(mapOf(A, B)), A], optionalOf(B)),
  operator('_[?_]', 'list_optindex_optional_int', [listOf(A), INT], optionalOf(A)),
  operator('_[?_]', 'optional_list_optindex_optional_int', [optionalOf(listOf(A)), INT], optionalOf(A)),
  operator('_[?_]', 'map_optindex_optional_value', [mapOf(A, B), A], optionalOf(B)),
  operator('_[?_]', 'optional_map_optindex_optional_value', [optionalOf(mapOf(A, B)), A], optionalOf(B)),
];
