import type { Call, Result } from '../context.ts';
import { bindNamed } from '../subresources/binding.ts';
import { subjectAccessReview } from './access.ts';
import { selfSubjectReview, tokenReview } from './identity.ts';
import { selfSubjectRulesReview } from './rules.ts';

/** Kinds that are questions or orders: they are answered or done, not stored. By resource. */
export const reviews: Readonly<Record<string, (call: Call) => Promise<Result>>> = {
  'subjectaccessreviews.authorization.k8s.io': subjectAccessReview,
  'localsubjectaccessreviews.authorization.k8s.io': subjectAccessReview,
  'selfsubjectaccessreviews.authorization.k8s.io': subjectAccessReview,
  'selfsubjectrulesreviews.authorization.k8s.io': selfSubjectRulesReview,
  'selfsubjectreviews.authentication.k8s.io': selfSubjectReview,
  bindings: bindNamed,
  'tokenreviews.authentication.k8s.io': tokenReview,
};
