import type { CelType } from '../types/type.ts';
import { CelError } from '../values/error.ts';
import { doubleValue, isInt } from '../values/numbers.ts';
import { isList, isMap } from '../values/type-name.ts';
import { type CelValue, Duration, Extension, Optional, Timestamp, TypeValue, Uint } from '../values/value.ts';

/** Whether a value is of a type, as far as signatures need to know: what a list holds does not matter. */
export function guardOf(type: CelType): (value: CelValue) => boolean {
  switch (type.kind) {
    case 'bool':
      return (value) => typeof value === 'boolean';
    case 'int':
      return isInt;
    case 'uint':
      return (value) => value instanceof Uint;
    case 'double':
      return (value) => doubleValue(value) !== undefined;
    case 'string':
      return (value) => typeof value === 'string';
    case 'bytes':
      return (value) => value instanceof Uint8Array;
    case 'null':
      return (value) => value === null;
    case 'timestamp':
      return (value) => value instanceof Timestamp;
    case 'duration':
      return (value) => value instanceof Duration;
    case 'list':
      return isList;
    case 'map':
    case 'object':
      return isMap;
    case 'type':
      return (value) => value instanceof TypeValue;
    case 'opaque': {
      const { name } = type;
      if (name === 'optional_type') return (value) => value instanceof Optional;
      return (value) => value instanceof Extension && value.typeName === name;
    }
    default:
      return (value) => !(value instanceof CelError);
  }
}
