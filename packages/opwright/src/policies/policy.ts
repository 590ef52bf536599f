import type { AnyResource } from '@opwright/machinery';
import type { LabelSelectorInput } from '../webhooks/types.ts';
import { type PolicyCompiler, policyCompiler } from './compile.ts';

/** What the API server judges by itself, in CEL, as the manifests have it. */
export interface PolicyDefinition {
  readonly name: string;
  readonly resource: AnyResource;
  readonly options: PolicyOptions;
  readonly variables: readonly { readonly name: string; readonly expression: string }[];
  readonly rules: readonly PolicyRuleDefinition[];
}

export interface PolicyRuleDefinition extends PolicyRuleOptions {
  readonly expression: string;
}

/** Something with a definition: what `defineOperator` takes. */
export interface Policy {
  readonly definition: PolicyDefinition;
}

export interface PolicyOptions {
  /** Unique in the operator; default: the kind in lower case. */
  readonly name?: string;
  /** Default: CREATE and UPDATE. */
  readonly operations?: readonly ('CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT')[];
  /** What becomes of an object that breaks a rule; default: it is denied. `Warn` and `Audit` let it pass. */
  readonly actions?: readonly ('Deny' | 'Warn' | 'Audit')[];
  /** What becomes of an object when an expression fails; default `Fail`: it is refused. */
  readonly failurePolicy?: 'Fail' | 'Ignore';
  /** Only objects with such labels. */
  readonly objectSelector?: LabelSelectorInput;
  /** Only objects in namespaces with such labels. */
  readonly namespaceSelector?: LabelSelectorInput;
  /** CEL by name, as for rules; all must hold. */
  readonly matchConditions?: Readonly<Record<string, string>>;
}

export interface PolicyRuleOptions {
  /** What is said to whoever broke the rule; default: the expression. */
  readonly message?: string;
  /** CEL that makes the message; `message` is what stands when it fails. */
  readonly messageExpression?: string;
  /** Default `Invalid`. */
  readonly reason?: 'Invalid' | 'Forbidden' | 'RequestEntityTooLarge';
}

/** A policy under construction. Every method returns a new one. */
export interface PolicyBuilder extends Policy {
  /**
   * Something that rules and later variables see as `variables.<name>`: evaluated once, when it is needed.
   *
   * @throws Error that says where the expression is wrong
   */
  variable(name: string, expression: string): PolicyBuilder;
  /**
   * A condition that every object must meet. It sees `object`, `oldObject` (null on create), `request`, `namespaceObject`,
   * `authorizer` and `variables`.
   *
   * @throws Error that says where the expression is wrong: unknown fields and wrong types among it
   * @see https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
   */
  rule(expression: string, options?: PolicyRuleOptions): PolicyBuilder;
}

/**
 * Starts a policy for the objects of a resource, an own one or a built-in one: rules in CEL that the API server evaluates
 * itself, with no webhook to be up. What concerns an own resource alone is better said in its schema (`.rule(…)` of a node).
 */
export function policy(resource: AnyResource, options: PolicyOptions = {}): PolicyBuilder {
  const name = options.name ?? resource.kind.toLowerCase();
  const compiler = policyCompiler(name, resource);
  for (const [condition, expression] of Object.entries(options.matchConditions ?? {})) {
    compiler.check(`match condition ${condition}`, expression, 'bool');
  }
  return builder({ name, resource, options, variables: [], rules: [] }, compiler);
}

function builder(definition: PolicyDefinition, compiler: PolicyCompiler): PolicyBuilder {
  return Object.freeze({
    definition: Object.freeze(definition),
    variable(name: string, expression: string) {
      const next = compiler.with(name, expression);
      return builder({ ...definition, variables: [...definition.variables, { name, expression }] }, next);
    },
    rule(expression: string, options: PolicyRuleOptions = {}) {
      const which = `rule ${definition.rules.length + 1}`;
      compiler.check(which, expression, 'bool');
      const { messageExpression } = options;
      if (messageExpression !== undefined) compiler.check(`message of ${which}`, messageExpression, 'string');
      return builder({ ...definition, rules: [...definition.rules, { ...options, expression }] }, compiler);
    },
  });
}
