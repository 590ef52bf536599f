import { type JsonObject, splitApiVersion } from '@opwright/machinery';
import {
  type AdmissionCompiler,
  type AdmissionExpression,
  admissionCompiler,
  type ExpressionError,
  type Returns,
} from '@opwright/schema';
import { at, items, text, texts } from '../../../kinds/tree.ts';
import type { StoredObject } from '../../../store/object.ts';
import { type MatchCondition, readConditions } from '../expressions/match-conditions.ts';
import { type MatchCriteria, readRule, readSelection } from '../match.ts';

type Compiled = AdmissionExpression | ExpressionError;

/** What every policy of admission has, read and compiled. */
export interface Policy {
  readonly name: string;
  readonly paramKind?: ParamKind;
  readonly constraints: MatchCriteria;
  readonly matchConditions: readonly MatchCondition[];
  readonly failurePolicy: 'Fail' | 'Ignore';
  readonly compiler: AdmissionCompiler;
}

export interface ParamKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** A ValidatingAdmissionPolicy. */
export interface ValidatingPolicy extends Policy {
  readonly validations: readonly Validation[];
  readonly auditAnnotations: readonly { readonly key: string; readonly value: Compiled }[];
}

export interface Validation {
  /** As it is written. */
  readonly source: string;
  readonly expression: Compiled;
  readonly message: string;
  readonly messageExpression?: Compiled;
  readonly reason: string;
}

/** A MutatingAdmissionPolicy. */
export interface MutatingPolicy extends Policy {
  readonly mutations: readonly Mutation[];
  readonly reinvocationPolicy: 'Never' | 'IfNeeded';
}

export interface Mutation {
  readonly type: 'ApplyConfiguration' | 'JSONPatch';
  readonly expression: Compiled;
}

/** Where a policy applies, and with which parameters. */
export interface Binding {
  readonly name: string;
  readonly policyName: string;
  readonly paramRef?: JsonObject;
  /** Absent: wherever the policy does. */
  readonly resources?: MatchCriteria;
  readonly actions: readonly string[];
}

/** Reads the part that all policies have; the compiler knows the policy's variables. */
export function readPolicy(policy: StoredObject): Policy {
  const spec = at(policy, 'spec');
  const param = at(spec, 'paramKind');
  const compiler = admissionCompiler({ params: param !== undefined, variables: true });
  for (const variable of items(spec, 'variables'))
    compiler.define(text(variable, 'name'), text(variable, 'expression'));
  return {
    name: policy.metadata.name,
    ...(param === undefined ? {} : { paramKind: readParamKind(param) }),
    constraints: readCriteria(at(spec, 'matchConstraints')),
    matchConditions: readConditions(items(spec, 'matchConditions'), compiler),
    failurePolicy: text(spec, 'failurePolicy') === 'Ignore' ? 'Ignore' : 'Fail',
    compiler,
  };
}

function readParamKind(param: JsonObject): ParamKind {
  const [group, version] = splitApiVersion(text(param, 'apiVersion'));
  return { group, version, kind: text(param, 'kind') };
}

function readCriteria(match: JsonObject | undefined): MatchCriteria {
  const rules = items(match, 'resourceRules').map(readRule);
  return {
    ...readSelection(match),
    ...(rules.length === 0 ? {} : { rules }),
    excluded: items(match, 'excludeResourceRules').map(readRule),
  };
}

export function readValidatingPolicy(policy: StoredObject): ValidatingPolicy {
  const common = readPolicy(policy);
  const { compiler } = common;
  const spec = at(policy, 'spec');
  return {
    ...common,
    validations: items(spec, 'validations').map((validation) => {
      const source = text(validation, 'expression');
      const messageExpression = text(validation, 'messageExpression');
      return {
        source,
        expression: compiler.compile(source, { returns: ['bool'] }),
        message: text(validation, 'message').trim(),
        ...(messageExpression !== '' && {
          messageExpression: compiler.compile(messageExpression, { returns: ['string'], authorizer: false }),
        }),
        reason: text(validation, 'reason') || 'Invalid',
      };
    }),
    auditAnnotations: items(spec, 'auditAnnotations').map((annotation) => ({
      key: text(annotation, 'key'),
      value: compiler.compile(text(annotation, 'valueExpression'), { returns: ['string', 'null'] }),
    })),
  };
}

export function readMutatingPolicy(policy: StoredObject): MutatingPolicy {
  const common = readPolicy(policy);
  const spec = at(policy, 'spec');
  return {
    ...common,
    mutations: items(spec, 'mutations').map((mutation): Mutation => {
      const patch = text(mutation, 'patchType') === 'JSONPatch';
      const source = text(at(mutation, patch ? 'jsonPatch' : 'applyConfiguration'), 'expression');
      const returns: Returns = [patch ? 'list(JSONPatch)' : 'Object'];
      return {
        type: patch ? 'JSONPatch' : 'ApplyConfiguration',
        expression: common.compiler.compile(source, { returns, patches: true }),
      };
    }),
    reinvocationPolicy: text(spec, 'reinvocationPolicy') === 'IfNeeded' ? 'IfNeeded' : 'Never',
  };
}

export function readBinding(binding: StoredObject): Binding {
  const spec = at(binding, 'spec');
  const [paramRef, resources] = [at(spec, 'paramRef'), at(spec, 'matchResources')];
  return {
    name: binding.metadata.name,
    policyName: text(spec, 'policyName'),
    ...(paramRef === undefined ? {} : { paramRef }),
    ...(resources === undefined ? {} : { resources: readCriteria(resources) }),
    actions: texts(spec, 'validationActions'),
  };
}
