import { type CelType, DYN, listOf, mapOf } from './type.ts';

/** What type parameters stand for, as far as it is known. */
export class Substitution {
  private readonly bound: Map<string, CelType>;

  constructor(bound: Iterable<readonly [string, CelType]> = []) {
    this.bound = new Map(bound);
  }

  /** Whether every type can be used where its counterpart is asked for; parameters get bound only if so. */
  assignAll(from: readonly CelType[], to: readonly CelType[]): boolean {
    const trial = new Substitution(this.bound);
    if (from.length !== to.length || !from.every((type, index) => trial.assignable(type, to[index] as CelType)))
      return false;
    for (const [name, type] of trial.bound) this.bound.set(name, type);
    return true;
  }

  assign(from: CelType, to: CelType): boolean {
    return this.assignAll([from], [to]);
  }

  /** A type with its parameters replaced; unknown ones become dyn where asked. */
  apply(type: CelType, unknownIsDyn: boolean): CelType {
    switch (type.kind) {
      case 'param': {
        const known = this.bound.get(type.name);
        if (known) return this.apply(known, unknownIsDyn);
        return unknownIsDyn ? DYN : type;
      }
      case 'list': {
        const item = this.apply(type.item, unknownIsDyn);
        return item === type.item ? type : listOf(item, type.semantics);
      }
      case 'map': {
        const key = this.apply(type.key, unknownIsDyn);
        const value = this.apply(type.value, unknownIsDyn);
        return key === type.key && value === type.value ? type : mapOf(key, value);
      }
      case 'opaque': {
        if (type.params.length === 0) return type;
        return { ...type, params: type.params.map((param) => this.apply(param, unknownIsDyn)) };
      }
      case 'type':
        return type.of ? { kind: 'type', of: this.apply(type.of, unknownIsDyn) } : type;
      default:
        return type;
    }
  }

  private assignable(from: CelType, to: CelType): boolean {
    if (to.kind === 'param') {
      const known = this.bound.get(to.name);
      if (this.substitutes(from, to)) return true;
      if (known) return false;
    }
    if (from.kind === 'param') return this.substitutes(to, from);
    if (isWild(from) || isWild(to)) return true;
    if (from.kind === 'null') return isNullable(to);
    if (to.kind === 'null') return isNullable(from);
    switch (from.kind) {
      case 'list':
        return to.kind === 'list' && this.assignable(from.item, to.item);
      case 'map':
        return to.kind === 'map' && this.assignable(from.key, to.key) && this.assignable(from.value, to.value);
      case 'opaque':
        return (
          to.kind === 'opaque' &&
          to.name === from.name &&
          to.params.length === from.params.length &&
          from.params.every((param, index) => this.assignable(param, to.params[index] as CelType))
        );
      case 'object':
        return to.kind === 'object' && (to === from || to.name === from.name);
      case 'type':
        return to.kind === 'type';
      case 'wrapper':
        return (to.kind === 'wrapper' && to.of === from.of) || to.kind === from.of;
      default:
        return to.kind === from.kind || (to.kind === 'wrapper' && to.of === from.kind);
    }
  }

  private substitutes(type: CelType, param: CelType & { kind: 'param' }): boolean {
    if (type.kind === 'param' && type.name === param.name) return true;
    const known = this.bound.get(param.name);
    if (!known) {
      if (this.mentions(type, param.name)) return false;
      this.bound.set(param.name, type);
      return true;
    }
    if (known.kind === 'param' && type.kind === 'param' && known.name === type.name) return true;
    if (!this.assignable(type, known)) return false;
    const general = isAsGeneral(type, known) ? type : known;
    if (!this.mentions(general, param.name)) this.bound.set(param.name, general);
    return true;
  }

  private mentions(type: CelType, name: string): boolean {
    switch (type.kind) {
      case 'param': {
        if (type.name === name) return true;
        const known = this.bound.get(type.name);
        return known !== undefined && this.mentions(known, name);
      }
      case 'list':
        return this.mentions(type.item, name);
      case 'map':
        return this.mentions(type.key, name) || this.mentions(type.value, name);
      case 'opaque':
        return type.params.some((param) => this.mentions(param, name));
      case 'type':
        return type.of !== undefined && this.mentions(type.of, name);
      default:
        return false;
    }
  }
}

/** Whether values of the type are only known at run time. */
export function isWild(type: CelType): boolean {
  return type.kind === 'dyn' || type.kind === 'any' || type.kind === 'error';
}

function isNullable(type: CelType): boolean {
  return ['null', 'opaque', 'object', 'any', 'duration', 'timestamp', 'wrapper'].includes(type.kind);
}

/** Whether `a` says the same as `b`, or less. */
function isAsGeneral(a: CelType, b: CelType): boolean {
  if (isWild(a) || a.kind === 'param') return true;
  if (isWild(b) || b.kind === 'param') return false;
  if (a.kind === 'list' && b.kind === 'list') return isAsGeneral(a.item, b.item);
  if (a.kind === 'map' && b.kind === 'map') return isAsGeneral(a.key, b.key) && isAsGeneral(a.value, b.value);
  if (a.kind === 'null') return false;
  if (b.kind === 'null') return true;
  if (a.kind === 'wrapper') return true;
  if (a.kind === 'opaque' && b.kind === 'opaque') {
    return a.params.every((param, index) => isAsGeneral(param, b.params[index] ?? DYN));
  }
  return a.kind === b.kind;
}

/** Whether two types are the same. */
export function sameType(a: CelType, b: CelType): boolean {
  if (a.kind !== b.kind) return false;
  switch (a.kind) {
    case 'list':
      return sameType(a.item, (b as typeof a).item);
    case 'map':
      return sameType(a.key, (b as typeof a).key) && sameType(a.value, (b as typeof a).value);
    case 'object':
      return a === b || a.name === (b as typeof a).name;
    case 'opaque': {
      const other = b as typeof a;
      return a.name === other.name && a.params.every((param, index) => sameType(param, other.params[index] ?? DYN));
    }
    case 'param':
      return a.name === (b as typeof a).name;
    case 'wrapper':
      return a.of === (b as typeof a).of;
    default:
      return true;
  }
}
