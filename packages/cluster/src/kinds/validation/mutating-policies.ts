import { type FieldError, invalidValue, type JsonObject, requiredValue, unsupportedValue } from '@opwright/machinery';
import type { AdmissionCompiler, Returns } from '@opwright/schema';
import { at, items, text } from '../tree.ts';
import { bindingErrors, policyErrors } from './admission-policies.ts';
import { compileErrors } from './expressions.ts';

/** There is nothing to change in what is deleted. */
const operations = ['*', 'CONNECT', 'CREATE', 'UPDATE'];

export function validateMutatingAdmissionPolicy(policy: JsonObject): FieldError[] {
  const spec = at(policy, 'spec');
  const mutations = items(spec, 'mutations');
  const { errors, compiler } = policyErrors(spec, operations);
  return [
    ...errors,
    ...(mutations.length === 0 ? [requiredValue('spec.mutations', 'mutations must contain at least one item')] : []),
    ...mutations.flatMap((mutation, index) => mutationErrors(mutation, `spec.mutations[${index}]`, compiler)),
    ...chosen(text(spec, 'reinvocationPolicy'), 'spec.reinvocationPolicy', ['IfNeeded', 'Never']),
  ];
}

export function validateMutatingAdmissionPolicyBinding(binding: JsonObject): FieldError[] {
  return bindingErrors(at(binding, 'spec'), operations);
}

/** By type of patch: the field that holds it, and what its expression makes. */
const PATCHES: Readonly<Record<string, readonly [field: string, returns: Returns]>> = {
  ApplyConfiguration: ['applyConfiguration', ['Object']],
  JSONPatch: ['jsonPatch', ['list(JSONPatch)']],
};

function mutationErrors(mutation: JsonObject, path: string, compiler: AdmissionCompiler): FieldError[] {
  const type = text(mutation, 'patchType');
  const patch = PATCHES[type];
  if (patch === undefined) return chosen(type, `${path}.patchType`, Object.keys(PATCHES));
  const [key, returns] = patch;
  const errors: FieldError[] = [];
  const wanted = at(mutation, key);
  const source = text(wanted, 'expression').trim();
  const here = `${path}.${key}`;
  if (wanted === undefined) errors.push(requiredValue(here, `must be specified when patchType is ${type}`));
  else if (source === '') errors.push(requiredValue(`${here}.expression`));
  else
    errors.push(...compileErrors(compiler.compile(source, { returns, patches: true }), source, `${here}.expression`));
  for (const [other] of Object.values(PATCHES)) {
    if (other === key || at(mutation, other) === undefined) continue;
    errors.push(invalidValue(`${path}.${other}`, `{${other}}`, `must not be specified when patchType is ${type}`));
  }
  return errors;
}

function chosen(value: string, path: string, supported: readonly string[]): FieldError[] {
  if (value === '') return [requiredValue(path)];
  return supported.includes(value) ? [] : [unsupportedValue(path, value, supported)];
}
