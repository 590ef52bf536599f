import type { FieldNode, Scalar, StructNode, TypeNode } from '@opwright/machinery';
import type { Edit } from '../random/edits.ts';

/** Levels below the root that are looked at. */
const DEPTH = 12;

/** What is often wrong in a value of a type, with values that are the least or most that some rules allow. */
const SCALARS: Readonly<Record<Scalar, readonly unknown[]>> = {
  string: ['', 'Bogus value!', 'a', '-', '/a/../b', 'x'.repeat(300)],
  int32: [-1, 0, 1, 99_999],
  int64: [-1, 0, 1, 5_000_000_000],
  integer: [-1, 0, 1],
  number: [-1, 0, 1],
  boolean: [true, false],
  bytes: ['', 'AAE='],
  intOrString: [-1, 0, 70_000, '', '150%', 'Bogus value!'],
  quantity: ['-1', '0', '0.5', '3'],
  time: ['2020-01-01T00:00:00Z'],
  microTime: ['2020-01-01T00:00:00.000000Z'],
  duration: ['-1s', '0s'],
};

/** Every way to set one field of a kind wrongly, or to leave out one that an object has. */
export function* wrongEdits(type: StructNode, object: unknown, skip: (path: string) => boolean): Generator<Edit> {
  for (const edit of structEdits(type, object, [], [])) if (!skip(edit.path.join('.'))) yield edit;
}

function* structEdits(
  type: StructNode,
  value: unknown,
  path: readonly string[],
  around: readonly TypeNode[],
): Generator<Edit> {
  if (path.length > DEPTH || around.includes(type)) return;
  for (const field of type.fields.values()) {
    if (path.length === 0 && ['apiVersion', 'kind', 'metadata'].includes(field.name)) continue;
    yield* fieldEdits(field, own(value, field.name), [...path, field.name], [...around, type]);
  }
}

function* fieldEdits(
  field: FieldNode,
  value: unknown,
  path: readonly string[],
  around: readonly TypeNode[],
): Generator<Edit> {
  if (value !== undefined) yield { path, value: undefined };
  yield* valueEdits(field.type, value, path, around);
}

function* valueEdits(
  type: TypeNode,
  value: unknown,
  path: readonly string[],
  around: readonly TypeNode[],
): Generator<Edit> {
  switch (type.node) {
    case 'scalar':
      for (const wrong of type.enum ?? []) yield { path, value: wrong };
      for (const wrong of SCALARS[type.scalar]) yield { path, value: wrong };
      return;
    case 'struct':
      yield { path, value: {} };
      yield* structEdits(type, value, path, around);
      return;
    case 'map':
      yield { path, value: {} };
      for (const key of ['', 'Bogus key!', 'a', 'x'.repeat(300)])
        yield { path, value: { [key]: exampleOf(type.value) } };
      yield* valueEdits(type.value, undefined, [...path, 'a'], around);
      return;
    case 'list': {
      const [first] = Array.isArray(value) ? value : [];
      const example = first ?? exampleOf(type.item);
      yield { path, value: [] };
      yield { path, value: [example, example] };
      yield* valueEdits(type.item, first, [...path, '0'], around);
      return;
    }
    case 'any':
      yield { path, value: {} };
  }
}

function exampleOf(type: TypeNode): unknown {
  if (type.node === 'list') return [];
  return type.node === 'scalar' ? (SCALARS[type.scalar][2] ?? SCALARS[type.scalar][0]) : {};
}

function own(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

/** Of the ways to set one field wrongly those that say most; the others are for who has time. */
export function isTelling({ value }: Edit): boolean {
  if (Array.isArray(value)) return value.length > 1;
  if (typeof value === 'object' && value !== null) {
    const [key, ...more] = Object.keys(value);
    return more.length === 0 && (key === undefined || key === 'Bogus key!');
  }
  return [undefined, 'Bogus value!', -1, '-1'].includes(value as string);
}
