import { validateDns1123Label, validateDns1123Subdomain } from '@opwright/machinery';
import { member, type Overload } from '../functions/overload.ts';
import { BOOL, opaque, STRING } from '../types/type.ts';
import { CelError } from '../values/error.ts';
import { type CelValue, Extension } from '../values/value.ts';

/** An access that an expression asks about: to a resource, or to a path that is none. */
export interface AccessCheck {
  readonly verb: string;
  /** Who would access; default: who makes the request. */
  readonly serviceAccount?: { readonly namespace: string; readonly name: string };
  readonly path?: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** As text; '' for none. */
  readonly fieldSelector: string;
  readonly labelSelector: string;
}

export interface AccessDecision {
  readonly allowed: boolean;
  readonly reason: string;
  /** '' when it could be decided. */
  readonly error: string;
}

/** Decides about an access at once. What it throws ends the evaluation. */
export type Decide = (check: AccessCheck) => AccessDecision;

const NO_CHECK: Omit<AccessCheck, 'verb'> = {
  group: '',
  resource: '',
  subresource: '',
  namespace: '',
  name: '',
  fieldSelector: '',
  labelSelector: '',
};

/** One step towards a decision: `authorizer`, and what its functions return. None has fields. */
class Step extends Extension {
  readonly typeName: string;
  readonly decide: Decide;
  readonly check: Omit<AccessCheck, 'verb'>;

  constructor(typeName: string, decide: Decide, check: Omit<AccessCheck, 'verb'>) {
    super();
    this.typeName = typeName;
    this.decide = decide;
    this.check = check;
  }

  with(part: Partial<AccessCheck>, typeName = this.typeName): Step {
    return new Step(typeName, this.decide, { ...this.check, ...part });
  }

  equals(other: CelValue): boolean {
    return other === this;
  }
}

class Decided extends Extension {
  readonly typeName = DECISION;
  readonly decision: AccessDecision;

  constructor(decision: AccessDecision) {
    super();
    this.decision = decision;
  }

  equals(other: CelValue): boolean {
    return other === this;
  }
}

const name = (type: string) => `kubernetes.authorization.${type}`;
const [AUTHORIZER, PATH, GROUP, RESOURCE, DECISION] = [
  name('Authorizer'),
  name('PathCheck'),
  name('GroupCheck'),
  name('ResourceCheck'),
  name('Decision'),
] as const;

export const AUTHORIZER_TYPE = opaque(AUTHORIZER);
export const RESOURCE_CHECK_TYPE = opaque(RESOURCE);

/** The value of `authorizer`. */
export function authorizerValue(decide: Decide): Extension {
  return new Step(AUTHORIZER, decide, NO_CHECK);
}

/** The value of `authorizer.requestResource`. */
export function resourceCheckValue(decide: Decide, of: Partial<AccessCheck>): Extension {
  return new Step(RESOURCE, decide, { ...NO_CHECK, ...of });
}

/** What one check costs: an expression can afford two. */
const CHECK_COST = 350_000;
const checkCosts = { cost: () => CHECK_COST, estimate: () => ({ cost: { min: CHECK_COST, max: CHECK_COST } }) };

const check = (step: Step, verb: string): CelValue => new Decided(step.decide({ ...step.check, verb }));

function setter(part: 'subresource' | 'namespace' | 'name' | 'fieldSelector' | 'labelSelector', id: string): Overload {
  const args = [RESOURCE_CHECK_TYPE, STRING];
  return member(part, id, args, RESOURCE_CHECK_TYPE, (step: Step, value: string) => step.with({ [part]: value }));
}

function serviceAccount(step: Step, namespace: string, account: string): CelValue {
  if (validateDns1123Subdomain(account).length > 0) return new CelError('Invalid service account name');
  if (validateDns1123Label(namespace).length > 0) return new CelError('Invalid service account namespace');
  return step.with({ serviceAccount: { namespace, name: account } });
}

/**
 * What expressions of admission can ask the server's authorizer.
 *
 * @see https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-authorizer-library
 */
export const authorizerLibrary: readonly Overload[] = [
  member('path', 'authorizer_path', [AUTHORIZER_TYPE, STRING], opaque(PATH), (step: Step, path: string) =>
    path.trim() === '' ? new CelError('path must not be empty') : step.with({ path }, PATH),
  ),
  member('group', 'authorizer_group', [AUTHORIZER_TYPE, STRING], opaque(GROUP), (step: Step, group: string) =>
    step.with({ group }, GROUP),
  ),
  member(
    'serviceAccount',
    'authorizer_serviceaccount',
    [AUTHORIZER_TYPE, STRING, STRING],
    AUTHORIZER_TYPE,
    serviceAccount,
  ),
  member('resource', 'groupcheck_resource', [opaque(GROUP), STRING], RESOURCE_CHECK_TYPE, (step: Step, to: string) =>
    to.trim() === '' ? new CelError('resource must not be empty') : step.with({ resource: to }, RESOURCE),
  ),
  setter('subresource', 'resourcecheck_subresource'),
  setter('namespace', 'resourcecheck_namespace'),
  setter('name', 'resourcecheck_name'),
  setter('fieldSelector', 'authorizer_fieldselector'),
  setter('labelSelector', 'authorizer_labelselector'),
  member('check', 'pathcheck_check', [opaque(PATH), STRING], opaque(DECISION), check, checkCosts),
  member('check', 'resourcecheck_check', [RESOURCE_CHECK_TYPE, STRING], opaque(DECISION), check, checkCosts),
  member('errored', 'decision_errored', [opaque(DECISION)], BOOL, ({ decision }: Decided) => decision.error !== ''),
  member('error', 'decision_error', [opaque(DECISION)], STRING, ({ decision }: Decided) => decision.error),
  member('allowed', 'decision_allowed', [opaque(DECISION)], BOOL, ({ decision }: Decided) => decision.allowed),
  member('reason', 'decision_reason', [opaque(DECISION)], STRING, ({ decision }: Decided) => decision.reason),
];
