export { appliedPatch } from './applied-patch.ts';
export { goText, goTypeName } from './go-print.ts';
export { StrategicMergeError } from './patch-error.ts';
export { strategicMergePatch } from './strategic-merge.ts';
