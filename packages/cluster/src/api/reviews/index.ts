import type { Call, Result } from '../context.ts';
import { bindNamed } from '../subresources/binding.ts';
import { selfSubjectReview, subjectAccessReview } from './access.ts';

/** Kinds that are questions or orders: they are answered or done, not stored. By resource. */
export const reviews: Readonly<Record<string, (call: Call) => Promise<Result>>> = {
  'subjectaccessreviews.authorization.k8s.io': subjectAccessReview,
  'localsubjectaccessreviews.authorization.k8s.io': subjectAccessReview,
  'selfsubjectaccessreviews.authorization.k8s.io': subjectAccessReview,
  'selfsubjectreviews.authentication.k8s.io': selfSubjectReview,
  bindings: bindNamed,
};
