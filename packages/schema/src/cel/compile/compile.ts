import type { Checked } from '../check/checker.ts';
import { type Environment, namedTypes } from '../check/environment.ts';
import type { Expr, IdentExpr, ListExpr, MapExpr, OptionalMapExpr, StructExpr } from '../syntax/ast.ts';
import { CelError, NO_OVERLOAD } from '../values/error.ts';
import { typeName } from '../values/type-name.ts';
import { CelMap, type CelValue, Double, Optional, TypeValue, Uint } from '../values/value.ts';
import { adapterOf } from './adapt.ts';
import { compileCall } from './calls.ts';
import { compileFold } from './folds.ts';
import type { Code } from './frame.ts';
import { Scope } from './scope.ts';
import { compileSelect } from './select.ts';

/** A compiled expression, and how many slots an evaluation needs: the first ones are the variables, in the order given. */
export interface Compiled {
  readonly code: Code;
  readonly slots: number;
}

/**
 * Turns a checked expression into closures.
 *
 * @param variables the names of the variables; `raw` ones hold JSON
 */
export function compile(
  expr: Expr,
  checked: Checked,
  environment: Environment,
  variables: readonly { readonly name: string; readonly raw: boolean }[],
): Compiled {
  const slots = { count: 0 };
  const [scope] = new Scope(checked, environment, new Map(), slots).with(variables);
  const code = compileExpr(expr, scope);
  return { code, slots: slots.count };
}

/** Code that yields a CEL value. */
export function compileExpr(expr: Expr, scope: Scope): Code {
  const { code, raw } = compileRaw(expr, scope);
  const adapter = raw ? adapterOf(scope.typeOf(expr)) : undefined;
  return adapter ? (frame) => adapter(code(frame)) : code;
}

/** Code that may yield JSON still to be adapted: what is only looked into further needs no conversion. */
export function compileRaw(expr: Expr, scope: Scope): { code: Code; raw: boolean } {
  switch (expr.kind) {
    case 'ident':
      return compileIdent(expr, scope);
    case 'select':
      return compileSelect(expr, scope);
    case 'call':
      return compileCall(expr, scope);
    case 'fold':
      return compileFold(expr, scope);
    default:
      return { code: compileOther(expr, scope), raw: false };
  }
}

function compileOther(expr: Exclude<Expr, { kind: 'ident' | 'select' | 'call' | 'fold' }>, scope: Scope): Code {
  switch (expr.kind) {
    case 'const': {
      const { value } = expr;
      return () => value;
    }
    case 'list':
      return compileList(expr, scope);
    case 'map':
      return compileMap(expr, scope);
    case 'struct':
      return compileStruct(expr, scope);
    case 'optMap':
      return compileOptionalMap(expr, scope);
  }
}

function compileIdent(expr: IdentExpr, scope: Scope): { code: Code; raw: boolean } {
  const name = scope.checked.names.get(expr) ?? expr.name;
  const binding = scope.binding(name);
  if (binding) {
    const { slot, raw } = binding;
    const code: Code = (frame) => {
      frame.cost += 1;
      return frame.slots[slot] as CelValue;
    };
    return { code, raw };
  }
  const value = namedValue(name) ?? new CelError(`undeclared reference to '${expr.name}' (in container '')`);
  return { code: () => value, raw: false };
}

/** A type's name as a value. */
export function namedValue(name: string): TypeValue | undefined {
  return namedTypes.has(name) ? new TypeValue(name) : undefined;
}

function compileList({ items }: ListExpr, scope: Scope): Code {
  const codes = items.map(({ expr, optional }) => ({ code: compileExpr(expr, scope), optional }));
  if (items.every(({ expr, optional }) => expr.kind === 'const' && !optional)) {
    const list = Object.freeze(items.map(({ expr }) => (expr.kind === 'const' ? expr.value : null)));
    // Made once, and therefore for nothing.
    return () => list;
  }
  return (frame) => {
    const list: CelValue[] = [];
    for (const { code, optional } of codes) {
      const value = code(frame);
      if (value instanceof CelError) return value;
      if (!optional) list.push(value);
      else if (!(value instanceof Optional)) return wrongOptional('item', value);
      else if (value.value !== undefined) list.push(value.value);
    }
    frame.cost += 10;
    return list;
  };
}

function compileMap({ entries }: MapExpr, scope: Scope): Code {
  const codes = entries.map(({ key, value, optional }) => ({
    key: compileExpr(key, scope),
    value: compileExpr(value, scope),
    optional,
  }));
  return (frame) => {
    const map = new CelMap();
    for (const { key: keyCode, value: valueCode, optional } of codes) {
      const key = keyCode(frame);
      if (key instanceof CelError) return key;
      let value = valueCode(frame);
      if (value instanceof CelError) return value;
      if (optional) {
        if (!(value instanceof Optional)) return wrongOptional('entry', value);
        if (value.value === undefined) continue;
        value = value.value;
      }
      if (!map.add(key, value)) return keyError(map, key);
    }
    frame.cost += 30;
    return map;
  };
}

function compileStruct(expr: StructExpr, scope: Scope): Code {
  const struct = scope.environment.structs(scope.checked.names.get(expr) ?? expr.name);
  if (struct === undefined) {
    const error = new CelError(`undeclared reference to '${expr.name}' (in container '')`);
    return () => error;
  }
  const codes = expr.fields.map(({ name, value, optional }) => ({ name, optional, code: compileExpr(value, scope) }));
  return (frame) => {
    const fields: { [name: string]: CelValue } = Object.create(null);
    for (const { name, optional, code } of codes) {
      const value = code(frame);
      if (value instanceof CelError) return value;
      if (!optional) fields[name] = value;
      else if (!(value instanceof Optional)) return wrongOptional('entry', value);
      else if (value.value !== undefined) fields[name] = value.value;
    }
    frame.cost += 40;
    return struct.make(fields);
  };
}

function wrongOptional(what: string, value: CelValue): CelError {
  return new CelError(`cannot initialize optional list ${what} from non-optional value ${typeName(value)}`);
}

/** Why a key cannot be added. */
export function keyError(map: CelMap, key: CelValue): CelError {
  if (map.get(key) === undefined) return new CelError('unsupported key type');
  return new CelError(`Failed with repeated key ${keyText(key)}`);
}

/** A key as it stands in messages. */
export function keyText(key: CelValue): string {
  if (key instanceof Uint || key instanceof Double) return String(key.value);
  return String(key);
}

function compileOptionalMap({ target, variable, body, flat }: OptionalMapExpr, scope: Scope): Code {
  const targetCode = compileExpr(target, scope);
  const [inner, [slot]] = scope.with([{ name: variable, raw: false }]);
  const bodyCode = compileExpr(body, inner);
  return (frame) => {
    const optional = targetCode(frame);
    if (!(optional instanceof Optional)) return optional instanceof CelError ? optional : NO_OVERLOAD;
    if (optional.value === undefined) return optional;
    frame.slots[slot as number] = optional.value;
    const value = bodyCode(frame);
    if (value instanceof CelError) return value;
    if (!flat) return new Optional(value);
    return value instanceof Optional ? value : NO_OVERLOAD;
  };
}
