import type { Checked } from '../check/checker.ts';
import type { Environment } from '../check/environment.ts';
import type { Expr } from '../syntax/ast.ts';
import { type CelType, DYN } from '../types/type.ts';

/** Where a variable's value is, and whether it is JSON that still has to be adapted to its type. */
export interface Binding {
  readonly slot: number;
  readonly raw: boolean;
}

/** What the compiler knows at a place of the expression. */
export class Scope {
  readonly checked: Checked;
  readonly environment: Environment;
  private readonly bindings: ReadonlyMap<string, Binding>;
  private readonly slots: { count: number };

  constructor(
    checked: Checked,
    environment: Environment,
    bindings: ReadonlyMap<string, Binding>,
    slots: { count: number },
  ) {
    this.checked = checked;
    this.environment = environment;
    this.bindings = bindings;
    this.slots = slots;
  }

  /** The type of a part, dyn where it is only known at run time. */
  typeOf(expr: Expr): CelType {
    return this.checked.types.get(expr) ?? DYN;
  }

  binding(name: string): Binding | undefined {
    return this.bindings.get(name);
  }

  /** The scope inside of a comprehension. Each variable gets a slot of its own. */
  with(variables: readonly { readonly name: string; readonly raw: boolean }[]): [Scope, readonly number[]] {
    const bindings = new Map(this.bindings);
    const numbers = variables.map(({ name, raw }) => {
      const slot = this.slots.count++;
      bindings.set(name, { slot, raw });
      return slot;
    });
    return [new Scope(this.checked, this.environment, bindings, this.slots), numbers];
  }
}
