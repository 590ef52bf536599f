import { deepEqual } from '@opwright/machinery';
import { correlatedField, correlatedItem, type Old } from '../../structural/correlate.ts';
import type { StructuralSchema } from '../../structural/schema.ts';

/**
 * A value and what it was before an update, where that is known. What did not change is not complained about; nor is what
 * is part of something that did not change.
 */
export class Correlation {
  private readonly value: unknown;
  private readonly old: Old;
  private readonly parent: Correlation | undefined;
  private same: boolean | undefined;

  constructor(value: unknown, old: Old, parent?: Correlation) {
    this.value = value;
    this.old = old;
    this.parent = parent;
  }

  isUnchanged(): boolean {
    if (!this.old) return this.parent?.isUnchanged() ?? false;
    this.same ??= deepEqual(this.value, this.old.value);
    return this.same;
  }

  field(key: string, value: unknown): Correlation {
    if (!this.old) return this;
    // apiVersion and kind of the root were converted on both sides: their change cannot be seen.
    if (!this.parent && (key === 'apiVersion' || key === 'kind')) return new Correlation(value, undefined);
    return new Correlation(value, correlatedField(key, this.old), this);
  }

  item(schema: StructuralSchema, value: unknown): Correlation {
    return this.old ? new Correlation(value, correlatedItem(schema, value, this.old), this) : this;
  }
}
