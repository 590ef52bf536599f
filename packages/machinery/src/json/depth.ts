/**
 * How deeply JSON may be nested. Go's limit is 10,000; nothing real is anywhere near, JavaScript's stack would not hold it,
 * and kube-apiserver needs ten seconds for an object that uses it up.
 */
export const MAX_DEPTH = 1000;

/** Whether a JSON value has more than so many levels of objects and arrays. */
export function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels <= 0) return true;
  for (const inner of Object.values(value)) if (isDeeper(inner, levels - 1)) return true;
  return false;
}
