import { goQuote } from '../text/go-quote.ts';
import {
  EVERYTHING,
  type LabelOperator,
  type LabelSelector,
  labelRequirement,
  labelSelector,
  SelectorError,
} from './label-selector.ts';

/** meta/v1 LabelSelector, as it stands in `spec.selector` of many kinds. */
export interface LabelSelectorObject {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    /** `In`, `NotIn`, `Exists` or `DoesNotExist`. */
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

const OPERATORS = new Map<string, LabelOperator>([
  ['In', 'in'],
  ['NotIn', 'notin'],
  ['Exists', 'exists'],
  ['DoesNotExist', '!'],
]);

/**
 * The selector that a LabelSelector object means: an empty object selects everything, an absent one nothing, for which
 * undefined stands here.
 *
 * @throws SelectorError with Kubernetes' message
 */
export function fromLabelSelector(object: LabelSelectorObject): LabelSelector;
export function fromLabelSelector(object: LabelSelectorObject | null | undefined): LabelSelector | undefined;
export function fromLabelSelector(object: LabelSelectorObject | null | undefined): LabelSelector | undefined {
  if (object === undefined || object === null) return undefined;
  const requirements = Object.entries(object.matchLabels ?? {}).map(([key, value]) =>
    labelRequirement(key, '=', [value]),
  );
  for (const expression of object.matchExpressions ?? []) {
    const operator = OPERATORS.get(expression.operator);
    if (operator === undefined) {
      throw new SelectorError(`${goQuote(expression.operator)} is not a valid label selector operator`);
    }
    requirements.push(labelRequirement(expression.key, operator, expression.values ?? []));
  }
  return requirements.length === 0 ? EVERYTHING : labelSelector(requirements);
}

/** The selector for objects that carry all of these labels, as the old selectors of Services mean it. */
export function fromMatchLabels(labels: Readonly<Record<string, string>>): LabelSelector {
  return fromLabelSelector({ matchLabels: labels });
}
