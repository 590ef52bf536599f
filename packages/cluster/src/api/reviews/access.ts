import { invalidValue, type JsonObject, RawGoText } from '@opwright/machinery';
import type { FieldError, MutableObject } from '../../kinds/kind.ts';
import { asJson, at, text, texts } from '../../kinds/tree.ts';
import type { AccessAttributes } from '../authorize.ts';
import type { Call, Result } from '../context.ts';
import { badRequest, invalid } from '../errors.ts';
import type { UserInfo } from '../http-types.ts';
import { metadataOf, metaText } from '../metadata.ts';
import { admitReview, answered, readReview } from './review.ts';
import { selectorErrors, selectorProblems } from './selectors.ts';

/** SubjectAccessReview, its Local and its Self form: may somebody do something. */
export async function subjectAccessReview(call: Call): Promise<Result> {
  const { kind, info, server, user } = call;
  const review = readReview(call);
  const isLocal = kind.kind === 'LocalSubjectAccessReview';
  if (isLocal) checkNamespace(call, review);
  const isSelf = kind.kind === 'SelfSubjectAccessReview';
  const spec = at(asJson(review), 'spec');
  const errors = [
    ...specErrors(spec, !isSelf),
    ...metadataErrors(review, isLocal),
    ...(isLocal ? localErrors(spec, metaText(review, 'namespace')) : []),
  ];
  // The review is refused by its group alone, as kube-apiserver does.
  if (errors.length > 0) throw invalid({ group: kind.group, kind: '' }, '', errors);
  if (isLocal && metaText(review, 'namespace') !== info.namespace) {
    throw badRequest(`spec.resourceAttributes.namespace must match namespace: ${info.namespace}`);
  }
  await admitReview(call, review);

  const { allowed, reason } = await server.authorizer.authorize(attributesOf(isSelf ? user : userOf(spec), spec));
  const problems = selectorProblems(at(spec, 'resourceAttributes'));
  review.status = {
    allowed,
    ...(reason !== '' && { reason }),
    ...(problems !== '' && { evaluationError: problems }),
  };
  return answered(call, review);
}

function checkNamespace({ info }: Call, review: MutableObject): void {
  const namespace = metaText(review, 'namespace');
  if (namespace !== '' && namespace !== info.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  metadataOf(review).namespace = info.namespace;
}

function specErrors(spec: JsonObject | undefined, namesSubject: boolean): FieldError[] {
  const [resource, path] = [at(spec, 'resourceAttributes'), at(spec, 'nonResourceAttributes')];
  const errors: FieldError[] = [];
  if (resource !== undefined && path !== undefined) {
    const why = 'cannot be specified in combination with resourceAttributes';
    errors.push(invalidValue('spec.nonResourceAttributes', goPathAttributes(path), why));
  }
  if (resource === undefined && path === undefined) {
    const why = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
    errors.push(invalidValue('spec.resourceAttributes', null, why));
  }
  if (namesSubject && text(spec, 'user') === '' && texts(spec, 'groups').length === 0) {
    errors.push(invalidValue('spec.user', '', 'at least one of user or group must be specified'));
  }
  return [...errors, ...selectorErrors(resource, 'spec.resourceAttributes')];
}

/** A question has no name: nothing in its metadata counts. */
function metadataErrors(review: MutableObject, isLocal: boolean): FieldError[] {
  const { managedFields: _m, creationTimestamp, namespace, ...others } = metadataOf(review);
  const isEmpty =
    Object.keys(others).length === 0 && (creationTimestamp ?? null) === null && (isLocal || namespace === undefined);
  if (isEmpty) return [];
  const why = isLocal ? 'must be empty except for namespace' : 'must be empty';
  return [invalidValue('metadata', new RawGoText('v1.ObjectMeta{}'), why)];
}

function localErrors(spec: JsonObject | undefined, namespace: string): FieldError[] {
  const [resource, path] = [at(spec, 'resourceAttributes'), at(spec, 'nonResourceAttributes')];
  const errors: FieldError[] = [];
  if (resource !== undefined && text(resource, 'namespace') !== namespace) {
    const field = 'spec.resourceAttributes.namespace';
    errors.push(invalidValue(field, text(resource, 'namespace'), 'must match metadata.namespace'));
  }
  if (path !== undefined) {
    const why = 'disallowed on this kind of request';
    errors.push(invalidValue('spec.nonResourceAttributes', goPathAttributes(path), why));
  }
  return errors;
}

function goPathAttributes(path: JsonObject): RawGoText {
  const [where, verb] = [text(path, 'path'), text(path, 'verb')].map((value) => JSON.stringify(value));
  return new RawGoText(`authorization.NonResourceAttributes{Path:${where}, Verb:${verb}}`);
}

function userOf(spec: JsonObject | undefined): UserInfo {
  const extra = Object.entries(at(spec, 'extra') ?? {}).map(([key]) => [key, texts(at(spec, 'extra'), key)]);
  return {
    name: text(spec, 'user'),
    groups: texts(spec, 'groups'),
    ...(text(spec, 'uid') !== '' && { uid: text(spec, 'uid') }),
    ...(extra.length > 0 && { extra: Object.fromEntries(extra) }),
  };
}

function attributesOf(user: UserInfo, spec: JsonObject | undefined): AccessAttributes {
  const path = at(spec, 'nonResourceAttributes');
  if (path !== undefined) return { user, verb: text(path, 'verb'), path: text(path, 'path') };
  const resource = at(spec, 'resourceAttributes');
  return {
    user,
    verb: text(resource, 'verb'),
    group: text(resource, 'group'),
    version: text(resource, 'version') || '*',
    resource: text(resource, 'resource'),
    subresource: text(resource, 'subresource'),
    namespace: text(resource, 'namespace'),
    name: text(resource, 'name'),
  };
}
