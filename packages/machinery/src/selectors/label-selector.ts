import { validateLabelKey, validateLabelValue } from '../names/qualified.ts';
import { goQuote } from '../text/go-quote.ts';

/** How a requirement compares; Kubernetes' names. */
export type LabelOperator = '=' | '==' | '!=' | 'in' | 'notin' | 'exists' | '!' | 'gt' | 'lt';

/** One requirement on the labels of an object. */
export interface LabelRequirement {
  readonly key: string;
  readonly operator: LabelOperator;
  /** None for `exists` and `!`, one for `=`, `==`, `!=`, `gt` and `lt`, at least one for `in` and `notin`. Sorted, distinct. */
  readonly values: readonly string[];
}

/** Requirements that must all hold, sorted by key; none selects everything. Immutable. */
export type LabelSelector = readonly LabelRequirement[];

/** A text or value that is not a selector. The message is Kubernetes'. */
export class SelectorError extends Error {
  override readonly name = 'SelectorError';
}

/** Labels as objects carry them; absent is the same as none. */
export type Labels = Readonly<Record<string, string>> | undefined;

/** Selects every object. */
export const EVERYTHING: LabelSelector = Object.freeze([]);

/** Whether labels satisfy every requirement. `!=` and `notin` hold for labels without the key. */
export function matchLabels(selector: LabelSelector, labels: Labels): boolean {
  return selector.every((requirement) => matchRequirement(requirement, labels));
}

function matchRequirement({ key, operator, values }: LabelRequirement, labels: Labels): boolean {
  const value = labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'exists':
      return value !== undefined;
    case '!':
      return value === undefined;
    case '=':
    case '==':
    case 'in':
      return value !== undefined && values.includes(value);
    case '!=':
    case 'notin':
      return value === undefined || !values.includes(value);
    default: {
      const actual = value === undefined ? undefined : parseInt64(value);
      const bound = parseInt64(values[0] ?? '');
      if (actual === undefined || bound === undefined) return false;
      return operator === 'gt' ? actual > bound : actual < bound;
    }
  }
}

/** The canonical text: requirements by key, values sorted. `parseLabelSelector` reads it back. */
export function formatLabelSelector(selector: LabelSelector): string {
  return selector.map(formatRequirement).join(',');
}

function formatRequirement({ key, operator, values }: LabelRequirement): string {
  switch (operator) {
    case 'exists':
      return key;
    case '!':
      return `!${key}`;
    case 'in':
    case 'notin':
      return `${key} ${operator} (${values.join(',')})`;
    case 'gt':
    case 'lt':
      return `${key}${operator === 'gt' ? '>' : '<'}${values.join(',')}`;
    default:
      return `${key}${operator}${values.join(',')}`;
  }
}

/** A checked requirement. @throws SelectorError with Kubernetes' message */
export function labelRequirement(key: string, operator: LabelOperator, values: readonly string[]): LabelRequirement {
  const errors: string[] = [];
  const keyError = labelKeyError(key, 'key');
  if (keyError !== undefined) errors.push(keyError);
  const wrongCount = countError(operator, values.length);
  if (wrongCount !== undefined) errors.push(`values: Invalid value: ${goStrings(values)}: ${wrongCount}`);
  values.forEach((value, index) => {
    if ((operator === 'gt' || operator === 'lt') && parseInt64(value) === undefined) {
      const why = "for 'Gt', 'Lt' operators, the value must be an integer";
      errors.push(`values[${index}]: Invalid value: ${goQuote(value)}: ${why}`);
    }
  });
  values.forEach((value, index) => {
    const why = validateLabelValue(value);
    if (why.length > 0) errors.push(`values[${index}][${key}]: Invalid value: ${goQuote(value)}: ${why.join('; ')}`);
  });
  if (errors.length > 0) {
    const distinct = [...new Set(errors)];
    throw new SelectorError(distinct.length === 1 ? distinct[0] : `[${distinct.join(', ')}]`);
  }
  return Object.freeze({ key, operator, values: Object.freeze([...new Set(values)].sort(compareBytes)) });
}

/** Requirements in the order in which Kubernetes keeps them. */
export function labelSelector(requirements: readonly LabelRequirement[]): LabelSelector {
  return Object.freeze([...requirements].sort((a, b) => compareBytes(a.key, b.key)));
}

/** The error for a key that cannot be a label's; `field` is where it stands, `<nil>` in a selector's text. */
export function labelKeyError(key: string, field: string): string | undefined {
  const why = validateLabelKey(key);
  return why.length === 0 ? undefined : `${field}: Invalid value: ${goQuote(key)}: ${why.join('; ')}`;
}

function countError(operator: LabelOperator, count: number): string | undefined {
  switch (operator) {
    case 'in':
    case 'notin':
      return count === 0 ? "for 'in', 'notin' operators, values set can't be empty" : undefined;
    case 'exists':
    case '!':
      return count > 0 ? 'values set must be empty for exists and does not exist' : undefined;
    case 'gt':
    case 'lt':
      return count === 1 ? undefined : "for 'Gt', 'Lt' operators, exactly one value is required";
    default:
      return count === 1 ? undefined : 'exact-match compatibility requires one single value';
  }
}

function goStrings(values: readonly string[]): string {
  if (values.length === 0) return '[]string(nil)';
  return `[]string{${values.map(goQuote).join(', ')}}`;
}

const INT64_LIMIT = 2n ** 63n;

function parseInt64(text: string): bigint | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined;
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text);
  return value >= -INT64_LIMIT && value < INT64_LIMIT ? value : undefined;
}

// Label keys and values are ASCII, where UTF-16 order is byte order.
function compareBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
