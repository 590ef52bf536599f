import { deepEqual, isStatusError, type JsonObject, mutableCopy, StatusError } from '@opwright/machinery';
import { AdmissionEvaluation, type AdmissionInput, BudgetExceeded } from '@opwright/schema';
import type { MutableObject } from '../../../kinds/kind.ts';
import { type AdmissionAttributes, type AdmissionPlugin, type MutationRound, refused } from '../admission.ts';
import { deciding } from '../expressions/authorizer.ts';
import { conditionsMatch } from '../expressions/match-conditions.ts';
import { formFor } from '../form.ts';
import { reinvocations, wantAgain } from '../reinvocation.ts';
import { type BoundPolicy, boundPolicies } from './bound-policies.ts';
import { invocations, type PolicyInvocation, type PolicySurroundings } from './dispatch.ts';
import { misfit, mutated } from './mutate.ts';
import { type MutatingPolicy, type Mutation, readMutatingPolicy } from './policy.ts';

/** What one mutation may cost. */
const BUDGET = 10_000_000;

type Input = PolicyInvocation<MutatingPolicy>['inputs'][number];

/**
 * Lets the MutatingAdmissionPolicies that are bound change what is written, one after the other. Those with
 * reinvocationPolicy IfNeeded do it once more when something after them has changed it.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/mutating-admission-policy/
 */
export function mutatingAdmissionPolicies(surroundings: PolicySurroundings): AdmissionPlugin {
  const storage = {
    policies: 'mutatingadmissionpolicies.admissionregistration.k8s.io',
    bindings: 'mutatingadmissionpolicybindings.admissionregistration.k8s.io',
  };
  const bound = boundPolicies(surroundings.store, storage, readMutatingPolicy);
  const progressOf = reinvocations();

  const mutateAll = async (
    policies: readonly BoundPolicy<MutatingPolicy>[],
    attributes: AdmissionAttributes,
    object: MutableObject,
    round: MutationRound,
  ): Promise<void> => {
    const progress = progressOf(attributes);
    if (round.second && !deepEqual(progress.last, object)) wantAgain(progress);
    const denials: { readonly message: string; readonly reason?: 'Invalid' }[] = [];
    const wanted: PolicyInvocation<MutatingPolicy>[] = [];
    // Who is concerned is settled before anything changes.
    for await (const invocation of invocations(policies, attributes, () => object as JsonObject, surroundings)) {
      if (!('error' in invocation)) wanted.push(invocation);
      else if (invocation.policy.failurePolicy === 'Fail') {
        const { policy, binding, error } = invocation;
        const by = binding === undefined ? `policy "${policy.name}"` : byBinding(policy.name, binding.name);
        denials.push({ message: `${by} denied request: ${error}` });
      }
    }
    let changed = false;
    for (const invocation of wanted) {
      const { policy, binding } = invocation;
      for (const input of invocation.inputs) {
        const run = runOf(invocation, input, attributes, object, surroundings);
        const matches = await run.matches();
        if (matches === false) continue;
        const deny = (why: string): void => {
          if (policy.failurePolicy === 'Ignore') return;
          denials.push({
            message: `${byBinding(policy.name, binding.name)} denied request: ${why}`,
            reason: 'Invalid',
          });
        };
        if (matches !== true) {
          deny(matches.error);
          continue;
        }
        const key = keyOf(invocation, input);
        if (round.second && !progress.due.has(key)) continue;
        const before = mutableCopy(object);
        for (const mutation of policy.mutations) {
          const error = await run.mutate(mutation);
          if (error !== undefined) deny(error);
          else changed = true;
        }
        if (!deepEqual(before, object)) wantAgain(progress);
        if (policy.reinvocationPolicy === 'IfNeeded') progress.called.add(key);
      }
    }
    // A mutation counts as a change whatever it has changed.
    if (changed) {
      wantAgain(progress);
      round.secondWanted = true;
    }
    progress.last = mutableCopy(object as unknown);
    if (denials.length > 0) throw denied(attributes, object as JsonObject, denials);
  };

  return {
    name: 'MutatingAdmissionPolicy',
    mutate(attributes, object, round) {
      if (object === undefined || attributes.operation === 'DELETE') return;
      const policies = bound();
      if (policies.length > 0) return mutateAll(policies, attributes, object, round);
    },
  };
}

/** One policy under one binding with one parameter, at work on an object. */
function runOf(
  { policy, kind }: PolicyInvocation<MutatingPolicy>,
  input: Input,
  attributes: AdmissionAttributes,
  object: MutableObject,
  { authorizer }: PolicySurroundings,
) {
  const { compiler, matchConditions } = policy;
  const decided = deciding(authorizer, attributes.user);
  const form = () => formFor(attributes, kind, object as JsonObject);
  return {
    async matches() {
      const shown = (await form()).show(object as JsonObject);
      const seen = { ...input, object: shown, namespaceObject: null };
      return decided((decide) => conditionsMatch(matchConditions, compiler, { ...seen, decide }));
    },
    /** Changes the object in place. @returns why it did not @throws StatusError what is not the policy's to decide */
    async mutate(mutation: Mutation): Promise<string | undefined> {
      const current = await form();
      const shown = current.show(object as JsonObject)!;
      let made: JsonObject;
      try {
        const outcome = await decided((decide) => evaluated(mutation, policy, { ...input, object: shown, decide }));
        if ('error' in outcome) return outcome.error;
        made = mutated(mutation, outcome.value, shown, current.kind);
      } catch (error) {
        if (isStatusError(error) || !(error instanceof Error)) throw error;
        return error.message;
      }
      try {
        await current.take(made, object);
        return undefined;
      } catch (error) {
        if (isStatusError(error) || !(error instanceof Error)) throw error;
        return misfit(mutation, error, current.kind);
      }
    },
  };
}

function evaluated({ expression }: Mutation, { compiler }: MutatingPolicy, input: AdmissionInput) {
  try {
    return new AdmissionEvaluation(compiler, input, BUDGET).evaluate(expression);
  } catch (error) {
    if (!(error instanceof BudgetExceeded)) throw error;
    return { error: error.message };
  }
}

function byBinding(policy: string, binding: string): string {
  return `policy '${policy}' with binding '${binding}'`;
}

function keyOf({ policy, binding }: PolicyInvocation<MutatingPolicy>, { params }: Input): string {
  const { namespace = '', name = '' } =
    (params as { metadata?: { namespace?: string; name?: string } } | null)?.metadata ?? {};
  return [policy.name, binding.name, namespace, name].join('/');
}

function denied(
  attributes: AdmissionAttributes,
  object: JsonObject,
  denials: readonly { readonly message: string; readonly reason?: string }[],
): StatusError {
  const [first] = denials;
  const causes = denials.map(({ message }) => ({ message }));
  const { status } = refused(attributes, object, '', { causes, ...(first?.reason && { reason: first.reason }) });
  return new StatusError({ ...status, message: first?.message ?? '' });
}
