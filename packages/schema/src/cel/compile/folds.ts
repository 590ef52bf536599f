import type { FoldExpr } from '../syntax/ast.ts';
import { CelError, NO_OVERLOAD } from '../values/error.ts';
import { mapEntries, mapGet, mapKeys } from '../values/maps.ts';
import { isList, isMap } from '../values/type-name.ts';
import { CelMap, type CelValue } from '../values/value.ts';
import { compileExpr, compileRaw, keyError } from './compile.ts';
import { type Code, type Frame, spend } from './frame.ts';
import type { Scope } from './scope.ts';

/**
 * What happens with an item: a result ends the loop. The costs are those of CEL's own expansion of the macros, in which each
 * round tests and updates an accumulator.
 */
interface Accumulator {
  add(body: CelValue, item: CelValue, key: CelValue): CelValue | undefined;
  result(): CelValue;
}

interface Macro {
  readonly start: () => Accumulator;
  /** For making the first accumulator and reading the last one. */
  readonly cost: number;
  /** Per round, beyond what filter and body cost. */
  readonly costPerItem: number;
}

/** A comprehension as a loop. */
export function compileFold(expr: FoldExpr, scope: Scope): { code: Code; raw: boolean } {
  const range = compileRaw(expr.range, scope);
  const isMapRange = scope.typeOf(expr.range).kind === 'map';
  const isPair = expr.variables.length === 2;
  const [inner, [first, second]] = scope.with(
    expr.variables.map((name, index) => ({ name, raw: range.raw && (isPair ? index === 1 : !isMapRange) })),
  );
  const filter = expr.filter && compileExpr(expr.filter, inner);
  const body = compileExpr(expr.body, inner);
  const macro = macros[expr.macro];

  const code: Code = (frame) => {
    const source = range.code(frame);
    const accumulator = macro.start();
    const { slots } = frame;
    frame.cost += macro.cost;

    /** One round; true when the result is known. */
    const round = (key: CelValue, item: CelValue): CelValue | undefined => {
      slots[first as number] = isPair ? key : item;
      if (isPair) slots[second as number] = item;
      spend(frame, macro.costPerItem);
      if (filter) {
        const isWanted = filter(frame);
        if (isWanted === false) return undefined;
        if (isWanted !== true) return isWanted instanceof CelError ? isWanted : NO_OVERLOAD;
      }
      return accumulator.add(body(frame), item, key);
    };

    const ended = isList(source) ? overList(source, round) : overMap(source, isPair, round);
    return finish(frame, ended ?? accumulator.result());
  };
  // A filter hands on the items as they are.
  return { code, raw: expr.macro === 'filter' && range.raw && !isMapRange };
}

function finish(frame: Frame, result: CelValue): CelValue {
  spend(frame, 0);
  return result;
}

type Round = (key: CelValue, item: CelValue) => CelValue | undefined;

function overList(list: readonly CelValue[], round: Round): CelValue | undefined {
  for (let index = 0; index < list.length; index++) {
    const ended = round(index, list[index] as CelValue);
    if (ended !== undefined) return ended;
  }
  return undefined;
}

function overMap(source: CelValue, isPair: boolean, round: Round): CelValue | undefined {
  if (!isMap(source)) return source instanceof CelError ? source : NO_OVERLOAD;
  if (isPair) {
    for (const [key, value] of mapEntries(source)) {
      const ended = round(key, value);
      if (ended !== undefined) return ended;
    }
    return undefined;
  }
  for (const key of mapKeys(source)) {
    const ended = round(key, key);
    if (ended !== undefined) return ended;
  }
  return undefined;
}

/** All or one: a body that decides ends the loop, an error waits for a body that decides. */
function deciding(decision: boolean): () => Accumulator {
  return () => {
    let state: CelValue = !decision;
    return {
      add: (body) => {
        if (body === decision) return decision;
        if (body !== !decision && !(state instanceof CelError)) state = body instanceof CelError ? body : NO_OVERLOAD;
        return undefined;
      },
      result: () => state,
    };
  };
}

function counting(): Accumulator {
  let count = 0;
  return {
    add: (body) => {
      if (body === true) count++;
      else if (body !== false) return body instanceof CelError ? body : NO_OVERLOAD;
      return undefined;
    },
    result: () => count === 1,
  };
}

function filtering(): Accumulator {
  const list: CelValue[] = [];
  return {
    add: (body, item) => {
      if (body === true) list.push(item);
      else if (body !== false) return body instanceof CelError ? body : NO_OVERLOAD;
      return undefined;
    },
    result: () => list,
  };
}

function mapping(): Accumulator {
  const list: CelValue[] = [];
  return {
    add: (body) => {
      if (body instanceof CelError) return body;
      list.push(body);
      return undefined;
    },
    result: () => list,
  };
}

function mappingValues(): Accumulator {
  const map = new CelMap();
  return {
    add: (body, _item, key) => {
      if (body instanceof CelError) return body;
      return map.add(key, body) ? undefined : keyError(map, key);
    },
    result: () => map,
  };
}

function mappingEntries(): Accumulator {
  const map = new CelMap();
  return {
    add: (body) => {
      if (!isMap(body)) return body instanceof CelError ? body : NO_OVERLOAD;
      for (const key of mapKeys(body)) {
        if (!map.add(key, mapGet(body, key) as CelValue))
          return new CelError(`insert failed: key ${String(key)} already exists`);
      }
      return undefined;
    },
    result: () => map,
  };
}

const macros: Readonly<Record<FoldExpr['macro'], Macro>> = {
  all: { start: deciding(false), cost: 1, costPerItem: 3 },
  exists: { start: deciding(true), cost: 1, costPerItem: 4 },
  exists_one: { start: counting, cost: 2, costPerItem: 2 },
  filter: { start: filtering, cost: 11, costPerItem: 13 },
  map: { start: mapping, cost: 11, costPerItem: 12 },
  transformList: { start: mapping, cost: 11, costPerItem: 12 },
  transformMap: { start: mappingValues, cost: 31, costPerItem: 3 },
  transformMapEntry: { start: mappingEntries, cost: 31, costPerItem: 2 },
};
