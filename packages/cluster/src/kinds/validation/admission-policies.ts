import {
  duplicateValue,
  type FieldError,
  forbiddenValue,
  invalidValue,
  type JsonObject,
  RawGoText,
  requiredValue,
  splitApiVersion,
  unsupportedValue,
  validateDns1035Label,
  validateDns1123Subdomain,
  validatePathSegment,
  validateQualifiedName,
} from '@opwright/machinery';
import { type AdmissionCompiler, admissionCompiler } from '@opwright/schema';
import { at, field, items, text, texts } from '../tree.ts';
import { oneOf } from './checks.ts';
import { compileErrors, matchConditionErrors } from './expressions.ts';
import { goList } from './go-values.ts';
import { labelSelectorErrors } from './label-selector.ts';
import { matchResourcesErrors } from './match-resources.ts';

const GROUP = 'admissionregistration';
/** Annotations for the audit log that a policy may have. */
const MAX_AUDIT_ANNOTATIONS = 20;
/** Bytes. */
const MAX_VALUE_EXPRESSION = 5 * 1024;

export function validateValidatingAdmissionPolicy(policy: JsonObject): FieldError[] {
  const spec = at(policy, 'spec');
  const validations = items(spec, 'validations');
  const annotations = items(spec, 'auditAnnotations');
  const { errors, compiler } = policyErrors(spec);
  if (validations.length === 0 && annotations.length === 0) {
    const detail = 'validations or auditAnnotations must contain at least one item';
    return [...errors, requiredValue('spec.validations', detail), requiredValue('spec.auditAnnotations', detail)];
  }
  return [
    ...errors,
    ...validations.flatMap((validation, index) => validationErrors(validation, `spec.validations[${index}]`, compiler)),
    ...auditAnnotationErrors(annotations, text(at(policy, 'metadata'), 'name'), compiler),
  ];
}

/** What all policies have; and the compiler that knows the policy's variables. */
export function policyErrors(
  spec: JsonObject | undefined,
  operations?: readonly string[],
): { readonly errors: FieldError[]; readonly compiler: AdmissionCompiler } {
  const paramKind = at(spec, 'paramKind');
  const params = paramKind !== undefined;
  const variables = items(spec, 'variables');
  const compiler = admissionCompiler({ params, variables: variables.length > 0 });
  const constraints = at(spec, 'matchConstraints');
  const rules = 'spec.matchConstraints.resourceRules';
  return {
    compiler,
    errors: [
      ...oneOf(spec, 'failurePolicy', 'spec', ['Fail', 'Ignore']),
      ...(paramKind === undefined ? [] : paramKindErrors(paramKind)),
      ...(constraints === undefined
        ? [requiredValue('spec.matchConstraints')]
        : [
            ...matchResourcesErrors(constraints, 'spec.matchConstraints'),
            ...(items(constraints, 'resourceRules').length === 0 ? [requiredValue(rules)] : []),
            ...operationErrors(constraints, 'spec.matchConstraints', operations),
          ]),
      ...matchConditionErrors(
        items(spec, 'matchConditions'),
        'spec.matchConditions',
        admissionCompiler({ params, variables: false }),
      ),
      ...variables.flatMap((variable, index) => variableErrors(variable, `spec.variables[${index}]`, compiler)),
    ],
  };
}

/** Operations that policies of a kind are not for. */
function operationErrors(match: JsonObject | undefined, path: string, allowed?: readonly string[]): FieldError[] {
  if (allowed === undefined) return [];
  return items(match, 'resourceRules')
    .flatMap((rule) => texts(rule, 'operations'))
    .filter((operation) => !allowed.includes(operation))
    .map((operation) => unsupportedValue(`${path}.resourceRules.operations`, operation, allowed));
}

function paramKindErrors(paramKind: JsonObject): FieldError[] {
  const [apiVersion, kind] = [text(paramKind, 'apiVersion'), text(paramKind, 'kind')];
  const path = 'spec.paramKind';
  const errors: FieldError[] = [];
  if (apiVersion === '') errors.push(requiredValue(`${path}.apiVersion`));
  else if (apiVersion.split('/').length > 2) {
    errors.push(invalidValue(`${path}.apiVersion`, apiVersion, `unexpected GroupVersion string: ${apiVersion}`));
  } else {
    const [group, version] = apiVersion === '/' ? ['', ''] : splitApiVersion(apiVersion);
    const wrong = (value: string, details: readonly string[]) => {
      if (details.length > 0) errors.push(invalidValue(`${path}.apiVersion`, value, details.join(',')));
    };
    if (group !== '') wrong(group, validateDns1123Subdomain(group));
    if (version === '') wrong(apiVersion, ['version must be specified']);
    else wrong(version, validateDns1035Label(version));
  }
  if (kind === '') errors.push(requiredValue(`${path}.kind`));
  else {
    const wrong = validateDns1035Label(kind.toLowerCase());
    const detail = `may have mixed case, but should otherwise match: ${wrong.join(',')}`;
    if (wrong.length > 0) errors.push(invalidValue(`${path}.kind`, kind, detail));
  }
  return errors;
}

const reserved = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

function variableErrors(variable: JsonObject, path: string, compiler: AdmissionCompiler): FieldError[] {
  const [name, expression] = [text(variable, 'name'), text(variable, 'expression')];
  const errors: FieldError[] = [];
  if (name.trim() === '') errors.push(requiredValue(`${path}.name`, 'name is not specified'));
  else if (!/^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name) || reserved.has(name)) {
    errors.push(invalidValue(`${path}.name`, name, 'name is not a valid CEL identifier'));
  }
  if (expression.trim() === '') {
    return [...errors, requiredValue(`${path}.expression`, 'expression is not specified')];
  }
  return [...errors, ...compileErrors(compiler.define(name, expression), expression, `${path}.expression`)];
}

function validationErrors(validation: JsonObject, path: string, compiler: AdmissionCompiler): FieldError[] {
  const expression = text(validation, 'expression');
  const message = text(validation, 'message');
  const messageExpression = text(validation, 'messageExpression');
  const errors =
    expression.trim() === ''
      ? [requiredValue(`${path}.expression`, 'expression is not specified')]
      : compileErrors(compiler.compile(expression, { returns: ['bool'] }), expression, `${path}.expression`);
  const ofMessage = `${path}.messageExpression`;
  if (messageExpression.trim() !== '') {
    const compiled = compiler.compile(messageExpression, { returns: ['string'], authorizer: false });
    errors.push(...compileErrors(compiled, messageExpression, ofMessage));
  } else if (messageExpression !== '') {
    errors.push(invalidValue(ofMessage, messageExpression, 'must be non-empty if specified'));
  }
  const wrongMessage = (detail: string) => errors.push(invalidValue(`${path}.message`, message, detail));
  if (message !== '' && message.trim() === '') wrongMessage('message must be non-empty if specified');
  else if (/[\n\r]/.test(message.trim())) wrongMessage('message must not contain line breaks');
  const reason = field(validation, 'reason');
  const reasons = ['Forbidden', 'Invalid', 'RequestEntityTooLarge'];
  if (typeof reason === 'string' && !reasons.includes(reason)) {
    errors.push(unsupportedValue(`${path}.reason`, reason, reasons));
  }
  return errors;
}

function auditAnnotationErrors(
  annotations: readonly JsonObject[],
  policy: string,
  compiler: AdmissionCompiler,
): FieldError[] {
  const path = 'spec.auditAnnotations';
  const keys = new Set<string>();
  const errors = annotations.flatMap((annotation, index) => {
    const here = `${path}[${index}]`;
    const key = text(annotation, 'key');
    const source = text(annotation, 'valueExpression');
    const own =
      policy === ''
        ? [invalidValue(`${here}.key`, key, 'requires metadata.name be non-empty')]
        : validateQualifiedName(`${policy}/${key}`).map((why) => invalidValue(`${here}.key`, `${policy}/${key}`, why));
    const at = `${here}.valueExpression`;
    const expression = source.trim();
    if (expression === '') own.push(requiredValue(at, 'valueExpression is not specified'));
    else if (Buffer.byteLength(expression) > MAX_VALUE_EXPRESSION) {
      own.push(requiredValue(at, `must not exceed ${MAX_VALUE_EXPRESSION} bytes in length`));
    } else own.push(...compileErrors(compiler.compile(expression, { returns: ['string', 'null'] }), source, at));
    if (keys.has(key)) own.push(duplicateValue(`${here}.key`, key));
    keys.add(key);
    return own;
  });
  if (annotations.length <= MAX_AUDIT_ANNOTATIONS) return errors;
  const value = new RawGoText(`[]${GROUP}.AuditAnnotation{}`);
  return [invalidValue(path, value, `must not have more than ${MAX_AUDIT_ANNOTATIONS} auditAnnotations`), ...errors];
}

export function validateValidatingAdmissionPolicyBinding(binding: JsonObject): FieldError[] {
  const spec = at(binding, 'spec');
  return [...bindingErrors(spec), ...actionErrors(texts(spec, 'validationActions'), 'spec.validationActions')];
}

/** What all bindings have. */
export function bindingErrors(spec: JsonObject | undefined, operations?: readonly string[]): FieldError[] {
  const policy = text(spec, 'policyName');
  return [
    ...(policy === ''
      ? [requiredValue('spec.policyName')]
      : validateDns1123Subdomain(policy).map((why) => invalidValue('spec.policyName', policy, why))),
    ...paramRefErrors(at(spec, 'paramRef'), 'spec.paramRef'),
    ...matchResourcesErrors(at(spec, 'matchResources'), 'spec.matchResources'),
    ...operationErrors(at(spec, 'matchResources'), 'spec.matchResources', operations),
  ];
}

function paramRefErrors(ref: JsonObject | undefined, path: string): FieldError[] {
  if (ref === undefined) return [];
  const name = text(ref, 'name');
  const selector = at(ref, 'selector');
  const both = name !== '' && selector !== undefined ? 'name and selector are mutually exclusive' : undefined;
  const action = text(ref, 'parameterNotFoundAction');
  const errors = validatePathSegment(name).map((why) => invalidValue(`${path}.name`, name, why));
  if (both !== undefined) errors.push(forbiddenValue(`${path}.name`, both));
  errors.push(...labelSelectorErrors(selector, `${path}.selector`));
  if (both !== undefined) errors.push(forbiddenValue(`${path}.selector`, both));
  if (name === '' && selector === undefined) {
    errors.push(requiredValue(path, 'one of name or selector must be specified'));
  }
  if (action === '') errors.push(requiredValue(`${path}.parameterNotFoundAction`));
  else errors.push(...oneOf(ref, 'parameterNotFoundAction', path, ['Deny', 'Allow']));
  return errors;
}

function actionErrors(actions: readonly string[], path: string): FieldError[] {
  const supported = ['Audit', 'Deny', 'Warn'];
  const errors = actions.flatMap((action, index) => [
    ...(supported.includes(action) ? [] : [unsupportedValue(`${path}[${index}]`, action, supported)]),
    ...(actions.indexOf(action) < index ? [duplicateValue(`${path}[${index}]`, action)] : []),
  ]);
  if (actions.includes('Deny') && actions.includes('Warn')) {
    const detail =
      'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)';
    errors.push(invalidValue(path, goList(actions, `[]${GROUP}.ValidationAction`), detail));
  }
  if (actions.length === 0) errors.push(requiredValue(path, 'at least one validation action is required'));
  return errors;
}
