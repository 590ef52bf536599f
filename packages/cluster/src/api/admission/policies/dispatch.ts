import type { JsonObject } from '@opwright/machinery';
import type { AdmissionInput } from '@opwright/schema';
import type { ServedKind } from '../../../kinds/kind.ts';
import type { Registry } from '../../../kinds/registry.ts';
import type { Store } from '../../../store/store.ts';
import type { Authorizer } from '../../authorize.ts';
import { notFound } from '../../errors.ts';
import type { AdmissionAttributes } from '../admission.ts';
import { expressionInput } from '../expressions/input.ts';
import { type Form, formFor } from '../form.ts';
import { matchedKind } from '../match.ts';
import type { BoundPolicy } from './bound-policies.ts';
import { ConfigurationError, collectParams } from './params.ts';
import type { Binding, Policy } from './policy.ts';

/** What the policy plugins work with. */
export interface PolicySurroundings {
  readonly store: Store;
  readonly registry: Registry;
  readonly authorizer: Authorizer;
}

/** A policy that is to be evaluated for a write, under one binding. */
export interface PolicyInvocation<P extends Policy> {
  readonly policy: P;
  readonly binding: Binding;
  /** The version of the resource that the policy sees. */
  readonly kind: ServedKind;
  readonly form: Form;
  /** One for each of the binding's parameters. */
  readonly inputs: readonly Omit<AdmissionInput, 'decide'>[];
}

/** A policy that should be evaluated, but cannot. */
export interface PolicyFailure<P extends Policy> {
  readonly policy: P;
  readonly binding?: Binding;
  readonly error: string;
}

/** Policies are not for reviews, which the cluster cannot do without, and not for policies, which could not be removed. */
function isExempt({ kind: { group, plural } }: AdmissionAttributes): boolean {
  if (group === 'admissionregistration.k8s.io') return plural.includes('admissionpolic');
  return group === 'authentication.k8s.io' || group === 'authorization.k8s.io';
}

/**
 * The policies that a write concerns, one after the other, in their order.
 *
 * @throws StatusError 500 when a conversion webhook fails that has to make the form of the object
 */
export async function* invocations<P extends Policy>(
  policies: readonly BoundPolicy<P>[],
  attributes: AdmissionAttributes,
  object: () => JsonObject | undefined,
  surroundings: PolicySurroundings,
): AsyncGenerator<PolicyInvocation<P> | PolicyFailure<P>> {
  if (isExempt(attributes)) return;
  for (const { policy, bindings } of policies) {
    const kind = matchedKind(policy.constraints, attributes, object(), surroundings);
    if (kind === undefined) continue;
    const paramKind = paramKindOf(policy, surroundings.registry);
    if (typeof paramKind === 'string') {
      yield { policy, error: `failed to configure policy: ${paramKind}` };
      continue;
    }
    for (const binding of bindings) {
      const { resources } = binding;
      if (resources !== undefined && matchedKind(resources, attributes, object(), surroundings) === undefined) continue;
      try {
        const params = await collectParams(surroundings.store, paramKind, binding.paramRef, namespaceOf(attributes));
        if (params.length === 0) continue;
        const form = await formFor(attributes, kind, object());
        const common = {
          ...expressionInput(attributes, kind, form, object()),
          namespaceObject: namespaceObject(attributes, surroundings.store),
        };
        yield { policy, binding, kind, form, inputs: params.map((param) => ({ ...common, params: param })) };
      } catch (error) {
        if (!(error instanceof ConfigurationError)) throw error;
        yield { policy, binding, error: `failed to configure binding: ${error.message}` };
      }
    }
  }
}

/** What the policy's parameters are, or why that is not known. */
function paramKindOf({ paramKind }: Policy, registry: Registry): ServedKind | string | undefined {
  if (paramKind === undefined) return undefined;
  const { group, version, kind } = paramKind;
  return (
    registry.findKind(group, version, kind) ??
    `failed to find resource referenced by paramKind: '${group}/${version}, Kind=${kind}'`
  );
}

function isNamespace({ kind }: AdmissionAttributes): boolean {
  return kind.storage === 'namespaces';
}

/** A namespace is in itself. */
function namespaceOf(attributes: AdmissionAttributes): string {
  return isNamespace(attributes) ? attributes.name : attributes.namespace;
}

/** The namespace of a write, without what expressions are not to see. Null for what is in none. @throws StatusError 404 */
function namespaceObject(attributes: AdmissionAttributes, store: Store): JsonObject | null {
  if (isNamespace(attributes) || attributes.namespace === '') return null;
  const stored = store.get('namespaces', attributes.namespace);
  if (stored === undefined) throw notFound({ group: '', plural: 'namespaces' }, attributes.namespace);
  const { ownerReferences: _owners, managedFields: _managers, ...metadata } = stored.metadata;
  return { ...stored, metadata };
}
