import type { CallExpr, Expr } from '../syntax/ast.ts';
import { isOptional } from '../types/type.ts';
import { CelError, NO_OVERLOAD } from '../values/error.ts';
import { mapGet } from '../values/maps.ts';
import { doubleValue, isInt, normal } from '../values/numbers.ts';
import { isList, isMap, typeName } from '../values/type-name.ts';
import { type CelValue, Optional, Uint } from '../values/value.ts';
import { adapterOf } from './adapt.ts';
import { compileExpr, compileRaw, keyText } from './compile.ts';
import { type Code, noSuchKey } from './frame.ts';
import type { Scope } from './scope.ts';

/** `operand[index]` and `operand[?index]`. */
export function compileIndex(expr: CallExpr, scope: Scope): { code: Code; raw: boolean } {
  const operand = compileRaw(expr.args[0] as Expr, scope);
  const index = compileExpr(expr.args[1] as Expr, scope);
  const type = scope.typeOf(expr.args[0] as Expr);
  if (expr.name === '_[_]' && !isOptional(type) && type.kind !== 'dyn') {
    return { code: access(operand.code, index), raw: operand.raw };
  }
  const item = type.kind === 'list' ? type.item : type.kind === 'map' ? type.value : undefined;
  const adapter = operand.raw && item ? adapterOf(item) : undefined;
  return { code: optionalAccess(operand.code, index, expr.name === '_[?_]', adapter), raw: false };
}

function access(operand: Code, index: Code): Code {
  return (frame) => {
    const container = operand(frame);
    const key = index(frame);
    frame.cost += 1;
    if (typeof key === 'number' && isList(container)) return container[key] ?? lookup(container, key);
    return lookup(container, key);
  };
}

function optionalAccess(
  operand: Code,
  index: Code,
  isOptionalAccess: boolean,
  adapt: ((value: CelValue) => CelValue) | undefined,
): Code {
  return (frame) => {
    let container = operand(frame);
    const key = index(frame);
    frame.cost += 1;
    const optional = isOptionalAccess || container instanceof Optional;
    if (container instanceof Optional) {
      if (container.value === undefined) return container;
      container = container.value;
    }
    const value = lookup(container, key, optional);
    if (value === undefined) return Optional.none;
    const adapted = adapt ? adapt(value) : value;
    return optional && !(adapted instanceof CelError) ? new Optional(adapted) : adapted;
  };
}

function lookup(container: CelValue, key: CelValue): CelValue;
function lookup(container: CelValue, key: CelValue, optional: boolean): CelValue | undefined;
function lookup(container: CelValue, key: CelValue, optional = false): CelValue | undefined {
  if (container instanceof CelError) return container;
  if (key instanceof CelError) return key;
  const normalKey = normal(key);
  if (isList(container)) {
    const position = indexOf(normalKey);
    if (position instanceof CelError) return position;
    const value = container[position];
    if (value !== undefined || optional) return value;
    return new CelError(`index out of bounds: ${position}`);
  }
  if (!isMap(container)) return NO_OVERLOAD;
  const value = mapGet(container, normalKey);
  if (value !== undefined || optional) return value;
  const isKey = typeof normalKey === 'string' || typeof normalKey === 'boolean' || indexOf(normalKey) !== NO_OVERLOAD;
  return isKey ? noSuchKey(keyText(normalKey)) : NO_OVERLOAD;
}

function indexOf(key: CelValue): number | CelError {
  if (isInt(key)) return Number(key);
  if (key instanceof Uint) return Number(key.value);
  const number = doubleValue(key);
  if (number === undefined) return NO_OVERLOAD;
  return Number.isInteger(number) ? number : new CelError(`unsupported index type '${typeName(key)}' in list`);
}
