import type { Call, Result } from '../context.ts';
import { selfSubjectReview, subjectAccessReview } from './access.ts';

/** Kinds that are questions: they are answered, not stored. By resource. */
export const reviews: Readonly<Record<string, (call: Call) => Promise<Result>>> = {
  'subjectaccessreviews.authorization.k8s.io': subjectAccessReview,
  'localsubjectaccessreviews.authorization.k8s.io': subjectAccessReview,
  'selfsubjectaccessreviews.authorization.k8s.io': subjectAccessReview,
  'selfsubjectreviews.authentication.k8s.io': selfSubjectReview,
};
