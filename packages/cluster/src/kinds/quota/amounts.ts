import {
  addQuantities,
  compareQuantities,
  formatQuantity,
  type JsonObject,
  parseQuantity,
  type Quantity,
  quantityOf,
  subtractQuantities,
} from '@opwright/machinery';

/** How much of which resource. */
export type Amounts = ReadonlyMap<string, Quantity>;

export function readAmounts(list: JsonObject | undefined): Amounts {
  return new Map(Object.entries(list ?? {}).map(([name, amount]) => [name, parseQuantity(String(amount))]));
}

/** As a resource list in JSON, sorted by name. */
export function writeAmounts(amounts: Amounts): JsonObject {
  return Object.fromEntries(names(amounts).map((name) => [name, formatQuantity(amounts.get(name)!)]));
}

export function names(amounts: Amounts): readonly string[] {
  return [...amounts.keys()].sort();
}

export function counts(entries: Readonly<Record<string, number>>): Amounts {
  return new Map(Object.entries(entries).map(([name, count]) => [name, quantityOf(count)]));
}

export function sum(a: Amounts, b: Amounts): Amounts {
  const result = new Map(a);
  for (const [name, amount] of b) {
    const known = result.get(name);
    result.set(name, known === undefined ? amount : addQuantities(known, amount));
  }
  return result;
}

/** The larger amount of each. */
export function most(a: Amounts, b: Amounts): Amounts {
  const result = new Map(a);
  for (const [name, amount] of b) {
    const known = result.get(name);
    if (known === undefined || compareQuantities(amount, known) > 0) result.set(name, amount);
  }
  return result;
}

/** What `a` is more than `b`; nothing is less than zero. */
export function excess(a: Amounts, b: Amounts): Amounts {
  const result = new Map<string, Quantity>();
  for (const [name, amount] of a) {
    const before = b.get(name);
    const rest = before === undefined ? amount : subtractQuantities(amount, before);
    result.set(name, rest.nanos > 0n ? rest : quantityOf(0, amount.format));
  }
  return result;
}

/** Those that are named. */
export function only(amounts: Amounts, wanted: Iterable<string>): Amounts {
  const set = new Set(wanted);
  return new Map([...amounts].filter(([name]) => set.has(name)));
}

export function withoutZeros(amounts: Amounts): Amounts {
  return new Map([...amounts].filter(([, { nanos }]) => nanos !== 0n));
}

/** What there is more of than is allowed. */
export function exceeded(amounts: Amounts, limits: Amounts): readonly string[] {
  return names(limits).filter((name) => {
    const amount = amounts.get(name);
    return amount !== undefined && compareQuantities(amount, limits.get(name)!) > 0;
  });
}

export function isSame(a: Amounts, b: Amounts): boolean {
  return a.size === b.size && [...a].every(([name, { nanos }]) => b.get(name)?.nanos === nanos);
}

/** `cpu=1,pods=2`, for messages. */
export function printed(amounts: Amounts): string {
  return names(amounts)
    .map((name) => `${name}=${formatQuantity(amounts.get(name)!)}`)
    .join(',');
}
