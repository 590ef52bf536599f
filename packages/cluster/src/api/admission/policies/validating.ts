import type { JsonObject } from '@opwright/machinery';
import { AdmissionEvaluation, type AdmissionInput, BudgetExceeded } from '@opwright/schema';
import { type AdmissionAttributes, type AdmissionPlugin, refused } from '../admission.ts';
import { deciding } from '../expressions/authorizer.ts';
import { conditionsMatch } from '../expressions/match-conditions.ts';
import { boundPolicies } from './bound-policies.ts';
import { invocations, type PolicySurroundings } from './dispatch.ts';
import { type Binding, readValidatingPolicy, type ValidatingPolicy, type Validation } from './policy.ts';

/** What the expressions of a policy may cost together, under one binding and with one parameter. */
const BUDGET = 10_000_000;
/** Bytes. */
const MAX_MESSAGE = 5 * 1024;

/** Why a policy refuses a write. */
interface Denial {
  readonly message: string;
  readonly reason: string;
  /** Of an annotation that could not be made: denies whatever the binding says. */
  readonly always?: true;
}

/**
 * Evaluates the ValidatingAdmissionPolicies that are bound.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 */
export function validatingAdmissionPolicies(surroundings: PolicySurroundings): AdmissionPlugin {
  const storage = {
    policies: 'validatingadmissionpolicies.admissionregistration.k8s.io',
    bindings: 'validatingadmissionpolicybindings.admissionregistration.k8s.io',
  };
  const bound = boundPolicies(surroundings.store, storage, readValidatingPolicy);
  return {
    name: 'ValidatingAdmissionPolicy',
    validate(attributes, object) {
      const policies = bound();
      if (policies.length > 0) return evaluate(policies, attributes, object);
    },
  };

  async function evaluate(
    policies: ReturnType<typeof bound>,
    attributes: AdmissionAttributes,
    object: JsonObject | undefined,
  ): Promise<void> {
    const decided = deciding(surroundings.authorizer, attributes.user);
    let refusal: Denial | undefined;
    const deny = (by: string, { message, reason }: Denial): void => {
      refusal ??= { message: `ValidatingAdmissionPolicy ${by} denied request: ${message}`, reason };
    };
    for await (const invocation of invocations(policies, attributes, () => object, surroundings)) {
      const { policy, binding } = invocation;
      const by = binding === undefined ? `'${policy.name}'` : `'${policy.name}' with binding '${binding.name}'`;
      if ('error' in invocation) {
        if (policy.failurePolicy === 'Fail') deny(by, { message: invocation.error, reason: 'Invalid' });
        continue;
      }
      for (const input of invocation.inputs) {
        for (const denial of await decided((decide) => denials(policy, { ...input, decide }))) {
          if (denial.always || invocation.binding.actions.includes('Deny')) deny(by, denial);
          if (!denial.always) warn(attributes, by, denial, invocation.binding);
        }
      }
    }
    if (refusal !== undefined) throw denied(attributes, object, refusal);
  }
}

function warn(attributes: AdmissionAttributes, by: string, { message }: Denial, { actions }: Binding): void {
  if (actions.includes('Warn')) attributes.warn(`Validation failed for ValidatingAdmissionPolicy ${by}: ${message}`);
}

const CODES: Readonly<Record<string, number>> = {
  Forbidden: 403,
  Unauthorized: 401,
  RequestEntityTooLarge: 413,
  Invalid: 422,
};

function denied(attributes: AdmissionAttributes, object: JsonObject | undefined, { message, reason }: Denial) {
  return refused(attributes, object, message, { reason, code: CODES[reason] ?? 422, causes: [{ message }] });
}

/** What is against a write. Errors are if the policy says so. */
function denials(policy: ValidatingPolicy, input: AdmissionInput): readonly Denial[] {
  const { failurePolicy, matchConditions, compiler } = policy;
  const failed = (message: string): Denial[] => (failurePolicy === 'Fail' ? [{ message, reason: 'Invalid' }] : []);
  // Conditions come before the namespace is looked at.
  const matches = conditionsMatch(matchConditions, compiler, { ...input, namespaceObject: null });
  if (matches === false) return [];
  if (matches !== true) return failed(matches.error);
  try {
    return [...validationDenials(policy, input, failed), ...annotationDenials(policy, input)];
  } catch (error) {
    if (!(error instanceof BudgetExceeded)) throw error;
    return failed(error.message);
  }
}

function validationDenials(
  { validations, compiler }: ValidatingPolicy,
  input: AdmissionInput,
  failed: (message: string) => Denial[],
): Denial[] {
  const evaluation = new AdmissionEvaluation(compiler, input, BUDGET);
  const outcomes = validations.map(({ expression }) => evaluation.evaluate(expression));
  const messages = messagesOf(validations, new AdmissionEvaluation(compiler, input, evaluation.budget));
  return validations.flatMap((validation, index) => {
    const outcome = outcomes[index]!;
    if ('error' in outcome) return failed(outcome.error);
    if ('error' in messages) return failed(`failed messageExpression: ${messages.error}`);
    if (outcome.value === true) return [];
    const message = messages.texts[index] || validation.message || `failed expression: ${validation.source.trim()}`;
    return [{ message, reason: validation.reason }];
  });
}

/** The messages that expressions make; '' where there is none, or none that can be shown. */
function messagesOf(
  validations: readonly Validation[],
  evaluation: AdmissionEvaluation,
): { readonly texts: readonly string[] } | { readonly error: string } {
  try {
    return {
      texts: validations.map(({ messageExpression }) => {
        if (messageExpression === undefined) return '';
        const outcome = evaluation.evaluate(messageExpression);
        const text = 'value' in outcome && typeof outcome.value === 'string' ? outcome.value.trim() : '';
        return text.includes('\n') || Buffer.byteLength(text) > MAX_MESSAGE ? '' : text;
      }),
    };
  } catch (error) {
    if (!(error instanceof BudgetExceeded)) throw error;
    return { error: error.message };
  }
}

/** There is no audit log here, but an annotation that cannot be made denies all the same. */
function annotationDenials(policy: ValidatingPolicy, input: AdmissionInput): Denial[] {
  const evaluation = new AdmissionEvaluation(policy.compiler, input, BUDGET);
  return policy.auditAnnotations.flatMap(({ value }): Denial[] => {
    const outcome = evaluation.evaluate(value);
    if (!('error' in outcome) || policy.failurePolicy === 'Ignore') return [];
    return [{ message: outcome.error, reason: 'Invalid', always: true }];
  });
}
