import { MAX_DEPTH } from '../json/depth.ts';
import { getOwn, isPlainObject, setOwn } from '../trees/own.ts';
import { DecodeError } from './decode-error.ts';
import { decodeScalar, jsonTypeName } from './decode-scalar.ts';
import { isZero, zeroValue } from './go-values.ts';
import { plainTree, tooDeep } from './plain-tree.ts';
import type { AnyNode, FieldNode, ListNode, MapNode, Scalar, StructNode, TypeNode } from './type-node.ts';
import { keepsUnknown } from './unknown.ts';

export { DecodeError };

/** What {@link decodeObject} read. */
export interface DecodedObject {
  /** A fresh mutable tree of plain JSON values. */
  readonly object: { [key: string]: unknown };
  /** Paths of the fields that the type does not have (`spec.list[0].bogus`), which are not in `object`; at most 100. */
  readonly unknown: readonly string[];
}

/**
 * Fits a value from `parseJson` into a type, as Go's decoder and encoder do between them: keys are case-sensitive, nulls
 * and zero values that Go would not write again are dropped, quantities and times take their canonical form. Below a
 * struct without a Go name (custom resources) values of the wrong type pass, for the schema to judge, and nulls stay
 * unless there is a default to take their place. Key order is that of the input.
 *
 * @throws DecodeError for a value that does not fit: the first one that its type itself cannot read (quantities, times),
 *   or else the first one of another type: `json: cannot unmarshal string into Go struct field
 *   DeploymentSpec.spec.replicas of type int32`
 */
export function decodeObject(type: TypeNode, value: unknown): DecodedObject {
  const decoder = new Decoder();
  const object = isPlainObject(value) ? decoder.whole(type, value) : undefined;
  if (!isPlainObject(object)) throw decoder.mismatch(jsonTypeName(value), '', goName(type));
  return { object, unknown: decoder.unknown };
}

const MAX_UNKNOWN = 100;

/** Types that read themselves: Go gives up where they cannot. */
const selfReading: ReadonlySet<Scalar> = new Set(['quantity', 'time', 'microTime', 'duration', 'intOrString']);

class Decoder {
  readonly unknown: string[] = [];
  /** Where the decoder is: field names, map keys and list indexes. */
  readonly #path: (string | number)[] = [];
  /** The struct fields on the way: what Go's messages call the path. */
  readonly #fields: string[] = [];
  readonly #depth: number;
  /** Go reads on after a value of another type. */
  #first: DecodeError | undefined;

  constructor(depth = 0) {
    this.#depth = depth;
  }

  /** A whole value. @throws DecodeError */
  whole(type: TypeNode, value: unknown): unknown {
    const decoded = this.decode(type, value, '', goName(type));
    if (this.#first !== undefined) throw this.#first;
    return decoded;
  }

  /**
   * @param struct Go's name of the innermost struct around the value, '' in custom resources
   * @param goType Go's name of the value's type
   */
  decode(type: TypeNode, value: unknown, struct: string, goType: string): unknown {
    if (this.#depth + this.#path.length > MAX_DEPTH) throw tooDeep();
    switch (type.node) {
      case 'struct':
        return this.#struct(type, value, struct, goType);
      case 'map':
        return this.#map(type, value, struct, goType);
      case 'list':
        return this.#list(type, value, struct, goType);
      case 'any':
        return this.#any(type, value);
      case 'scalar':
        if (struct === '') return this.#misfit(value);
        return this.#scalar(type.scalar, value, struct, goType);
    }
  }

  /** Go's words for a value of the wrong type. */
  mismatch(found: string, struct: string, goType: string): DecodeError {
    const into = struct === '' ? 'value' : `struct field ${struct}.${this.#fields.join('.')}`;
    return new DecodeError(`json: cannot unmarshal ${found} into Go ${into} of type ${goType}`);
  }

  #scalar(scalar: Scalar, value: unknown, struct: string, goType: string): unknown {
    try {
      // Go reads the number of an IntOrString on its own.
      return decodeScalar(scalar, value, (found, part) =>
        this.mismatch(found, struct, part ?? (scalar === 'intOrString' ? 'int32' : goType)),
      );
    } catch (error) {
      if (!(error instanceof DecodeError) || selfReading.has(scalar)) throw error;
      return this.#remember(error);
    }
  }

  #remember(error: DecodeError): undefined {
    this.#first ??= error;
  }

  #struct(type: StructNode, value: unknown, outer: string, goType: string): unknown {
    if (!isPlainObject(value)) {
      if (type.name === '') return type.preserveUnknown ? this.#plain(value) : this.#misfit(value);
      return this.#remember(this.mismatch(jsonTypeName(value), outer, goType));
    }
    const result: { [key: string]: unknown } = {};
    for (const key of Object.keys(value)) {
      const field = type.fields.get(key);
      if (field === undefined) {
        if (keepsUnknown(type, key)) {
          setOwn(result, key, this.#plain(getOwn(value, key)));
        } else {
          this.#reportUnknown(key);
        }
        continue;
      }
      this.#path.push(key);
      this.#fields.push(key);
      const decoded = this.#field(field, getOwn(value, key), type.name);
      this.#fields.pop();
      this.#path.pop();
      if (decoded !== undefined) setOwn(result, key, decoded);
    }
    return result;
  }

  #field(field: FieldNode, value: unknown, struct: string): unknown {
    if (value === null) {
      if (field.nullable) return null;
      return struct === '' && field.default === undefined ? null : undefined;
    }
    const decoded = this.decode(field.type, value, struct, field.goType ?? goName(field.type));
    const forgotten = struct !== '' && field.whenAbsent === 'omit' && !field.pointer && isZero(field.type, decoded);
    return forgotten ? undefined : decoded;
  }

  #map(type: MapNode, value: unknown, struct: string, goType: string): unknown {
    if (!isPlainObject(value)) {
      if (struct === '') return this.#misfit(value);
      return this.#remember(this.mismatch(jsonTypeName(value), struct, goType));
    }
    const result: { [key: string]: unknown } = {};
    const valueType = elementType(goType) ?? goName(type.value);
    for (const key of Object.keys(value)) {
      this.#path.push(key);
      setOwn(result, key, this.#element(type.value, getOwn(value, key), struct, valueType));
      this.#path.pop();
    }
    return result;
  }

  #list(type: ListNode, value: unknown, struct: string, goType: string): unknown {
    if (!Array.isArray(value)) {
      if (struct === '') return this.#misfit(value);
      return this.#remember(this.mismatch(jsonTypeName(value), struct, goType));
    }
    const itemType = elementType(goType) ?? goName(type.item);
    return value.map((item: unknown, index) => {
      this.#path.push(index);
      const decoded = this.#element(type.item, item, struct, itemType);
      this.#path.pop();
      return decoded;
    });
  }

  /** null for an element is its zero value to Go. */
  #element(type: TypeNode, value: unknown, struct: string, goType: string): unknown {
    if (value === null) return struct === '' ? null : zeroValue(type);
    return this.decode(type, value, struct, goType);
  }

  #any(type: AnyNode, value: unknown): unknown {
    const { struct } = type;
    if (struct === undefined) return this.#plain(value);
    // Go decodes these on their own: fields that it does not know vanish without a report.
    if (Array.isArray(value)) return value.map((item) => this.#any(type, item));
    return isPlainObject(value) ? this.#apart(struct, value) : this.#plain(value);
  }

  /** An object whose type decodes itself: neither its path nor its unknown fields are seen from outside. */
  #apart(type: TypeNode, value: unknown): unknown {
    return new Decoder(this.#depth + this.#path.length + 1).whole(type, value);
  }

  /** A value in a custom resource that is not of its type: it stays, for the schema to judge, without the fields in it. */
  #misfit(value: unknown): unknown {
    if (Array.isArray(value)) {
      return value.map((item: unknown, index) => {
        this.#path.push(index);
        const left = this.#misfit(item);
        this.#path.pop();
        return left;
      });
    }
    if (!isPlainObject(value)) return this.#plain(value);
    for (const key of Object.keys(value)) this.#reportUnknown(key);
    return {};
  }

  #plain(value: unknown): unknown {
    return plainTree(value, this.#depth + this.#path.length);
  }

  #reportUnknown(key: string): void {
    if (this.unknown.length >= MAX_UNKNOWN) return;
    this.unknown.push(pathText([...this.#path, key]));
  }
}

/** `spec.containers[0].name` */
function pathText(path: readonly (string | number)[]): string {
  let text = '';
  for (const step of path) text += typeof step === 'number' ? `[${step}]` : text === '' ? step : `.${step}`;
  return text;
}

/** What is in a `[]T` or a `map[K]T`; undefined for other types. */
function elementType(goType: string): string | undefined {
  const end = goType.startsWith('[]') ? 1 : goType.startsWith('map[') ? goType.indexOf(']') : -1;
  return end < 0 ? undefined : goType.slice(end + 1);
}

const SCALAR_NAMES: Readonly<Record<string, string>> = { boolean: 'bool', number: 'float64', bytes: '[]uint8' };

/** Go's name of a type as far as the node knows it. */
function goName(type: TypeNode): string {
  switch (type.node) {
    case 'struct':
      return type.name;
    case 'list':
      return `[]${goName(type.item)}`;
    case 'map':
      return `map[string]${goName(type.value)}`;
    case 'scalar':
      return SCALAR_NAMES[type.scalar] ?? type.scalar;
    case 'any':
      return type.name;
  }
}
