import {
  deepEqual,
  type FieldError,
  forbiddenValue,
  invalidValue,
  type JsonObject,
  RawGoText,
  requiredValue,
  validateDns1123Subdomain,
} from '@opwright/machinery';
import { apiApproval } from '../../api-approval.ts';
import { at, field, items, text, texts } from '../../tree.ts';
import { oneOf, requiredOneOf } from '../checks.ts';
import { immutable } from '../immutable.ts';
import { clientConfigErrors, reviewVersionErrors } from '../webhooks.ts';
import { namesErrors } from './names.ts';
import { missingSchemas, sharedErrors, versionsErrors } from './versions.ts';

/** What is wrong with a CustomResourceDefinition, but for what only a CEL compiler can tell. In Kubernetes' order. */
export function validateDefinition(definition: JsonObject, old?: JsonObject): FieldError[] {
  const spec = at(definition, 'spec');
  const [group, plural] = [text(spec, 'group'), text(at(spec, 'names'), 'plural')];
  const versions = items(spec, 'versions');
  const name = text(at(definition, 'metadata'), 'name');
  const isMisnamed = old === undefined && name !== `${plural}.${group}`;
  // The status alone may say what does not fit; the next change of the spec finds it.
  const isStatus = old !== undefined && deepEqual(at(old, 'spec') ?? {}, spec ?? {});
  return [
    ...(isMisnamed ? [invalidValue('metadata.name', name, 'must be spec.names.plural+"."+spec.group')] : []),
    ...groupErrors(group),
    ...(text(spec, 'scope') === '' ? [requiredValue('spec.scope')] : []),
    ...oneOf(spec, 'scope', 'spec', ['Cluster', 'Namespaced']),
    ...missingSchemas(versions),
    ...versionsErrors(versions, field(spec, 'versions') === undefined),
    ...namesErrors(at(spec, 'names')),
    ...sharedErrors(versions),
    ...conversionErrors(at(spec, 'conversion')),
    ...(isStatus ? [] : storedVersionErrors(definition)),
    ...approvalErrors(definition, group, old),
    ...(field(spec, 'preserveUnknownFields') === true ? [PRESERVES] : []),
  ];
}

const PRESERVES = invalidValue(
  'spec.preserveUnknownFields',
  true,
  'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
);

/** A definition that has been as it is may stay so. */
function approvalErrors(definition: JsonObject, group: string, old: JsonObject | undefined): FieldError[] {
  const approvalOf = (object: JsonObject) => apiApproval(group, at(object, 'metadata', 'annotations') ?? {});
  const approval = approvalOf(definition);
  if (approval === undefined || (old !== undefined && approvalOf(old)?.state === approval.state)) return [];
  const { state, value, message } = approval;
  const path = `metadata.annotations[${approval.annotation}]`;
  if (state === 'Missing') return [requiredValue(path, message)];
  return state === 'Invalid' ? [invalidValue(path, value, message)] : [];
}

function groupErrors(group: string): FieldError[] {
  if (group === '') return [requiredValue('spec.group')];
  const errors = validateDns1123Subdomain(group);
  if (errors.length > 0) return errors.map((why) => invalidValue('spec.group', group, why));
  return group.includes('.') ? [] : [invalidValue('spec.group', group, 'should be a domain with at least one dot')];
}

function conversionErrors(conversion: JsonObject | undefined): FieldError[] {
  if (conversion === undefined) return [];
  const path = 'spec.conversion';
  const webhook = at(conversion, 'webhook');
  const [config, versions] = [at(webhook, 'clientConfig'), texts(webhook, 'conversionReviewVersions')];
  const [configPath, versionsPath] = [`${path}.webhookClientConfig`, `${path}.conversionReviewVersions`];
  const strategy = requiredOneOf(conversion, 'strategy', path, ['None', 'Webhook']);
  if (text(conversion, 'strategy') !== 'Webhook') {
    const why = 'should not be set when strategy is not set to Webhook';
    return [
      ...strategy,
      ...(config === undefined ? [] : [forbiddenValue(configPath, why)]),
      ...(versions.length === 0 ? [] : [forbiddenValue(versionsPath, why)]),
    ];
  }
  return [
    ...(config === undefined
      ? [requiredValue(configPath, 'required when strategy is set to Webhook')]
      : clientConfigErrors(config, configPath)),
    ...reviewVersionErrors(versions, versionsPath),
  ];
}

/** A version in which objects may still be stored must stay known. */
function storedVersionErrors(definition: JsonObject): FieldError[] {
  const stored = texts(at(definition, 'status'), 'storedVersions');
  const path = 'status.storedVersions';
  if (stored.length === 0) {
    return [invalidValue(path, new RawGoText('[]string(nil)'), 'must have at least one stored version')];
  }
  const errors: FieldError[] = [];
  const unknown = new Set(stored);
  for (const version of items(at(definition, 'spec'), 'versions')) {
    const name = text(version, 'name');
    if (field(version, 'storage') === true && !unknown.has(name)) {
      const printed = new RawGoText(`[]string{${stored.map((item) => JSON.stringify(item)).join(', ')}}`);
      errors.push(invalidValue(path, printed, `must have the storage version ${name}`));
    }
    unknown.delete(name);
  }
  for (const [index, name] of stored.entries()) {
    if (unknown.has(name)) errors.push(invalidValue(`${path}[${index}]`, name, 'must appear in spec.versions'));
  }
  return errors;
}

/** What stored objects rely on stays. */
export function validateDefinitionUpdate(definition: JsonObject, old: JsonObject): FieldError[] {
  const [spec, before] = [at(definition, 'spec'), at(old, 'spec')];
  const established = items(at(old, 'status'), 'conditions').some(
    (condition) => text(condition, 'type') === 'Established' && text(condition, 'status') === 'True',
  );
  return [
    ...(established ? immutable(spec, before, 'scope', 'spec.') : []),
    ...(established ? immutable(at(spec, 'names'), at(before, 'names'), 'kind', 'spec.names.') : []),
    ...immutable(spec, before, 'group', 'spec.'),
    ...immutable(at(spec, 'names'), at(before, 'names'), 'plural', 'spec.names.'),
  ];
}
