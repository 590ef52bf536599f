import { asJson, at, text, texts } from '../../kinds/tree.ts';
import type { Call, Result } from '../context.ts';
import { badRequest } from '../errors.ts';
import { resolutionError } from '../rbac/rules.ts';
import { admitReview, answered, readReview } from './review.ts';

/** SelfSubjectRulesReview: what may I do in a namespace. */
export async function selfSubjectRulesReview(call: Call): Promise<Result> {
  const { kind, server, user } = call;
  const review = readReview(call);
  const namespace = text(at(asJson(review), 'spec'), 'namespace');
  if (namespace === '') throw badRequest('no namespace on request');
  await admitReview(call, review);
  const grants = [...server.rules.grantsFor(user, namespace)];
  const rules = grants.flatMap((grant) => grant.rules ?? []);
  const unresolved = resolutionError(grants, (roleRef) => text(roleRef, 'kind').toLowerCase());
  const lists = (rule: (typeof rules)[number], ...names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, texts(rule, name)]).filter(([, list]) => list?.length));
  const status = {
    resourceRules: rules
      .filter((rule) => texts(rule, 'resources').length > 0)
      .map((rule) => lists(rule, 'verbs', 'apiGroups', 'resources', 'resourceNames')),
    nonResourceRules: rules
      .filter((rule) => texts(rule, 'nonResourceURLs').length > 0)
      .map((rule) => lists(rule, 'verbs', 'nonResourceURLs')),
    incomplete: false,
    ...(unresolved !== '' && { evaluationError: unresolved }),
  };
  return answered(call, { kind: kind.kind, apiVersion: kind.apiVersion, metadata: {}, spec: {}, status });
}
