import {
  type FieldError,
  forbiddenValue,
  goQuote,
  internalFieldError,
  invalidValue,
  RawGoText,
} from '@opwright/machinery';
import type { StructuralSchema, ValidationRule } from '../../structural/schema.ts';
import { UNLIMITED } from '../cost/estimate.ts';
import { type Declared, declare } from './declared.ts';
import { ESTIMATED_RULE_COST_LIMIT, ESTIMATED_SCHEMA_COST_LIMIT, MAX_REQUEST_SIZE } from './limits.ts';
import { compileMessage, compileRule } from './rule.ts';

/**
 * What is wrong with the CEL rules of a schema, in the API server's words: they do not compile, do not yield what they must, may
 * cost too much, or look at an old value that cannot be told. Empty when a CRD with this schema is accepted.
 *
 * @param path where the schema stands: `spec.validation.openAPIV3Schema`
 * @param schemaErrors what is wrong with the schema itself: rules at or above these places are not compiled
 */
export function checkRules(
  schema: StructuralSchema,
  path = '',
  schemaErrors: readonly FieldError[] = [],
): FieldError[] {
  return ruleProblems(schema, path, schemaErrors).map(({ error }) => error);
}

/** A problem of a rule, and of one that is too expensive the parts of the schema that need a bound. */
export interface RuleProblem {
  readonly error: FieldError;
  readonly unbounded?: readonly string[];
}

/** {@link checkRules} with remedies. */
export function ruleProblems(
  schema: StructuralSchema,
  path: string,
  schemaErrors: readonly FieldError[],
): RuleProblem[] {
  const check = new Check(schemaErrors.map(({ field }) => field));
  check.node(schema, { path, isRoot: true, cardinality: 1, uncorrelatable: undefined, unbounded: [] });
  return [...check.problems, ...check.totalErrors(path).map((error) => ({ error }))];
}

interface Place {
  readonly path: string;
  readonly isRoot: boolean;
  /** How often values of the schema can be in an object; undefined for any number. */
  readonly cardinality: number | undefined;
  /** Where old and new values stop belonging together, if above. */
  readonly uncorrelatable: string | undefined;
  /** The lists and maps above that may have any number of items. */
  readonly unbounded: readonly string[];
}

interface RuleCost {
  readonly path: string;
  readonly cost: number;
}

class Check {
  readonly problems: RuleProblem[] = [];
  private readonly broken: readonly string[];
  private total = 0;
  private expensive: RuleCost[] = [];

  constructor(broken: readonly string[]) {
    this.broken = broken;
  }

  node(schema: StructuralSchema, place: Place): void {
    const { path } = place;
    const { additionalProperties, properties = {}, items } = schema;
    const cardinality = childCardinality(schema, place.cardinality);
    const unbounded = childCardinality(schema, 1) === undefined ? [...place.unbounded, path] : place.unbounded;
    const below = { ...place, isRoot: false, cardinality, unbounded };
    if (typeof additionalProperties === 'object') {
      this.node(additionalProperties, { ...below, path: `${path}.additionalProperties` });
    }
    for (const [name, property] of Object.entries(properties)) {
      this.node(property, { ...below, path: `${path}.properties[${name}]` });
    }
    if (items) {
      const uncorrelatable = schema['x-kubernetes-list-type'] === 'map' ? place.uncorrelatable : path;
      this.node(items, { ...below, path: `${path}.items`, uncorrelatable: place.uncorrelatable ?? uncorrelatable });
    }
    const rules = schema['x-kubernetes-validations'] ?? [];
    if (rules.length > 0 && !this.isBroken(path)) this.rules(rules, schema, place);
  }

  private isBroken(path: string): boolean {
    return this.broken.some((field) => field.startsWith(path));
  }

  private rules(rules: readonly ValidationRule[], schema: StructuralSchema, place: Place): void {
    const declared = declare(schema, place.isRoot);
    const path = `${place.path}.x-kubernetes-validations`;
    if (!declared) {
      const reason = 'unable to convert structural schema to CEL declarations';
      const detail = `internal error: failed to construct type information for x-kubernetes-validations rules: ${reason}`;
      this.report(internalFieldError(path, detail));
      return;
    }
    for (const [index, rule] of rules.entries()) this.rule(rule, declared, `${path}[${index}]`, place);
  }

  private rule(rule: ValidationRule, declared: Declared, path: string, place: Place): void {
    // The schema's own rules ask for it.
    if ((rule.rule ?? '').trim() === '') return;
    const compiled = compileRule(rule, declared);
    if (!compiled.ok) {
      this.report(invalidValue(`${path}.rule`, new RawGoText(goRule(rule)), compiled.error));
      return;
    }
    const times = place.cardinality ?? Math.trunc(MAX_REQUEST_SIZE / (declared.minSize + 1));
    const bounds = () => [
      ...place.unbounded,
      ...compiled.unboundedParts().map((part) => schemaPath(place.path, declared, part)),
    ];
    this.observe(`${path}.rule`, Math.min(UNLIMITED, compiled.maxCost * times), 'estimated rule cost', bounds);
    if (rule.messageExpression) {
      const message = compileMessage(rule, declared);
      if (!message.ok) {
        this.report(invalidValue(`${path}.messageExpression`, new RawGoText(goRule(rule)), message.error));
      } else {
        const bounds = () => message.unboundedParts().map((part) => schemaPath(place.path, declared, part));
        this.observe(`${path}.messageExpression`, message.maxCost, 'estimated messageExpression cost', bounds);
      }
    }
    if (compiled.usesOldSelf) {
      if (place.uncorrelatable === undefined) return;
      const detail = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${place.uncorrelatable}`;
      this.report(invalidValue(`${path}.rule`, rule.rule, detail));
    } else if (rule.optionalOldSelf !== undefined) {
      const detail = 'may not be set if oldSelf is not used in rule';
      this.report(invalidValue(`${path}.optionalOldSelf`, rule.optionalOldSelf, detail));
    }
  }

  private report(error: FieldError): void {
    this.problems.push({ error });
  }

  private observe(path: string, cost: number, name: string, bounds: () => readonly string[]): void {
    if (cost > ESTIMATED_RULE_COST_LIMIT) {
      const error = forbiddenValue(path, tooExpensive(name, cost, ESTIMATED_RULE_COST_LIMIT));
      this.problems.push({ error, unbounded: bounds() });
    }
    this.total += cost;
    if (cost < ESTIMATED_SCHEMA_COST_LIMIT / 100) return;
    this.expensive = [...this.expensive, { path, cost }].sort((a, b) => b.cost - a.cost).slice(0, 4);
  }

  totalErrors(path: string): FieldError[] {
    if (this.total <= ESTIMATED_SCHEMA_COST_LIMIT) return [];
    const what = 'x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema';
    return [
      ...this.expensive.map((rule) =>
        forbiddenValue(
          rule.path,
          'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema',
        ),
      ),
      forbiddenValue(path, tooExpensive(what, this.total, ESTIMATED_SCHEMA_COST_LIMIT)),
    ];
  }
}

/** Where in the schema a part of a value is described. */
function schemaPath(path: string, declared: Declared, steps: readonly string[]): string {
  let current: Declared | undefined = declared;
  let found = path;
  for (const step of steps) {
    if (step === '@items') found += '.items';
    else if (step === '@values') found += '.additionalProperties';
    else if (current?.type.kind === 'object') found += `.properties[${current.type.fields.get(step)?.key ?? step}]`;
    current = step.startsWith('@') ? current?.elements : current?.fields?.get(step);
  }
  return found;
}

function childCardinality(schema: StructuralSchema, own: number | undefined): number | undefined {
  if (own === undefined) return undefined;
  let most: number | undefined = 1;
  if (schema.type === 'array') most = schema.maxItems;
  else if (schema.type === 'object' && schema.additionalProperties !== undefined) most = schema.maxProperties;
  return most === undefined ? undefined : own * Math.max(0, most);
}

function tooExpensive(name: string, cost: number, limit: number): string {
  const excess = cost / limit;
  const factor = excess > 100 ? 'more than 100x' : `${excess.toFixed(excess < 1.5 ? 6 : 1)}x`;
  const remedy =
    'try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared';
  return `${name} exceeds budget by factor of ${factor} (${remedy})`;
}

/** A rule as Go prints its struct. Pointers print as addresses, of which only nil is a fact. */
function goRule({
  rule,
  message = '',
  messageExpression = '',
  reason,
  fieldPath = '',
  optionalOldSelf,
}: ValidationRule): string {
  const pointer = (type: string, value: unknown) => `(*${type})(${value === undefined ? 'nil' : '0xc000000000'})`;
  const fields = [
    `Rule:${goQuote(rule)}`,
    `Message:${goQuote(message)}`,
    `MessageExpression:${goQuote(messageExpression)}`,
    `Reason:${pointer('apiextensions.FieldValueErrorReason', reason)}`,
    `FieldPath:${goQuote(fieldPath)}`,
    `OptionalOldSelf:${pointer('bool', optionalOldSelf)}`,
  ];
  return `apiextensions.ValidationRule{${fields.join(', ')}}`;
}
