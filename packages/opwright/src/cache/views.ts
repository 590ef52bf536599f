import type { AnyResource, Infer, KubeObject, ObjectMeta, Resource } from '@opwright/machinery';

/**
 * What a view shows of an object beside its metadata: by name of a part (`spec`, `status`, `data`), the fields of it, or
 * `true` for all of them.
 */
export type ViewFields = Readonly<Record<string, true | readonly string[]>>;

/** A part of a kind as a resource of its own. */
export interface View<ApiVersion extends string, Kind extends string, Shown extends KubeObject, F>
  extends Resource<ApiVersion, Kind, Shown, never> {
  readonly fields: F;
}

/** An object of which only the metadata is read. */
export interface ObjectMetadata<ApiVersion extends string, Kind extends string> extends KubeObject {
  readonly apiVersion: ApiVersion;
  readonly kind: Kind;
  readonly metadata: ObjectMeta;
}

/** A view of a kind: its objects without spec, data and status. */
export type MetadataOnly<R extends AnyResource> = View<
  R['apiVersion'],
  R['kind'],
  ObjectMetadata<R['apiVersion'], R['kind']>,
  Readonly<Record<never, never>>
>;

/** The fields that a view of an object may have. */
export type FieldsOf<Stored> = {
  readonly [Part in Exclude<keyof Stored, keyof KubeObject>]?: true | readonly (keyof NonNullable<Stored[Part]>)[];
};

/** What a view with the fields `F` shows of an object: a part that may be missing may be missing there, too. */
export type Projected<Stored extends KubeObject, F> = Pick<Stored, keyof KubeObject> & {
  readonly [Part in keyof Stored as Part extends Exclude<keyof F, keyof KubeObject>
    ? Part
    : never]: Part extends keyof F
    ? F[Part] extends readonly (infer Field)[]
      ? Pick<NonNullable<Stored[Part]>, Field & keyof NonNullable<Stored[Part]>>
      : Stored[Part]
    : never;
};

/**
 * The metadata of a kind as a resource of its own: `.watches(metadataOf(Secret), …)` and `ctx.list(metadataOf(Secret))` need
 * a fraction of the memory, and no Secret's data ever reaches the process. Permissions are those of the kind.
 *
 * All that an operator asks of a kind with the same selectors comes from one watch: where a controller reads the whole kind, or
 * other fields of it, the objects have those at run time as well.
 */
export function metadataOf<R extends AnyResource>(resource: R): MetadataOnly<R> {
  return viewOf(resource, {});
}

/**
 * The metadata and some fields of a kind as a resource of its own: `projectionOf(Pod, { spec: ['nodeName'], status: ['phase'] })`
 * is a Pod whose spec is a node name. The server sends whole objects; what is left out is dropped before it is
 * cached. Permissions are those of the kind, and one watch serves all that is asked of it, as for {@link metadataOf}.
 */
export function projectionOf<R extends AnyResource, const F extends FieldsOf<Infer<R>>>(
  resource: R,
  fields: F,
): View<R['apiVersion'], R['kind'], Projected<Infer<R>, F>, F> {
  return viewOf(resource, fields);
}

function viewOf<F>(resource: AnyResource, fields: F) {
  const { apiVersion, group, version, kind, plural, singular, scope, shortNames, categories, subresources } = resource;
  const names = { apiVersion, group, version, kind, plural, singular, scope, shortNames, categories, subresources };
  return Object.freeze({ ...names, fields: Object.freeze(fields) });
}

/** What a resource shows of its objects beside their metadata; undefined = all. */
export function fieldsOf(resource: AnyResource): ViewFields | undefined {
  return (resource as Partial<View<string, string, KubeObject, ViewFields>>).fields;
}

/** Both together; undefined = all. */
export function mergeFields(a: ViewFields | undefined, b: ViewFields | undefined): ViewFields | undefined {
  if (a === undefined || b === undefined) return undefined;
  const merged: Record<string, true | readonly string[]> = { ...a };
  for (const [part, fields] of Object.entries(b)) {
    const others = merged[part] ?? [];
    merged[part] = fields === true || others === true ? true : [...new Set([...others, ...fields])];
  }
  return merged;
}

/** What of `wanted` is not in `shown`: `spec.nodeName`, or `spec` for all of a part. */
export function missingFields(shown: ViewFields | undefined, wanted: ViewFields | undefined): readonly string[] {
  if (shown === undefined || shown === wanted || wanted === undefined) return NONE;
  return Object.entries(wanted).flatMap(([part, fields]) => {
    const there = Object.hasOwn(shown, part) ? shown[part]! : undefined;
    if (there === true) return NONE;
    // Also of a part without fields it is seen whether there is one.
    if (fields === true || (there === undefined && fields.length === 0)) return [part];
    if (there === undefined) return fields.map((field) => `${part}.${field}`);
    return fields.filter((field) => !there.includes(field)).map((field) => `${part}.${field}`);
  });
}

/** Whether all of `wanted` is in what `shown` shows. */
export function showsAll(shown: ViewFields | undefined, wanted: ViewFields | undefined): boolean {
  if (wanted === undefined) return shown === undefined;
  return missingFields(shown, wanted).length === 0;
}

const NONE: readonly string[] = [];

/** Cuts objects down to what a view shows. */
export function projector(fields: ViewFields): (object: KubeObject) => KubeObject {
  const parts = Object.entries(fields);
  return (object) => {
    const { apiVersion, kind, metadata } = object;
    const shown: Record<string, unknown> & KubeObject = { apiVersion, kind, metadata };
    for (const [part, names] of parts) {
      if (!Object.hasOwn(object, part)) continue;
      const found = (object as KubeObject & Record<string, unknown>)[part];
      shown[part] = names === true ? found : pick(found, names);
    }
    return shown;
  };
}

/** What is no object stays as it is: the server knows better what it is. */
function pick(value: unknown, names: readonly string[]): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const from = value as Record<string, unknown>;
  return Object.fromEntries(names.filter((name) => Object.hasOwn(from, name)).map((name) => [name, from[name]]));
}
