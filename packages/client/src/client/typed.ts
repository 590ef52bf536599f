/** The object with `apiVersion` and `kind`, which the server demands and a typed call knows. */
export function typed(type: { readonly apiVersion: string; readonly kind: string }, object: object): object {
  const own = object as { apiVersion?: unknown; kind?: unknown };
  if (own.apiVersion !== undefined && own.kind !== undefined) return object;
  return { ...object, apiVersion: own.apiVersion ?? type.apiVersion, kind: own.kind ?? type.kind };
}
