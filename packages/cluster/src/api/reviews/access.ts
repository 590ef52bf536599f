import { formatTime, getOwn, invalidValue, isPlainObject, orderFields } from '@opwright/machinery';
import type { FieldError, MutableObject } from '../../kinds/kind.ts';
import { authenticated } from '../authenticate.ts';
import type { AccessAttributes } from '../authorize.ts';
import type { Call, Result } from '../context.ts';
import { decodeBody } from '../decode.ts';
import { badRequest, invalid } from '../errors.ts';
import type { UserInfo } from '../http-types.ts';
import { metadataOf } from '../metadata.ts';
import { writeOptions } from '../options.ts';

/** SubjectAccessReview, its Local and its Self form: may somebody do something. */
export async function subjectAccessReview(call: Call): Promise<Result> {
  const { kind, info, server, user } = call;
  const review = readReview(call);
  const spec = objectAt(review, 'spec');
  const isSelf = kind.kind === 'SelfSubjectAccessReview';
  const resource = getOwn(spec, 'resourceAttributes');
  const path = getOwn(spec, 'nonResourceAttributes');
  const errors: FieldError[] = [];
  if (isPlainObject(resource) === isPlainObject(path)) {
    const detail = isPlainObject(resource)
      ? 'cannot be specified in combination with resourceAttributes'
      : 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
    errors.push(
      invalidValue(isPlainObject(resource) ? 'spec.nonResourceAttributes' : 'spec.resourceAttributes', null, detail),
    );
  }
  const name = textAt(spec, 'user');
  const groups = getOwn(spec, 'groups');
  const given = Array.isArray(groups) ? groups.map(String) : [];
  if (!isSelf && name === '' && given.length === 0) {
    errors.push(invalidValue('spec.user', '', 'at least one of user or group must be specified'));
  }
  // The review is refused by its group alone, as kube-apiserver does.
  if (errors.length > 0) throw invalid({ group: kind.group, kind: '' }, '', errors);
  if (
    kind.kind === 'LocalSubjectAccessReview' &&
    isPlainObject(resource) &&
    textAt(resource, 'namespace') !== info.namespace
  ) {
    throw badRequest(`spec.resourceAttributes.namespace must match namespace: ${info.namespace}`);
  }

  const who: UserInfo = isSelf ? user : { name, groups: given };
  const decision = await server.authorizer.authorize(attributesOf(who, resource, path));
  review.status = { allowed: decision.allowed, ...(decision.reason === '' ? {} : { reason: decision.reason }) };
  return { code: 201, plain: orderFields(kind.type, review) };
}

/** SelfSubjectReview: who am I. */
export async function selfSubjectReview(call: Call): Promise<Result> {
  const { kind, server, user } = call;
  const review = readReview(call);
  metadataOf(review).creationTimestamp = formatTime(server.clock.now());
  const { name: username, uid, groups, extra } = authenticated(user);
  review.status = {
    userInfo: {
      username,
      ...(uid === undefined ? {} : { uid }),
      groups: [...groups],
      ...(extra === undefined ? {} : { extra }),
    },
  };
  return { code: 201, plain: orderFields(kind.type, review) };
}

function readReview(call: Call): MutableObject {
  const options = writeOptions('CreateOptions', call.info.query);
  return decodeBody(call.request, call.kind, options.fieldValidation, call.warnings, call.server.protobuf);
}

function attributesOf(user: UserInfo, resource: unknown, path: unknown): AccessAttributes {
  if (isPlainObject(path)) return { user, verb: textAt(path, 'verb'), path: textAt(path, 'path') };
  const attributes = resource as { [key: string]: unknown };
  return {
    user,
    verb: textAt(attributes, 'verb'),
    group: textAt(attributes, 'group'),
    version: textAt(attributes, 'version'),
    resource: textAt(attributes, 'resource'),
    subresource: textAt(attributes, 'subresource'),
    namespace: textAt(attributes, 'namespace'),
    name: textAt(attributes, 'name'),
  };
}

function objectAt(object: { [key: string]: unknown }, key: string): { [key: string]: unknown } {
  const value = getOwn(object, key);
  return isPlainObject(value) ? value : {};
}

function textAt(object: { [key: string]: unknown }, key: string): string {
  const value = getOwn(object, key);
  return typeof value === 'string' ? value : '';
}
