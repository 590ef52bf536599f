import type { Checked } from '../check/checker.ts';
import type { Overload } from '../functions/overload.ts';
import type { Declared } from '../rules/declared.ts';
import type { CallExpr, Expr, FoldExpr, SelectExpr } from '../syntax/ast.ts';
import { sameType } from '../types/assignable.ts';
import { type CelType, DYN, isOptional } from '../types/type.ts';
import { isInt } from '../values/numbers.ts';
import { runtimeSize } from '../values/size.ts';
import {
  type CallEstimate,
  fixed,
  plus,
  type Range,
  type Sized,
  scaled,
  TEXT_FACTOR,
  times,
  UNKNOWN,
  union,
} from './estimate.ts';

/** The sizes of what a list or a map holds. */
interface Entries {
  readonly container: 'list' | 'map';
  readonly key: Range;
  readonly value: Range;
}

interface LocalVariable {
  readonly path: readonly string[];
  readonly size: Range | undefined;
}

const NOWHERE: readonly string[] = [];
const NOTHING = fixed(0);
const ONE = fixed(1);

/**
 * What an expression can cost, by cel-go's model: one unit for most steps, a tenth of a unit for each character that is
 * read, and comprehensions as often as their range is long. Sizes come from the schema.
 *
 * @param root what `self` and `oldSelf` are
 */
export function estimateCost(expr: Expr, checked: Checked, root: Declared): Range {
  return new Estimator(checked, root).cost(expr);
}

/** The parts without a declared bound that make an expression expensive, as steps from `self`. */
export function unboundedParts(expr: Expr, checked: Checked, root: Declared): (readonly string[])[] {
  const estimator = new Estimator(checked, root);
  const { max } = estimator.cost(expr);
  return [...estimator.unbounded.values()].filter((path) => {
    const bounded = new Estimator(checked, root, path.join('.'));
    return bounded.cost(expr).max < max / 2;
  });
}

class Estimator {
  private readonly checked: Checked;
  private readonly root: Declared;
  private readonly paths = new Map<Expr, readonly string[]>();
  private readonly sizes = new Map<Expr, Range>();
  private readonly entries = new Map<Expr, Entries>();
  private readonly locals = new Map<string, LocalVariable[]>();

  /** The parts that were looked at and have no declared bound, as steps from the root. */
  readonly unbounded = new Map<string, readonly string[]>();
  private readonly assumedSmall: string | undefined;

  constructor(checked: Checked, root: Declared, assumedSmall?: string) {
    this.checked = checked;
    this.root = root;
    this.assumedSmall = assumedSmall;
  }

  cost(expr: Expr): Range {
    switch (expr.kind) {
      case 'const':
        return NOTHING;
      case 'ident':
        this.paths.set(expr, this.local(expr.name)?.path ?? [expr.name]);
        return ONE;
      case 'select':
        return this.select(expr);
      case 'call':
        return this.call(expr);
      case 'list': {
        const costs = expr.items.map((item) => this.cost(item.expr));
        const value = expr.items
          .map((item) => this.sizeOf(item.expr) ?? UNKNOWN)
          .reduce(union, this.emptyUnion(expr.items));
        this.entries.set(expr, { container: 'list', key: ONE, value });
        return sum([...costs, fixed(10)]);
      }
      case 'map': {
        const costs = expr.entries.flatMap((entry) => [this.cost(entry.key), this.cost(entry.value)]);
        const start = this.emptyUnion(expr.entries);
        const key = expr.entries.map((entry) => this.sizeOf(entry.key) ?? UNKNOWN).reduce(union, start);
        const value = expr.entries.map((entry) => this.sizeOf(entry.value) ?? UNKNOWN).reduce(union, start);
        this.entries.set(expr, { container: 'map', key, value });
        return sum([...costs, fixed(30)]);
      }
      case 'struct':
        return sum([...expr.fields.map((field) => this.cost(field.value)), fixed(40)]);
      case 'fold':
        return this.fold(expr);
      case 'optMap': {
        const target = this.cost(expr.target);
        const body = this.within([[expr.variable, { path: NOWHERE, size: undefined }]], () => this.cost(expr.body));
        return sum([target, ONE, union(sum([fixed(12), target, body]), ONE)]);
      }
    }
  }

  private emptyUnion(items: readonly unknown[]): Range {
    return items.length === 0 ? NOTHING : { min: Number.POSITIVE_INFINITY, max: 0 };
  }

  private select(expr: SelectExpr): Range {
    const operand = this.cost(expr.operand);
    if (this.checked.names.has(expr)) {
      this.paths.set(expr, [this.checked.names.get(expr) as string]);
      return ONE;
    }
    // Presence tests are free.
    if (expr.test) return operand;
    if (expr.optional) return plus(operand, ONE);
    this.paths.set(expr, [...this.pathOf(expr.operand), expr.field]);
    const { kind } = this.typeOf(expr.operand);
    return kind === 'map' || kind === 'object' ? plus(operand, ONE) : operand;
  }

  private call(expr: CallExpr): Range {
    const overloads = this.checked.overloads.get(expr) ?? [];
    const isMember = overloads.some((overload) => overload.member);
    const args = isMember && expr.target ? [expr.target, ...expr.args] : expr.args;
    const costs = args.map((arg) => this.cost(arg));
    if (expr.name === 'dyn') {
      this.copySizes(expr, args[0] as Expr);
      return sum([...costs, ONE]);
    }
    if (overloads.length === 0) return NOTHING;
    let total: Range | undefined;
    let size: Range | undefined;
    for (const overload of overloads) {
      const estimate = this.overload(expr, overload, args, costs);
      total = total ? union(total, estimate.cost) : estimate.cost;
      if (estimate.size) size = size ? union(size, estimate.size) : estimate.size;
      if (overload.id === 'index_list' || overload.id === 'index_map') {
        const container = args[0] as Expr;
        size = this.entries.get(container)?.value ?? size;
        this.paths.set(expr, [...this.pathOf(container), overload.id === 'index_list' ? '@items' : '@values']);
      }
      size ??= this.sizeOf(expr);
    }
    if (size) this.sizes.set(expr, size);
    return total as Range;
  }

  private overload(expr: CallExpr, overload: Overload, args: readonly Expr[], costs: readonly Range[]): CallEstimate {
    const operands = sum(costs);
    if (overload.estimate) {
      const estimate = overload.estimate(args.map((arg) => this.sized(arg)));
      if ('cost' in estimate) return { ...estimate, cost: plus(estimate.cost, operands) };
      return { cost: plus(estimate, operands) };
    }
    const size = (index: number) => this.sizeOf(args[index] as Expr) ?? UNKNOWN;
    switch (overload.id) {
      case 'logical_and':
      case 'logical_or':
        return { cost: { min: (costs[0] as Range).min, max: operands.max } };
      case 'conditional': {
        const [condition, yes, no] = costs as [Range, Range, Range];
        const entries = unionOfEntries(this.entries.get(args[1] as Expr), this.entries.get(args[2] as Expr));
        if (entries) this.entries.set(expr, entries);
        return { cost: plus(condition, union(yes, no)), size: union(size(1), size(2)) };
      }
      case 'in_list':
        return { cost: plus(size(1), operands) };
      case 'add_string':
      case 'add_bytes':
      case 'add_list': {
        const result = plus(size(0), size(1));
        const entries = unionOfEntries(this.entries.get(args[0] as Expr), this.entries.get(args[1] as Expr));
        if (entries) this.entries.set(expr, entries);
        const own = overload.id === 'add_list' ? ONE : scaled(result, TEXT_FACTOR);
        return { cost: plus(own, operands), size: result };
      }
      default:
    }
    if (/^(?:equals|not_equals|(?:less|greater)(?:_equals)?_(?:string|bytes))$/.test(overload.id)) {
      const type = this.typeOf(args[0] as Expr);
      const isExtension = type.kind === 'opaque' && !isOptional(type) && sameType(type, this.typeOf(args[1] as Expr));
      if (overload.id === 'equals' && isExtension) return { cost: plus(ONE, operands) };
      const most = Math.min(size(0).max, size(1).max);
      return { cost: plus(scaled({ min: most > 0 ? 1 : 0, max: most }, TEXT_FACTOR), operands) };
    }
    return { cost: plus(ONE, operands) };
  }

  private sized(expr: Expr): Sized {
    const type = this.typeOf(expr);
    const path = this.pathOf(expr);
    const items = (path.length > 0 && this.declaredSize([...path, '@items'])) || UNKNOWN;
    const base = { type, size: this.sizeOf(expr) ?? UNKNOWN, items };
    return expr.kind === 'const' && isInt(expr.value) ? { ...base, literal: Number(expr.value) } : base;
  }

  private fold(expr: FoldExpr): Range {
    const range = this.cost(expr.range);
    const count = this.sizeOf(expr.range) ?? UNKNOWN;
    const [filter, body, item] = this.within(this.variables(expr), () => {
      const filterCost = expr.filter ? this.cost(expr.filter) : undefined;
      const bodyCost = this.cost(expr.body);
      const isFilter = expr.macro === 'filter';
      const variable = this.local(expr.variables[0] as string);
      const size = isFilter ? this.variableSize(variable, expr) : (this.sizeOf(expr.body) ?? UNKNOWN);
      return [filterCost, bodyCost, size] as const;
    });
    const chosen = (step: Range) => (filter ? plus(filter, union(step, ONE)) : step);
    const rounds = (start: number, step: Range) => sum([range, fixed(start), times(count, step)]);
    switch (expr.macro) {
      case 'all':
        this.sizes.set(expr, ONE);
        return rounds(1, { min: 3, max: body.max + 3 });
      case 'exists':
        this.sizes.set(expr, ONE);
        return rounds(1, { min: 4, max: body.max + 4 });
      case 'exists_one':
        this.sizes.set(expr, ONE);
        return rounds(2, plus(body, { min: 1, max: 2 }));
      case 'filter':
        this.setList(expr, count, item);
        return rounds(11, plus(body, { min: 1, max: 13 }));
      case 'map':
      case 'transformList':
        this.setList(expr, count, item);
        return rounds(11, chosen(plus(body, fixed(12))));
      case 'transformMap':
        this.sizes.set(expr, count);
        return rounds(31, chosen(plus(body, fixed(3))));
      case 'transformMapEntry':
        this.sizes.set(expr, count);
        return rounds(31, chosen(plus(body, fixed(2))));
    }
  }

  private setList(expr: FoldExpr, count: Range, item: Range): void {
    this.sizes.set(expr, count);
    this.entries.set(expr, { container: 'list', key: ONE, value: { min: 0, max: item.max } });
  }

  private variables({ range, variables }: FoldExpr): (readonly [string, LocalVariable])[] {
    const entries = this.entries.get(range);
    const isList = (entries?.container ?? this.typeOf(range).kind) === 'list';
    const path = this.pathOf(range);
    const value = { path: [...path, isList ? '@items' : '@values'], size: entries?.value };
    const key = { path: [...path, isList ? '@indices' : '@keys'], size: entries?.key };
    if (variables.length === 2)
      return [
        [variables[0] as string, key],
        [variables[1] as string, value],
      ];
    return [[variables[0] as string, isList ? value : key]];
  }

  private variableSize(variable: LocalVariable | undefined, expr: FoldExpr): Range {
    const declared = variable && this.declaredSize(variable.path);
    const type = this.typeOf(expr.range);
    const item = type.kind === 'list' ? type.item : DYN;
    return declared ?? (isScalar(item) ? ONE : undefined) ?? variable?.size ?? UNKNOWN;
  }

  private within<T>(variables: readonly (readonly [string, LocalVariable])[], body: () => T): T {
    for (const [name, variable] of variables) this.locals.set(name, [...(this.locals.get(name) ?? []), variable]);
    const result = body();
    for (const [name] of variables) this.locals.get(name)?.pop();
    return result;
  }

  private local(name: string): LocalVariable | undefined {
    return this.locals.get(name)?.at(-1);
  }

  private copySizes(to: Expr, from: Expr): void {
    const size = this.sizeOf(from);
    if (size) this.sizes.set(to, size);
    const entries = this.entries.get(from);
    if (entries) this.entries.set(to, entries);
  }

  private sizeOf(expr: Expr): Range | undefined {
    const known = this.sizes.get(expr) ?? literalSize(expr) ?? this.declaredSize(this.pathOf(expr));
    if (known) return known;
    if (isScalar(this.typeOf(expr))) return ONE;
    return expr.kind === 'ident' ? this.local(expr.name)?.size : undefined;
  }

  /** By the schema. The first step is a variable, and variables are the root. */
  private declaredSize(path: readonly string[]): Range | undefined {
    if (path.length === 0) return undefined;
    let current: Declared | undefined = this.root;
    for (const step of path.slice(1)) {
      if (step === '@keys') return current.elements && !current.fields ? NOTHING : undefined;
      current = step === '@items' || step === '@values' ? current.elements : current.fields?.get(step);
      if (!current) return undefined;
    }
    const steps = path.slice(1);
    if (!current.isBounded) this.unbounded.set(steps.join('.'), steps);
    return { min: 0, max: steps.join('.') === this.assumedSmall ? 10 : current.maxElements };
  }

  private pathOf(expr: Expr): readonly string[] {
    if (expr.kind === 'ident') return this.local(expr.name)?.path ?? this.paths.get(expr) ?? NOWHERE;
    return this.paths.get(expr) ?? NOWHERE;
  }

  private typeOf(expr: Expr): CelType {
    return this.checked.types.get(expr) ?? DYN;
  }
}

function sum(ranges: readonly Range[]): Range {
  return ranges.reduce(plus, NOTHING);
}

function unionOfEntries(a: Entries | undefined, b: Entries | undefined): Entries | undefined {
  return a && b ? { container: a.container, key: union(a.key, b.key), value: union(a.value, b.value) } : undefined;
}

function literalSize(expr: Expr): Range | undefined {
  if (expr.kind === 'const') return fixed(runtimeSize(expr.value));
  if (expr.kind === 'list') return fixed(expr.items.length);
  return expr.kind === 'map' ? fixed(expr.entries.length) : undefined;
}

function isScalar(type: CelType): boolean {
  if (isOptional(type)) return isScalar(type.params[0]);
  return ['bool', 'double', 'duration', 'int', 'timestamp', 'uint'].includes(type.kind);
}
