import type { Overload } from '../functions/overload.ts';
import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listOf,
  mapOf,
  NULL,
  type ObjectType,
  opaque,
  STRING,
  TIMESTAMP,
  UINT,
} from '../types/type.ts';
import type { CelValue } from '../values/value.ts';

/** What an expression may use: variables with their types, functions, and how strict literals are. */
export interface Environment {
  readonly variables: ReadonlyMap<string, CelType>;
  readonly functions: ReadonlyMap<string, readonly Overload[]>;
  /** Names are looked up inside of it first. */
  readonly container: string;
  /** Whether the items of a list literal must have one type. */
  readonly homogeneous: boolean;
  /** The types whose values expressions can make with `Name{…}`, by name. */
  readonly structs: (name: string) => Struct | undefined;
}

export interface Struct {
  readonly type: ObjectType;
  /** @returns the value; a {@link CelError} where the fields do not fit */
  make(fields: { readonly [name: string]: CelValue }): CelValue;
}

/** An environment from libraries. Building the function table once and sharing it is cheaper: see {@link functionTable}. */
export function environment(
  functions: ReadonlyMap<string, readonly Overload[]>,
  variables: Iterable<readonly [string, CelType]>,
  options: {
    readonly container?: string;
    readonly homogeneous?: boolean;
    readonly structs?: Environment['structs'];
  } = {},
): Environment {
  const { container = '', homogeneous = true, structs = () => undefined } = options;
  return { functions, variables: new Map(variables), container, homogeneous, structs };
}

/** Overloads by function name. */
export function functionTable(libraries: readonly (readonly Overload[])[]): ReadonlyMap<string, readonly Overload[]> {
  const table = new Map<string, Overload[]>();
  for (const overload of libraries.flat()) {
    const known = table.get(overload.name);
    if (known) known.push(overload);
    else table.set(overload.name, [overload]);
  }
  return table;
}

/** Types that have a name in expressions. */
export const namedTypes: ReadonlyMap<string, CelType> = new Map<string, CelType>([
  ['bool', BOOL],
  ['int', INT],
  ['uint', UINT],
  ['double', DOUBLE],
  ['string', STRING],
  ['bytes', BYTES],
  ['null_type', NULL],
  ['list', listOf(DYN)],
  ['map', mapOf(DYN, DYN)],
  ['type', { kind: 'type' }],
  ['optional_type', { kind: 'opaque', name: 'optional_type', params: [DYN] }],
  ['google.protobuf.Timestamp', TIMESTAMP],
  ['google.protobuf.Duration', DURATION],
  ['net.IP', opaque('net.IP')],
  ['net.CIDR', opaque('net.CIDR')],
]);

/** The places where a name may be declared, nearest first. */
export function candidates(container: string, name: string): string[] {
  if (name.startsWith('.')) return [name.slice(1)];
  const names: string[] = [];
  for (let scope = container; scope !== ''; scope = scope.slice(0, Math.max(0, scope.lastIndexOf('.')))) {
    names.push(`${scope}.${name}`);
  }
  return [...names, name];
}
