import type { Overload } from '../functions/overload.ts';
import type { CallExpr, Expr, FoldExpr, IdentExpr, SelectExpr, StructExpr } from '../syntax/ast.ts';
import { qualifiedName } from '../syntax/parser.ts';
import type { SourceError } from '../syntax/source-error.ts';
import { isWild, Substitution } from '../types/assignable.ts';
import {
  BOOL,
  type CelType,
  DYN,
  ERROR,
  formatType,
  INT,
  isOptional,
  listOf,
  mapOf,
  optionalOf,
  STRING,
} from '../types/type.ts';
import { constType } from './const-type.ts';
import { candidates, type Environment, namedTypes } from './environment.ts';

/** What is known of an expression after checking it. */
export interface Checked {
  readonly types: ReadonlyMap<Expr, CelType>;
  /** The signatures that a call may have; more than one where types are known at run time only. */
  readonly overloads: ReadonlyMap<Expr, readonly Overload[]>;
  /** Which declared name an identifier or a chain of selections stands for. */
  readonly names: ReadonlyMap<Expr, string>;
  readonly errors: readonly SourceError[];
  readonly type: CelType;
}

/** Finds the type of every part of an expression, and what is wrong with it in cel-go's words. */
export function check(expr: Expr, environment: Environment): Checked {
  return new Checker(environment).all(expr);
}

class Checker {
  private readonly environment: Environment;
  private readonly found = new Map<Expr, CelType>();
  private readonly overloads = new Map<Expr, readonly Overload[]>();
  private readonly names = new Map<Expr, string>();
  private readonly errors: SourceError[] = [];
  private readonly substitution = new Substitution();
  private readonly locals: Map<string, CelType>[] = [];
  /** Literals whose items may differ in type whatever the environment says: arguments of format. */
  private readonly mixed = new Set<Expr>();
  private parameters = 0;

  constructor(environment: Environment) {
    this.environment = environment;
  }

  all(expr: Expr): Checked {
    this.check(expr);
    const types = new Map([...this.found].map(([each, type]) => [each, this.substitution.apply(type, true)] as const));
    const { overloads, names, errors } = this;
    return { types, overloads, names, errors, type: types.get(expr) as CelType };
  }

  private check(expr: Expr): CelType {
    const type = this.typeOf(expr);
    this.found.set(expr, type);
    return type;
  }

  private typeOf(expr: Expr): CelType {
    switch (expr.kind) {
      case 'const':
        return constType(expr.value);
      case 'ident':
        return this.identifier(expr);
      case 'select':
        return this.selection(expr);
      case 'call':
        return this.call(expr);
      case 'list':
        return listOf(this.joined(expr, expr.items) ?? this.parameter());
      case 'map': {
        const key = this.joined(
          expr,
          expr.entries.map((entry) => ({ expr: entry.key, optional: false, at: entry.at })),
        );
        const value = this.joined(
          expr,
          expr.entries.map(({ value, optional, at }) => ({ expr: value, optional, at })),
        );
        return mapOf(key ?? this.parameter(), value ?? this.parameter());
      }
      case 'struct':
        return this.struct(expr);
      case 'fold':
        return this.fold(expr);
      case 'optMap': {
        const target = this.resolved(this.check(expr.target));
        if (!isOptional(target) && !isWild(target)) {
          this.check(expr.target);
          return this.noOverload(expr.at, 'hasValue', [target], true);
        }
        const variable = isOptional(target) ? target.params[0] : DYN;
        const body = this.within(new Map([[expr.variable, variable]]), () => this.check(expr.body));
        if (!expr.flat) return optionalOf(body);
        if (this.substitution.assign(body, optionalOf(this.parameter()))) return body;
        return this.noOverload(expr.at, '_?_:_', [BOOL, body, optionalOf(this.parameter())], false);
      }
    }
  }

  private struct(expr: StructExpr): CelType {
    const { container, structs } = this.environment;
    const name = candidates(container, expr.name).find((candidate) => structs(candidate) !== undefined);
    const type = name === undefined ? undefined : structs(name)?.type;
    if (name === undefined || type === undefined) {
      for (const field of expr.fields) this.check(field.value);
      return this.undeclared(expr.at, expr.name);
    }
    this.names.set(expr, name);
    for (const { name: key, value, optional, at } of expr.fields) {
      const given = this.check(value);
      const found = optional ? this.behind(value, given) : given;
      const wanted = type.fields.get(key)?.type ?? this.fail(at, `undefined field '${key}'`);
      if (this.substitution.assign(found, wanted)) continue;
      const shown = formatType(this.shown(found));
      this.fail(at, `expected type of field '${key}' is '${formatType(wanted)}' but provided type is '${shown}'`);
    }
    return type;
  }

  /** What an optional holds. */
  private behind(expr: Expr, type: CelType): CelType {
    const resolved = this.resolved(type);
    if (isOptional(resolved) || isWild(resolved)) return unwrapped(resolved);
    const found = formatType(resolved);
    return this.fail(expr.at, `expected type 'optional_type(${found})' but found '${found}'`);
  }

  private identifier(expr: IdentExpr): CelType {
    const found = this.lookup(expr.name);
    if (found) {
      this.names.set(expr, found.name);
      return found.type;
    }
    return this.undeclared(expr.at, expr.name);
  }

  private lookup(name: string): { name: string; type: CelType } | undefined {
    for (let scope = this.locals.length - 1; scope >= 0; scope--) {
      const type = this.locals[scope]?.get(name);
      if (type) return { name, type };
    }
    for (const candidate of candidates(this.environment.container, name)) {
      const type = this.environment.variables.get(candidate);
      if (type) return { name: candidate, type };
      const named = namedTypes.get(candidate);
      if (named) return { name: candidate, type: { kind: 'type', of: named } };
    }
    return undefined;
  }

  private selection(expr: SelectExpr): CelType {
    const name = expr.test || expr.optional ? undefined : qualifiedName(expr);
    const first = name?.split('.')[0] ?? '';
    if (name !== undefined && !this.isLocal(first)) {
      const found = this.lookup(name);
      if (found) {
        this.names.set(expr, found.name);
        return found.type;
      }
    }
    const operand = this.resolved(this.check(expr.operand));
    if (expr.optional) return optionalOf(unwrapped(this.field(expr, unwrapped(operand))));
    const field = isOptional(operand)
      ? optionalOf(unwrapped(this.field(expr, operand.params[0])))
      : this.field(expr, operand);
    return expr.test ? BOOL : field;
  }

  private field(expr: SelectExpr, operand: CelType): CelType {
    const type = this.resolved(operand);
    switch (type.kind) {
      case 'map':
        return this.substitution.assign(type.key, STRING)
          ? type.value
          : this.fail(expr.at, `type '${formatType(type)}' does not support field selection`);
      case 'object': {
        const field = type.fields.get(expr.field);
        return field ? field.type : this.fail(expr.at, `undefined field '${expr.field}'`);
      }
      case 'param':
        this.substitution.assign(DYN, type);
        return DYN;
      default:
        if (isWild(type)) return DYN;
        return this.fail(expr.at, `type '${formatType(type)}' does not support field selection`);
    }
  }

  private call(expr: CallExpr): CelType {
    const { functions, container } = this.environment;
    const { target, args, name } = expr;
    if (name === 'format') for (const arg of args) this.allowMixed(arg);
    const qualifier = target && qualifiedName(target);
    if (!target || (qualifier !== undefined && !this.isLocal(qualifier.split('.')[0] as string))) {
      const full = target ? `${qualifier}.${name}` : name;
      const known = candidates(container, full).find((candidate) => functions.has(candidate));
      if (known !== undefined) {
        this.names.set(expr, known);
        const types = args.map((arg) => this.check(arg));
        return this.resolve(expr, known, functions.get(known) as readonly Overload[], types, false);
      }
      if (!target) {
        for (const arg of args) this.check(arg);
        return this.undeclared(expr.at, name);
      }
    }
    const types = [this.check(target), ...args.map((arg) => this.check(arg))];
    const overloads = functions.get(name);
    return overloads ? this.resolve(expr, name, overloads, types, true) : this.undeclared(expr.at, name);
  }

  private allowMixed(expr: Expr): void {
    this.mixed.add(expr);
    if (expr.kind === 'list') for (const item of expr.items) this.allowMixed(item.expr);
    if (expr.kind === 'map') for (const entry of expr.entries) this.allowMixed(entry.value);
  }

  private resolve(
    expr: CallExpr,
    name: string,
    overloads: readonly Overload[],
    types: readonly CelType[],
    isMember: boolean,
  ): CelType {
    const fitting: Overload[] = [];
    let result: CelType | undefined;
    for (const overload of overloads) {
      if (overload.member !== isMember || overload.args.length !== types.length) continue;
      const [args, returned] = this.instance(overload);
      if (!this.substitution.assignAll(types, args)) continue;
      fitting.push(overload);
      const type = this.substitution.apply(returned, false);
      if (!result) result = type;
      else if (!isWild(result) && formatType(result) !== formatType(type)) result = DYN;
    }
    if (!result) return this.noOverload(expr.at, name, types, isMember);
    this.overloads.set(expr, fitting);
    // What is added to a set is a set.
    const [first] = types;
    if (name === '_+_' && first?.kind === 'list' && first.semantics && result.kind === 'list') {
      return listOf(result.item, first.semantics);
    }
    return result;
  }

  /** A signature with type parameters of its own. */
  private instance({ args, result }: Overload): [readonly CelType[], CelType] {
    const fresh = new Map<string, CelType>();
    const rename = (type: CelType): CelType => {
      switch (type.kind) {
        case 'param': {
          const known = fresh.get(type.name) ?? this.parameter();
          fresh.set(type.name, known);
          return known;
        }
        case 'list':
          return listOf(rename(type.item));
        case 'map':
          return mapOf(rename(type.key), rename(type.value));
        case 'opaque':
          return type.params.length > 0 ? { ...type, params: type.params.map(rename) } : type;
        case 'type':
          return type.of ? { kind: 'type', of: rename(type.of) } : type;
        default:
          return type;
      }
    };
    return [args.map(rename), rename(result)];
  }

  /** The type that all items have; dyn where they differ and may. */
  private joined(literal: Expr, items: readonly { expr: Expr; optional: boolean; at?: number }[]): CelType | undefined {
    let joined: CelType | undefined;
    for (const { expr, optional } of items) {
      const given = this.check(expr);
      const type = optional ? this.behind(expr, given) : given;
      if (!joined) joined = type;
      else if (this.substitution.assign(joined, type)) joined = generalOf(this.resolved(joined), this.resolved(type));
      else if (this.environment.homogeneous && !this.mixed.has(literal)) {
        this.fail(
          expr.at,
          `expected type '${formatType(this.shown(joined))}' but found '${formatType(this.shown(type))}'`,
        );
      } else joined = DYN;
    }
    return joined;
  }

  private fold(expr: FoldExpr): CelType {
    const [first, second] = this.itemTypes(expr);
    const types = expr.variables.length === 1 ? [second.single] : [first, second.value];
    const scope = new Map(expr.variables.map((name, index) => [name, types[index] as CelType]));
    return this.within(scope, () => {
      const filter = expr.filter ? this.check(expr.filter) : undefined;
      const body = this.check(expr.body);
      switch (expr.macro) {
        case 'all':
          return this.needsBool(body, expr.at, '_&&_', [BOOL, body]) ?? BOOL;
        case 'exists':
          return this.needsBool(body, expr.at, '_||_', [BOOL, body]) ?? BOOL;
        case 'exists_one':
          return this.needsBool(body, expr.at, '_?_:_', [body, INT, INT]) ?? BOOL;
        case 'filter': {
          const list = listOf(types[0] as CelType);
          return this.needsBool(body, expr.at, '_?_:_', [body, list, list]) ?? list;
        }
        case 'map':
        case 'transformList': {
          const list = listOf(body);
          return (filter && this.needsBool(filter, expr.at, '_?_:_', [filter, list, list])) ?? list;
        }
        case 'transformMap': {
          const map = mapOf(first, body);
          return (filter && this.needsBool(filter, expr.at, '_?_:_', [filter, map, map])) ?? map;
        }
        case 'transformMapEntry': {
          const [key, value] = [this.parameter(), this.parameter()];
          if (!this.substitution.assign(body, mapOf(key, value))) {
            return this.noOverload(expr.at, 'cel.@mapInsert', [mapOf(key, value), body], false);
          }
          const map = mapOf(key, value);
          return (filter && this.needsBool(filter, expr.at, '_?_:_', [filter, map, map])) ?? map;
        }
      }
    });
  }

  /** What the variables of a comprehension stand for: index or key, and item, or value. */
  private itemTypes({ range }: FoldExpr): [CelType, { single: CelType; value: CelType }] {
    const type = this.resolved(this.check(range));
    switch (type.kind) {
      case 'list':
        return [INT, { single: type.item, value: type.item }];
      case 'map':
        return [type.key, { single: type.key, value: type.value }];
      case 'param':
        this.substitution.assign(DYN, type);
        return [DYN, { single: DYN, value: DYN }];
      default:
        if (isWild(type)) return [DYN, { single: DYN, value: DYN }];
        this.fail(
          range.at,
          `expression of type '${formatType(type)}' cannot be range of a comprehension (must be list, map, or dynamic)`,
        );
        return [ERROR, { single: ERROR, value: ERROR }];
    }
  }

  private needsBool(type: CelType, at: number, name: string, types: readonly CelType[]): CelType | undefined {
    return this.substitution.assign(type, BOOL) ? undefined : this.noOverload(at, name, types, false);
  }

  private within<T>(scope: Map<string, CelType>, body: () => T): T {
    this.locals.push(scope);
    try {
      return body();
    } finally {
      this.locals.pop();
    }
  }

  private isLocal(name: string): boolean {
    return this.locals.some((scope) => scope.has(name));
  }

  private parameter(): CelType {
    return { kind: 'param', name: `_var${this.parameters++}` };
  }

  private resolved(type: CelType): CelType {
    return this.substitution.apply(type, false);
  }

  private shown(type: CelType): CelType {
    return this.substitution.apply(type, true);
  }

  private undeclared(at: number, name: string): CelType {
    return this.fail(at, `undeclared reference to '${name}' (in container '${this.environment.container}')`);
  }

  private noOverload(at: number, name: string, types: readonly CelType[], isMember: boolean): CelType {
    const texts = types.map((type) => formatType(this.shown(type)));
    const signature = isMember ? `${texts[0]}.(${texts.slice(1).join(', ')})` : `(${texts.join(', ')})`;
    return this.fail(at, `found no matching overload for '${name}' applied to '${signature}'`);
  }

  private fail(at: number, message: string): CelType {
    this.errors.push({ at, message });
    return ERROR;
  }
}

function unwrapped(type: CelType): CelType {
  return isOptional(type) ? type.params[0] : type;
}

function generalOf(a: CelType, b: CelType): CelType {
  if (isWild(a) || a.kind === 'param') return a.kind === 'param' ? b : a;
  if (isWild(b)) return b;
  if (a.kind === 'null') return b;
  if (a.kind === 'list' && b.kind === 'list') return listOf(generalOf(a.item, b.item));
  if (a.kind === 'map' && b.kind === 'map') return mapOf(generalOf(a.key, b.key), generalOf(a.value, b.value));
  if (a.kind === 'opaque' && b.kind === 'opaque') {
    return { ...a, params: a.params.map((param, index) => generalOf(param, b.params[index] ?? DYN)) };
  }
  return a.kind === 'wrapper' ? a : b.kind === 'wrapper' ? b : a;
}
