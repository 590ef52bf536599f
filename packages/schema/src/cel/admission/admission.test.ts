import { expect, test } from 'vitest';
import {
  type AccessCheck,
  AdmissionEvaluation,
  type AdmissionInput,
  admissionCompiler,
  BudgetExceeded,
} from './index.ts';

const input: AdmissionInput = {
  object: { metadata: { labels: { a: 'b' } }, data: { n: 3, list: ['x'] } },
  oldObject: null,
  namespaceObject: { metadata: { name: 'ns', creationTimestamp: '2026-01-01T00:00:00Z' } },
  request: { operation: 'CREATE', userInfo: { username: 'jane' }, options: { dryRun: ['All'] } },
  params: null,
  decide: () => ({ allowed: false, reason: '', error: '' }),
  requestResource: {},
};

function evaluate(source: string, part: Partial<AdmissionInput> = {}, variables: Record<string, string> = {}) {
  const compiler = admissionCompiler({ params: true, variables: true });
  for (const [name, expression] of Object.entries(variables)) compiler.define(name, expression);
  const expression = compiler.compile(source, { returns: ['any'] });
  return new AdmissionEvaluation(compiler, { ...input, ...part }, 10_000_000).evaluate(expression);
}

test('an expression reads the object without knowing its type, and the request knowing it', () => {
  expect(evaluate('object.data.n == 3 && object.metadata.labels.a == "b"')).toEqual({ value: true });
  expect(evaluate('"y" in object.data.list || oldObject != null')).toEqual({ value: false });
  expect(evaluate('request.userInfo.username + request.options.dryRun[0]')).toEqual({ value: 'janeAll' });
  expect(evaluate('namespaceObject.metadata.creationTimestamp < timestamp("2027-01-01T00:00:00Z")')).toMatchObject({
    error: expect.stringContaining('no such overload'),
  });
  expect(evaluate('request.nope == 1')).toEqual({
    error:
      "compilation error: compilation failed: ERROR: <input>:1:8: undefined field 'nope'\n | request.nope == 1\n | .......^",
  });
});

test('an evaluation that fails says which expression and why', () => {
  expect(evaluate('object.data.zz == "2"')).toEqual({
    error: `expression 'object.data.zz == "2"' resulted in error: no such key: zz`,
  });
});

test('what an expression may yield is checked when it is compiled', () => {
  const { compile } = admissionCompiler({ params: false, variables: false });
  expect(compile('"text"', { returns: ['bool'] })).toEqual({ error: 'must evaluate to bool but got string' });
  expect(compile('object.a', { returns: ['bool'] })).toEqual({ error: 'must evaluate to bool but got dyn' });
  expect(compile('[timestamp("2026-01-01T00:00:00Z")]', { returns: ['string', 'null'] })).toEqual({
    error: 'must evaluate to one of [string null_type] but got list(google.protobuf.Timestamp)',
  });
});

test('params, variables and the authorizer are there only where they should be', () => {
  const { compile } = admissionCompiler({ params: false, variables: false });
  for (const source of ['params == null', 'variables.a == 1']) {
    expect(compile(source, { returns: ['bool'] })).toHaveProperty('error');
  }
  const allowed = 'authorizer.path("/healthz").check("get").allowed()';
  expect(compile(allowed, { returns: ['bool'] })).not.toHaveProperty('error');
  expect(compile(allowed, { returns: ['bool'], authorizer: false })).toHaveProperty('error');
});

test('a variable is evaluated when it is needed, once, with its type', () => {
  let checks = 0;
  const decide = () => {
    checks += 1;
    return { allowed: true, reason: '', error: '' };
  };
  const variables = {
    may: 'authorizer.group("").resource("pods").check("list").allowed()',
    twice: 'variables.may && variables.may',
    never: '1 / 0',
  };
  expect(evaluate('variables.may && variables.twice', { decide }, variables)).toEqual({ value: true });
  expect(checks).toBe(1);
  expect(evaluate('variables.never == 1', {}, variables)).toEqual({
    error: `expression 'variables.never == 1' resulted in error: composited variable "never" fails to evaluate: division by zero`,
  });
  expect(evaluate('variables.may == 1', {}, variables)).toMatchObject({
    error: expect.stringContaining("found no matching overload for '_==_' applied to '(bool, int)'"),
  });
});

test('the authorizer is asked about what its functions have gathered', () => {
  const asked: AccessCheck[] = [];
  const decide = (check: AccessCheck) => {
    asked.push(check);
    return { allowed: check.verb === 'get', reason: 'why', error: '' };
  };
  const source =
    'authorizer.serviceAccount("ns", "sa").group("apps").resource("deployments").subresource("scale").namespace("x").name("y").labelSelector("a=b").check("get").allowed()';
  expect(evaluate(source, { decide })).toEqual({ value: true });
  expect(
    evaluate('authorizer.requestResource.check("list").reason()', { decide, requestResource: { resource: 'pods' } }),
  ).toEqual({ value: 'why' });
  expect(asked).toEqual([
    {
      verb: 'get',
      serviceAccount: { namespace: 'ns', name: 'sa' },
      group: 'apps',
      resource: 'deployments',
      subresource: 'scale',
      namespace: 'x',
      name: 'y',
      fieldSelector: '',
      labelSelector: 'a=b',
    },
    expect.objectContaining({ verb: 'list', resource: 'pods' }),
  ]);
  expect(evaluate('authorizer.path(" ").check("get").allowed()')).toMatchObject({
    error: expect.stringContaining('path must not be empty'),
  });
});

test('an expression affords two checks, a policy what its budget is', () => {
  const check = 'authorizer.path("/x").check("get").allowed()';
  expect(evaluate(`${check} || ${check}`)).toEqual({ value: false });
  expect(evaluate(`${check} || ${check} || ${check}`)).toMatchObject({
    error: expect.stringContaining('operation cancelled: actual cost limit exceeded'),
  });
  const compiler = admissionCompiler({ params: false, variables: false });
  const evaluation = new AdmissionEvaluation(compiler, input, 400_000);
  const expression = compiler.compile(check, { returns: ['bool'] });
  expect(evaluation.evaluate(expression)).toEqual({ value: false });
  expect(() => evaluation.evaluate(expression)).toThrow(BudgetExceeded);
});
