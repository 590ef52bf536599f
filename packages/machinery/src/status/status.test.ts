import { describe, expect, test } from 'vitest';
import { NumberLexeme } from '../json/number-lexeme.ts';
import { type Status, StatusError } from '../status.ts';
import {
  duplicateValue,
  forbiddenValue,
  goValue,
  internalFieldError,
  invalidValue,
  requiredValue,
  tooManyItems,
  typeInvalid,
  unsupportedValue,
  valueNotFound,
  valueTooLong,
} from './field-error.ts';
import {
  isAlreadyExists,
  isConflict,
  isExpired,
  isForbidden,
  isGone,
  isInvalid,
  isNamespaceTerminating,
  isNotFound,
  isServerError,
  isStatusError,
  isTimeout,
  isTooManyRequests,
  isUnauthorized,
  retryAfterMs,
} from './guards.ts';
import {
  alreadyExists,
  applyConflict,
  badRequest,
  beingDeleted,
  conflict,
  deleted,
  expired,
  forbidden,
  generateNameConflict,
  genericFailure,
  internalError,
  invalid,
  methodNotAllowed,
  notAcceptable,
  notFound,
  preconditionFailed,
  resourceNotFound,
  serverTimeout,
  serviceUnavailable,
  success,
  timeout,
  tooLarge,
  tooLargeResourceVersion,
  tooManyRequests,
  tooOldResourceVersion,
  unauthorized,
  unprocessable,
  unsupportedMediaType,
} from './status-of.ts';

const configMaps = { group: '', plural: 'configmaps', kind: 'ConfigMap' };
const deployments = { group: 'apps', plural: 'deployments', kind: 'Deployment' };

describe('statuses', () => {
  // As a real API server wrote them: the order of the keys counts too.
  test.each<[Status, string]>([
    [
      notFound(deployments, 'x'),
      '"message":"deployments.apps \\"x\\" not found","reason":"NotFound","details":{"name":"x","group":"apps","kind":"deployments"},"code":404',
    ],
    [
      resourceNotFound(),
      '"message":"the server could not find the requested resource","reason":"NotFound","details":{},"code":404',
    ],
    [
      alreadyExists(configMaps, 'x1'),
      '"message":"configmaps \\"x1\\" already exists","reason":"AlreadyExists","details":{"name":"x1","kind":"configmaps"},"code":409',
    ],
    [
      beingDeleted(configMaps, 'd2'),
      '"message":"object is being deleted: configmaps \\"d2\\" already exists","reason":"AlreadyExists","details":{"name":"d2","kind":"configmaps"},"code":409',
    ],
    [
      generateNameConflict(configMaps, 'n'),
      '"message":"configmaps \\"n\\" already exists, the server was not able to generate a unique name for the object","reason":"AlreadyExists","details":{"name":"n","kind":"configmaps","retryAfterSeconds":1},"code":409',
    ],
    [
      conflict(configMaps, 'u1'),
      '"message":"Operation cannot be fulfilled on configmaps \\"u1\\": the object has been modified; please apply your changes to the latest version and try again","reason":"Conflict","details":{"name":"u1","kind":"configmaps"},"code":409',
    ],
    [
      preconditionFailed(configMaps, 'd3', 'no'),
      '"message":"Operation cannot be fulfilled on ConfigMap \\"d3\\": no","reason":"Conflict","details":{"name":"d3","kind":"ConfigMap"},"code":409',
    ],
    [
      applyConflict('m', [{ reason: 'FieldManagerConflict', message: 'c', field: '.spec' }]),
      '"message":"m","reason":"Conflict","details":{"causes":[{"reason":"FieldManagerConflict","message":"c","field":".spec"}]},"code":409',
    ],
    [
      forbidden(deployments, '', 'why'),
      '"message":"deployments.apps is forbidden: why","reason":"Forbidden","details":{"group":"apps","kind":"deployments"},"code":403',
    ],
    [
      forbidden(configMaps, 'a', 'why'),
      '"message":"configmaps \\"a\\" is forbidden: why","reason":"Forbidden","details":{"name":"a","kind":"configmaps"},"code":403',
    ],
    [forbidden(undefined, '', 'why'), '"message":"forbidden: why","reason":"Forbidden","details":{},"code":403'],
    [unauthorized(), '"message":"Unauthorized","reason":"Unauthorized","code":401'],
    [badRequest('why'), '"message":"why","reason":"BadRequest","code":400'],
    [
      methodNotAllowed(),
      '"message":"the server does not allow this method on the requested resource","reason":"MethodNotAllowed","details":{},"code":405',
    ],
    [
      notAcceptable(['application/json', 'application/yaml']),
      '"message":"only the following media types are accepted: application/json, application/yaml","reason":"NotAcceptable","code":406',
    ],
    [
      unsupportedMediaType(['application/json']),
      '"message":"the body of the request was in an unknown format - accepted media types include: application/json","reason":"UnsupportedMediaType","code":415',
    ],
    [
      unprocessable(),
      '"message":"the server rejected our request due to an error in our request","reason":"Invalid","details":{},"code":422',
    ],
    [expired('gone'), '"message":"gone","reason":"Expired","code":410'],
    [
      tooOldResourceVersion(300, 2130),
      '"message":"too old resource version: 300 (2130)","reason":"Expired","code":410',
    ],
    [
      tooLarge('limit is 3145728'),
      '"message":"Request entity too large: limit is 3145728","reason":"RequestEntityTooLarge","code":413',
    ],
    [
      tooManyRequests('later', 1),
      '"message":"later","reason":"TooManyRequests","details":{"retryAfterSeconds":1},"code":429',
    ],
    [
      internalError('boom'),
      '"message":"Internal error occurred: boom","reason":"InternalError","details":{"causes":[{"message":"boom"}]},"code":500',
    ],
    [
      tooLargeResourceVersion(99999999, 265),
      '"message":"Timeout: Too large resource version: 99999999, current: 265","reason":"Timeout","details":{"causes":[{"reason":"ResourceVersionTooLarge","message":"Too large resource version"}],"retryAfterSeconds":1},"code":504',
    ],
    [serviceUnavailable('down'), '"message":"down","reason":"ServiceUnavailable","code":503'],
    [genericFailure(500, 'raw'), '"message":"raw","code":500'],
  ])('%# have the keys and texts of Kubernetes', (status, rest) => {
    expect(JSON.stringify(status)).toBe(`{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure",${rest}}`);
  });

  test('of success carry what was done', () => {
    expect(JSON.stringify(deleted(configMaps, 'd1', 'u'))).toBe(
      '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success","details":{"name":"d1","kind":"configmaps","uid":"u"}}',
    );
    expect(success(201)).toMatchObject({ status: 'Success', code: 201 });
  });

  test('of invalid objects name equal errors once in the message and each in the causes', () => {
    const error = requiredValue('spec.a');
    expect(invalid(configMaps, 'x', [error, error]).message).toBe('ConfigMap "x" is invalid: spec.a: Required value');
    const status = invalid(deployments, 'x', [error, requiredValue('spec.b', 'why'), error]);
    expect(status.message).toBe(
      'Deployment.apps "x" is invalid: [spec.a: Required value, spec.b: Required value: why]',
    );
    expect(JSON.stringify(status.details)).toBe(
      '{"name":"x","group":"apps","kind":"Deployment","causes":[{"reason":"FieldValueRequired","message":"Required value","field":"spec.a"},{"reason":"FieldValueRequired","message":"Required value: why","field":"spec.b"},{"reason":"FieldValueRequired","message":"Required value","field":"spec.a"}]}',
    );
    expect(invalid({ group: '', kind: '' }, '', [invalidValue('patch', 'x', 'why')]).message).toBe(
      ' "" is invalid: patch: Invalid value: "x": why',
    );
  });
});

describe('field errors', () => {
  test.each([
    [invalidValue('f', null, 'why'), 'FieldValueInvalid', 'Invalid value: "null": why'],
    [invalidValue('f', 'a"b', 'why'), 'FieldValueInvalid', 'Invalid value: "a\\"b": why'],
    [
      invalidValue('f', -1, 'must be greater than or equal to 0'),
      'FieldValueInvalid',
      'Invalid value: -1: must be greater than or equal to 0',
    ],
    [typeInvalid('f', 'integer', 'why'), 'FieldValueTypeInvalid', 'Invalid value: "integer": why'],
    [duplicateValue('f', 'C'), 'FieldValueDuplicate', 'Duplicate value: "C"'],
    [forbiddenValue('f', 'why'), 'FieldValueForbidden', 'Forbidden: why'],
    [valueNotFound('f', 'nope'), 'FieldValueNotFound', 'Not found: "nope"'],
    [
      unsupportedValue('f', 'x', ['A', 'B']),
      'FieldValueNotSupported',
      'Unsupported value: "x": supported values: "A", "B"',
    ],
    [valueTooLong('f', 5), 'FieldValueTooLong', 'Too long: may not be more than 5 bytes'],
    [tooManyItems('f', 3, 2), 'FieldValueTooMany', 'Too many: 3: must have at most 2 items'],
    [internalFieldError('f', 'why'), 'InternalError', 'Internal error: why'],
  ])('%# have the texts of Kubernetes', (error, reason, message) => {
    expect(error).toEqual({ field: 'f', reason, message });
  });

  test.each<[unknown, string]>([
    [1.5, '1.5'],
    [1e-7, '1e-07'],
    [0.00001, '1e-05'],
    [1e21, '1e+21'],
    [1_000_000, '1000000'],
    [123456.5, '123456.5'],
    [123456789.5, '1.234567895e+08'],
    [new NumberLexeme('1e6'), '1e+06'],
    [true, 'true'],
    [new NumberLexeme('9007199254740993'), '9007199254740993'],
    [new NumberLexeme('1.0'), '1'],
    [
      { b: [1, 'x', null], a: {} },
      'map[string]interface {}{"a":map[string]interface {}{}, "b":[]interface {}{1, "x", interface {}(nil)}}',
    ],
  ])('print %j as Go does', (value, text) => {
    expect(goValue(value)).toBe(text);
  });
});

describe('guards', () => {
  const error = (status: Status) => new StatusError(status);

  test('look at the reason', () => {
    expect(isNotFound(error(notFound(configMaps, 'x')))).toBe(true);
    expect(isAlreadyExists(error(alreadyExists(configMaps, 'x')))).toBe(true);
    expect(isConflict(error(alreadyExists(configMaps, 'x')))).toBe(false);
    expect(isConflict(error(conflict(configMaps, 'x')))).toBe(true);
    expect(isInvalid(error(invalid(configMaps, 'x', [])))).toBe(true);
    expect(isForbidden(error(forbidden(configMaps, 'x', 'y')))).toBe(true);
    expect(isUnauthorized(error(unauthorized()))).toBe(true);
    expect(isTooManyRequests(error(tooManyRequests('x', 1)))).toBe(true);
    expect(isTimeout(error(timeout('x', 1)))).toBe(true);
    expect(isTimeout(error(serverTimeout(configMaps, 'create')))).toBe(true);
    expect(isServerError(error(genericFailure(500, 'x')))).toBe(true);
    expect(isServerError(error(badRequest('x')))).toBe(false);
  });

  test('look at the code where the reason says nothing', () => {
    expect(isNotFound(error(genericFailure(404, 'x')))).toBe(true);
    expect(isConflict(error({ ...genericFailure(409, 'x'), reason: 'Strange' }))).toBe(true);
    expect(isAlreadyExists(error(genericFailure(409, 'x')))).toBe(false);
  });

  test('take Gone and Expired for the same', () => {
    expect(isGone(error(expired('x')))).toBe(true);
    expect(isExpired(error({ ...genericFailure(410, 'x'), reason: 'Gone' }))).toBe(true);
    expect(isExpired(error(genericFailure(410, 'x')))).toBe(true);
  });

  test('accept anything and know their own', () => {
    for (const other of [undefined, null, 'x', {}, new Error('not found'), { status: notFound(configMaps, 'x') }]) {
      expect(isStatusError(other)).toBe(false);
      expect(isNotFound(other)).toBe(false);
      expect(retryAfterMs(other)).toBeUndefined();
    }
    const foreign = Object.assign(new Error('x'), {
      name: 'StatusError',
      status: notFound(configMaps, 'x'),
      code: 404,
      reason: 'NotFound',
    });
    expect(isNotFound(foreign)).toBe(true);
  });

  test('know a namespace that is going away', () => {
    const why = 'unable to create new content in namespace pd because it is being terminated';
    const cause = {
      reason: 'NamespaceTerminating',
      message: 'namespace pd is being terminated',
      field: 'metadata.namespace',
    };
    expect(isNamespaceTerminating(error(forbidden(configMaps, 'late', why)))).toBe(false);
    expect(isNamespaceTerminating(error(forbidden(configMaps, 'late', why, [cause])))).toBe(true);
  });

  test('tell how long to wait', () => {
    expect(retryAfterMs(error(tooManyRequests('x', 3)))).toBe(3000);
    expect(retryAfterMs(error(serverTimeout(configMaps, 'create')))).toBe(0);
    expect(retryAfterMs(error(notFound(configMaps, 'x')))).toBeUndefined();
  });
});
