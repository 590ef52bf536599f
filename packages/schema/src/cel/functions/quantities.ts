import {
  addQuantities,
  compareQuantities,
  parseQuantity,
  QuantityError,
  type Quantity as QuantityValue,
  quantityAsNumber,
  quantityOf,
  subtractQuantities,
} from '@opwright/machinery';
import { BOOL, DOUBLE, INT, opaque, STRING } from '../types/type.ts';
import { CelError } from '../values/error.ts';
import { intOf } from '../values/numbers.ts';
import { type CelValue, double, Extension } from '../values/value.ts';
import { reading } from './costs.ts';
import { global, member, type Overload } from './overload.ts';

/** A Kubernetes quantity. */
export class Quantity extends Extension {
  readonly typeName = 'kubernetes.Quantity';
  readonly quantity: QuantityValue;

  constructor(quantity: QuantityValue) {
    super();
    this.quantity = quantity;
  }

  equals(other: CelValue): boolean {
    return other instanceof Quantity && this.quantity.nanos === other.quantity.nanos;
  }
}

const NANO = 10n ** 9n;
type Int = number | bigint;

function parsed(text: string): Quantity | CelError {
  try {
    return new Quantity(parseQuantity(text));
  } catch (error) {
    if (error instanceof QuantityError) return new CelError(error.message);
    throw error;
  }
}

/** Whole and within 64 bits. */
function asInteger({ quantity }: Quantity): CelValue {
  const value = quantity.nanos % NANO === 0n ? intOf(quantity.nanos / NANO) : undefined;
  return value === undefined || value instanceof CelError ? new CelError('cannot convert value to integer') : value;
}

const compare = (a: Quantity, b: Quantity) => compareQuantities(a.quantity, b.quantity);
const sum = (a: Quantity, b: QuantityValue) => new Quantity(addQuantities(a.quantity, b));
const difference = (a: Quantity, b: QuantityValue) => new Quantity(subtractQuantities(a.quantity, b));

const Q = opaque('kubernetes.Quantity');

/** Kubernetes' quantities. */
export const quantityLibrary: readonly Overload[] = [
  global('quantity', 'string_to_quantity', [STRING], Q, parsed, reading(0)),
  global(
    'isQuantity',
    'is_quantity_string',
    [STRING],
    BOOL,
    (text: string) => parsed(text) instanceof Quantity,
    reading(0),
  ),
  global('sign', 'quantity_sign', [Q], INT, (a: Quantity) => compareQuantities(a.quantity, quantityOf(0))),
  member('isGreaterThan', 'quantity_is_greater_than', [Q, Q], BOOL, (a: Quantity, b: Quantity) => compare(a, b) > 0),
  member('isLessThan', 'quantity_is_less_than', [Q, Q], BOOL, (a: Quantity, b: Quantity) => compare(a, b) < 0),
  member('compareTo', 'quantity_compare_to', [Q, Q], INT, (a: Quantity, b: Quantity) => Math.sign(compare(a, b))),
  member('asApproximateFloat', 'quantity_get_float', [Q], DOUBLE, (a: Quantity) =>
    double(quantityAsNumber(a.quantity)),
  ),
  member('asInteger', 'quantity_get_int', [Q], INT, asInteger),
  member('isInteger', 'quantity_is_integer', [Q], BOOL, (a: Quantity) => !(asInteger(a) instanceof CelError)),
  member('add', 'quantity_add', [Q, Q], Q, (a: Quantity, b: Quantity) => sum(a, b.quantity)),
  member('add', 'quantity_add_int', [Q, INT], Q, (a: Quantity, b: Int) => sum(a, quantityOf(b))),
  member('sub', 'quantity_sub', [Q, Q], Q, (a: Quantity, b: Quantity) => difference(a, b.quantity)),
  member('sub', 'quantity_sub_int', [Q, INT], Q, (a: Quantity, b: Int) => difference(a, quantityOf(b))),
];
