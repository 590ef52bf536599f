export { StrategicMergeError } from './patch-error.ts';
export { strategicMergePatch } from './strategic-merge.ts';
