export { goText } from './go-print.ts';
export { StrategicMergeError } from './patch-error.ts';
export { appliedPatch, strategicMergePatch } from './strategic-merge.ts';
