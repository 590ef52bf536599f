import {
  evaluateJsonPath,
  isPlainObject,
  type JsonObject,
  joinApiVersion,
  orderFields,
  parseJsonPath,
  pruneUnknown,
  setOwn,
  type TypeNode,
  validateQualifiedName,
} from '@opwright/machinery';
import {
  applyDefaults,
  type CustomResourceVersion,
  fillDefaults,
  type StructuralSchema,
  typeNodeOf,
} from '@opwright/schema';
import type { WebhookCaller } from '../api/admission/webhooks/caller.ts';
import type { MutableObject, ServedKind, SubresourceKind } from '../kinds/kind.ts';
import { customTable } from './columns.ts';
import { webhookConversion } from './conversion-webhook.ts';
import type { Definition } from './definition.ts';
import { objectErrors, statusErrors } from './validation.ts';

/** Discovery lists the verbs of custom resources in this order. */
const VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];
const SUBRESOURCE_VERBS = ['get', 'patch', 'update'];

/** The kinds that an established definition serves: one per served version, all on one storage. */
export function servedKinds(definition: Definition, caller: WebhookCaller): ServedKind[] {
  const storageVersion = definition.versions.find((version) => version.storage);
  const formOf = formsOf(definition);
  return definition.versions
    .filter((version) => version.served)
    .map((version) => servedKind(definition, version, storageVersion?.name ?? version.name, formOf, caller));
}

/** The form of the objects of one version. */
interface VersionForm {
  readonly schema: StructuralSchema;
  readonly type: TypeNode;
}

/** The forms by apiVersion, each made when it is asked for. */
function formsOf({ group, versions }: Definition): (apiVersion: string) => VersionForm | undefined {
  const forms = new Map<string, VersionForm>();
  return (apiVersion) => {
    let form = forms.get(apiVersion);
    if (form === undefined) {
      const version = versions.find(({ name }) => joinApiVersion(group, name) === apiVersion);
      if (version === undefined) return undefined;
      const schema = version.schema.openAPIV3Schema;
      form = { schema, type: typeNodeOf(schema, { root: true }) };
      forms.set(apiVersion, form);
    }
    return form;
  };
}

const schemas = new WeakMap<ServedKind, JsonObject>();

/** The schema of a kind that comes from a definition. */
export function schemaOf(kind: ServedKind): JsonObject | undefined {
  return schemas.get(kind);
}

function servedKind(
  definition: Definition,
  version: CustomResourceVersion,
  storageVersion: string,
  formOf: ReturnType<typeof formsOf>,
  caller: WebhookCaller,
): ServedKind {
  const { group, names, conversionWebhook } = definition;
  const apiVersion = joinApiVersion(group, version.name);
  const schema = version.schema.openAPIV3Schema;
  const hasStatus = version.subresources?.status !== undefined;
  const scale = version.subresources?.scale;
  const table = customTable(version.additionalPrinterColumns);
  const selectable = new Map(
    (version.selectableFields ?? []).map(({ jsonPath }) => [jsonPath.replace(/^\./, ''), parseJsonPath(jsonPath)]),
  );
  const kind: ServedKind = {
    group,
    version: version.name,
    apiVersion,
    kind: names.kind,
    listKind: names.listKind,
    plural: names.plural,
    singular: names.singular,
    shortNames: names.shortNames,
    categories: names.categories,
    scope: definition.scope,
    verbs: VERBS,
    custom: true,
    groupResource: `${names.plural}.${group}`,
    storage: `${names.plural}.${group}`,
    get type() {
      return formOf(apiVersion)!.type;
    },
    subresources: subresourcesOf(names.kind, hasStatus, scale !== undefined),
    ...(scale === undefined ? {} : { scale }),

    fromStorage(stored) {
      // What is stored is read by the schema that its version has now: fields that it lost are gone, defaults that it got show.
      const form = formOf(stored.apiVersion as string);
      const shown = form === undefined ? stored : applyDefaults(form.schema, pruneUnknown(form.type, stored));
      if (shown.apiVersion === apiVersion || conversionWebhook !== undefined) return shown;
      return pruneUnknown(kind.type, { ...shown, apiVersion });
    },
    toStorage(object) {
      const stored = joinApiVersion(group, storageVersion);
      return object.apiVersion === stored || conversionWebhook !== undefined
        ? object
        : { ...object, apiVersion: stored };
    },
    ...(conversionWebhook !== undefined && {
      convert: orderedConversion(formOf, webhookConversion(conversionWebhook, caller)),
      typeIn: (other: string) => formOf(other)?.type,
    }),
    storageVersion: joinApiVersion(group, storageVersion),

    setDefaults(object, { keepNulls = false } = {}) {
      replaceFields(object, keepNulls ? fillDefaults(schema, object) : applyDefaults(schema, object));
    },
    prepareForCreate(object) {
      if (hasStatus) delete object.status;
    },
    prepareForUpdate(object, old) {
      if (!hasStatus) return;
      if (old.status === undefined) delete object.status;
      else object.status = old.status;
    },
    validate: (object, old, warn) => objectErrors(schema, scale, object, old, warn),
    validateUpdate: () => [],
    ...(hasStatus && {
      subresourceErrors: { status: (object, old) => statusErrors(schema, scale, object, old) },
    }),
    warnings: (object, old) => finalizerWarnings(object, old),

    statusKeepsMetadata: 'all',
    finalizersNeedDomain: false,
    metadataChecks: 1,
    hasGeneration: true,
    allowUnconditionalUpdate: false,
    allowCreateOnUpdate: false,
    returnsDeletedObject: false,
    isCached: true,
    defaultPropagation: 'Background',

    columns: table.columns,
    row: table.row,
    selectableFields: [...selectable.keys()],
    selectableField(object, field) {
      const path = selectable.get(field);
      const [value] = path === undefined ? [] : evaluateJsonPath(path, object);
      return value === undefined || value === null || Array.isArray(value) || isPlainObject(value) ? '' : String(value);
    },
    fieldRefusal: (field) => `field label not supported: ${field}`,
    ...deprecationOf(definition, version, apiVersion),
  };
  schemas.set(kind, schema as JsonObject & StructuralSchema);
  return kind;
}

/** What a webhook returns has its fields in any order. */
function orderedConversion(
  formOf: ReturnType<typeof formsOf>,
  convert: NonNullable<ServedKind['convert']>,
): typeof convert {
  return async (objects, apiVersion) => {
    const type = formOf(apiVersion)?.type;
    const converted = await convert(objects, apiVersion);
    return type === undefined ? converted : converted.map((object) => orderFields(type, object) as JsonObject);
  };
}

function subresourcesOf(kind: string, hasStatus: boolean, hasScale: boolean): SubresourceKind[] {
  const found: SubresourceKind[] = [];
  if (hasStatus) found.push({ name: 'status', kind, verbs: SUBRESOURCE_VERBS });
  if (hasScale) {
    found.push({ name: 'scale', group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: SUBRESOURCE_VERBS });
  }
  return found;
}

/** Gives an object the fields of another one, in place. */
function replaceFields(object: MutableObject, wanted: MutableObject): void {
  if (wanted === object) return;
  for (const key of Object.keys(object)) if (!Object.hasOwn(wanted, key)) delete object[key];
  for (const key of Object.keys(wanted)) setOwn(object, key, wanted[key]);
}

/** As an object of a kind that anybody may define, it may have finalizers that others choose, too. */
function finalizerWarnings(object: JsonObject, old: JsonObject | undefined): string[] {
  const before = new Set(finalizersOf(old));
  const added = [...new Set(finalizersOf(object))].filter((name) => !before.has(name)).sort();
  return added.flatMap((name) => {
    const about = `metadata.finalizers: ${JSON.stringify(name)}: `;
    const wrong = validateQualifiedName(name);
    const path = name.includes('.') ? ' including a path (/)' : '';
    const isQualified = name.includes('/') || STANDARD_FINALIZERS.has(name);
    const advice = `prefer a domain-qualified finalizer name${path} to avoid accidental conflicts with other finalizer writers`;
    return [...wrong, ...(isQualified ? [] : [advice])].map((why) => about + why);
  });
}

/** Those of Kubernetes itself. */
const STANDARD_FINALIZERS: ReadonlySet<string> = new Set(['orphan', 'foregroundDeletion', 'kubernetes']);

function finalizersOf(object: JsonObject | undefined): readonly string[] {
  const { finalizers } = (object?.metadata ?? {}) as { readonly finalizers?: readonly string[] };
  return finalizers ?? [];
}

function deprecationOf(
  { group, names, versions }: Definition,
  version: CustomResourceVersion,
  apiVersion: string,
): { deprecation?: string } {
  if (version.deprecated !== true) return {};
  if (version.deprecationWarning !== undefined) return { deprecation: version.deprecationWarning };
  const better = versions.find((other) => other.served && other.deprecated !== true);
  const instead = better === undefined ? '' : `; use ${joinApiVersion(group, better.name)} ${names.kind}`;
  return { deprecation: `${apiVersion} ${names.kind} is deprecated${instead}` };
}
