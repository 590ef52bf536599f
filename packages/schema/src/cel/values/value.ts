import type { NumberLexeme } from '@opwright/machinery';
import type { CelError } from './error.ts';

/**
 * A value at run time. JSON values are CEL values as they are, so that objects need no conversion: an integral `number` is an
 * int (a `bigint` beyond ±2^53), any other `number` a double; integral doubles are boxed ({@link Double}). Texts,
 * booleans, null, arrays and plain objects (maps with text keys) are themselves. A {@link NumberLexeme} may come from
 * parsed JSON and is read like the number it stands for. Everything is immutable.
 */
export type CelValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly CelValue[]
  | { readonly [key: string]: CelValue }
  | Double
  | Uint
  | Timestamp
  | Duration
  | CelMap
  | TypeValue
  | Optional
  | Extension
  | NumberLexeme
  | CelError;

/** A double without fraction. Doubles with one, infinities and NaN are plain numbers. */
export class Double {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** A double as a CEL value. */
export function double(value: number): number | Double {
  return Number.isInteger(value) ? new Double(value) : value;
}

/** An unsigned 64-bit integer. */
export class Uint {
  readonly value: bigint;

  constructor(value: bigint) {
    this.value = value;
  }
}

/** A point in time, in nanoseconds since the epoch. */
export class Timestamp {
  readonly nanos: bigint;
  /** Seconds east of UTC, as it was written; it only shows where the time is printed. */
  readonly offset: number;

  constructor(nanos: bigint, offset = 0) {
    this.nanos = nanos;
    this.offset = offset;
  }
}

/** A span of time in nanoseconds. */
export class Duration {
  readonly nanos: bigint;

  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

/** A type as a value. Two are the same when their names are. */
export class TypeValue {
  readonly typeName: string;

  constructor(typeName: string) {
    this.typeName = typeName;
  }
}

/** A value that may be absent. */
export class Optional {
  static readonly none = new Optional(undefined);
  readonly value: CelValue | undefined;

  constructor(value: CelValue | undefined) {
    this.value = value;
  }
}

/** A value of a type that a library adds: an IP address, a URL, a quantity. */
export abstract class Extension {
  abstract readonly typeName: string;
  /** What it counts for in costs. */
  readonly size: number = 1;
  abstract equals(other: CelValue): boolean;
}

/** A map as expressions make it: keys are ints, uints, bools or texts. Numbers of different types are the same key. */
export class CelMap {
  private readonly entries = new Map<string | boolean | number | bigint, readonly [CelValue, CelValue]>();

  /** @returns whether the key is new and of a type that keys may have */
  add(key: CelValue, value: CelValue): boolean {
    const normal = normalKey(key);
    if (normal === undefined || this.entries.has(normal)) return false;
    this.entries.set(normal, [key, value]);
    return true;
  }

  get(key: CelValue): CelValue | undefined {
    const normal = normalKey(key);
    return normal === undefined ? undefined : this.entries.get(normal)?.[1];
  }

  get size(): number {
    return this.entries.size;
  }

  keys(): CelValue[] {
    return [...this.entries.values()].map(([key]) => key);
  }

  values(): IterableIterator<readonly [CelValue, CelValue]> {
    return this.entries.values();
  }
}

function normalKey(key: CelValue): string | boolean | number | bigint | undefined {
  if (typeof key === 'string' || typeof key === 'boolean') return key;
  if (typeof key === 'number') return Number.isInteger(key) ? key : undefined;
  if (typeof key === 'bigint') return key;
  if (key instanceof Uint) return key.value <= Number.MAX_SAFE_INTEGER ? Number(key.value) : key.value;
  if (key instanceof Double) return Number.isSafeInteger(key.value) ? key.value + 0 : BigInt(key.value);
  return undefined;
}
