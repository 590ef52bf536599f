import { equals } from './equality.ts';
import { type CelValue, Extension } from './value.ts';

/** What `Name{field: …}` makes. */
export class StructValue extends Extension {
  readonly typeName: string;
  readonly fields: { readonly [name: string]: CelValue };

  constructor(typeName: string, fields: { readonly [name: string]: CelValue }) {
    super();
    this.typeName = typeName;
    this.fields = fields;
  }

  equals(other: CelValue): boolean {
    return other instanceof StructValue && other.typeName === this.typeName && equals(other.fields, this.fields);
  }
}
