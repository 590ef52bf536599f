import {
  gatedResources,
  type ServedGroupVersion,
  type ServedResource,
  servedResources,
  typeOf,
} from '@opwright/kubernetes/data';
import { type JsonObject, joinApiVersion, orderFields, type StructNode, splitApiVersion } from '@opwright/machinery';
import type { Conversion, KindBehaviour } from './behaviour.ts';
import { behaviourOf } from './behaviours.ts';
import type { FeatureGates } from './feature-gates.ts';
import {
  annotationsCounted,
  builtinScalePaths,
  conditionalUpdateOnly,
  createdOnUpdate,
  metadataCheckedOften,
  metadataCheckedOnce,
  metadataUnchecked,
  orphaningByDefault,
  plainFinalizers,
  returnedWhenDeleted,
  uncached,
  withGeneration,
} from './flags.ts';
import type { MutableObject, ServedKind } from './kind.ts';
import { nameAndAge } from './printers/columns.ts';
import { dropDisabledFields } from './strategy/pod-fields.ts';
import { asJson, at, keepField, text, within } from './tree.ts';
import { validateObjectName } from './validation/names.ts';
import { templateWarnings } from './warnings/pod.ts';

/** Every built-in kind that the API server serves, in discovery's order. The values are made once and shared. */
export function builtinKinds(): readonly ServedKind[] {
  kinds ??= servedResources().flatMap(kindsOf);
  return kinds;
}

/** The same with what feature gates bring, behind the other versions of its group. */
export function builtinKindsWith(featureGates: FeatureGates): readonly ServedKind[] {
  const more = gatedResources().filter(({ gate }) => featureGates[gate as keyof FeatureGates] === true);
  const all = [...builtinKinds()];
  for (const added of more.map(kindsOf)) {
    const behind = all.findLastIndex(({ group }) => group === added[0]?.group);
    all.splice(behind + 1, 0, ...added);
  }
  return all;
}

function kindsOf({ groupVersion, resources }: ServedGroupVersion): ServedKind[] {
  const [group, version] = splitApiVersion(groupVersion);
  return resources.map((resource) => builtinKind(group, version, resource, behaviourOf(group, version, resource.kind)));
}

let kinds: readonly ServedKind[] | undefined;

function checksOfMetadata(key: string): ServedKind['metadataChecks'] {
  if (metadataUnchecked.has(key)) return 0;
  if (metadataCheckedOnce.has(key)) return 1;
  return metadataCheckedOften.has(key) ? 3 : 2;
}

function builtinKind(group: string, version: string, resource: ServedResource, behaviour: KindBehaviour): ServedKind {
  const { kind, name: plural } = resource;
  const apiVersion = joinApiVersion(group, version);
  const key = `${group}/${kind}`;
  const groupResource = group === '' ? plural : `${plural}.${group}`;
  const subresources = resource.subresources ?? [];
  const hasStatus = subresources.some((subresource) => subresource.name === 'status');
  const printer = behaviour.printer ?? nameAndAge;
  const selectors = behaviour.selectors;
  const { podTemplate, defaultOnRead } = behaviour;
  const podSpecOf = (object: MutableObject) =>
    podTemplate === undefined ? undefined : [...podTemplate, 'spec'].reduce<MutableObject | undefined>(within, object);
  const { gracePeriodSeconds, orphaningWarning, statusKeepsMetadata, resetFields, beginDeletion, canonicalize } =
    behaviour;
  const { subresourceErrors, prepareForStatusUpdate } = behaviour;
  const metadataChecks = checksOfMetadata(key);
  let type: StructNode | undefined;
  return {
    group,
    version,
    apiVersion,
    kind,
    plural,
    singular: resource.singularName,
    shortNames: resource.shortNames ?? [],
    categories: resource.categories ?? [],
    scope: resource.namespaced ? 'Namespaced' : 'Cluster',
    verbs: resource.verbs,
    subresources,
    listKind: `${kind}List`,
    custom: false,
    groupResource,
    storage: groupResource,
    ...(behaviour.conversion === undefined ? {} : conversionOf(behaviour.conversion, apiVersion, kind)),
    get type() {
      type ??= structOf(apiVersion, kind);
      return type;
    },
    ...(subresources.some((subresource) => subresource.name === 'scale') ? { scale: builtinScalePaths } : {}),

    setDefaults(object) {
      behaviour.defaults?.(object);
    },
    prepareForCreate(object, context) {
      if (hasStatus && behaviour.keepsCreatedStatus !== true) delete object.status;
      dropDisabledFields(podSpecOf(object));
      behaviour.prepareForCreate?.(object, context);
    },
    prepareForUpdate(object, old, context) {
      if (hasStatus) keepField(object, old, 'status');
      dropDisabledFields(podSpecOf(object));
      behaviour.prepareForUpdate?.(object, old, context);
    },
    validate(object, old) {
      // An update has its name already; what is looked at is what it would be generated from.
      const times = old === undefined ? 1 : Math.max(0, metadataChecks - 1);
      const names = Array.from({ length: times }, () => validateObjectName(object, behaviour.nameRule));
      return [...names.flat(), ...(behaviour.validate?.(object, old) ?? [])];
    },
    validateUpdate(object, old) {
      return behaviour.validateUpdate?.(object, old) ?? [];
    },
    warnings(object, old) {
      const doubts = podTemplate === undefined ? [] : templateWarnings(object, old, podTemplate);
      return [...(behaviour.warnings?.(object, old) ?? []), ...doubts];
    },

    finalizersNeedDomain: !plainFinalizers.has(key),
    metadataChecks,
    hasGeneration: withGeneration.has(key),
    countsAnnotations: annotationsCounted.has(key),
    allowUnconditionalUpdate: !conditionalUpdateOnly.has(key),
    allowCreateOnUpdate: createdOnUpdate.has(key),
    returnsDeletedObject: returnedWhenDeleted.has(key),
    isCached: !uncached.has(key),
    defaultPropagation: orphaningByDefault.has(key) ? 'Orphan' : 'Background',
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(orphaningWarning === undefined ? {} : { orphaningWarning }),
    ...(statusKeepsMetadata === undefined ? {} : { statusKeepsMetadata }),
    ...(resetFields === undefined ? {} : { resetFields }),
    ...(beginDeletion === undefined ? {} : { beginDeletion }),
    ...(canonicalize === undefined ? {} : { canonicalize }),
    ...(subresourceErrors === undefined ? {} : { subresourceErrors }),
    ...(prepareForStatusUpdate === undefined ? {} : { prepareForStatusUpdate }),
    ...(defaultOnRead === undefined ? {} : { defaultOnRead }),

    columns: printer.columns,
    row: printer.row,
    ...(printer.conditions === undefined ? {} : { rowConditions: printer.conditions }),
    selectableFields: selectors === undefined ? [] : Object.keys(selectors.fields),
    selectableField(object, field) {
      if (field === 'metadata.name') return text(at(object, 'metadata'), 'name');
      if (field === 'metadata.namespace') return text(at(object, 'metadata'), 'namespace');
      return selectors?.fields[field]?.(object) ?? '';
    },
    ...(selectors?.refusal === undefined ? {} : { fieldRefusal: selectors.refusal }),
    ...(kind === 'ComponentStatus' ? { deprecation: 'v1 ComponentStatus is deprecated in v1.19+' } : {}),
  };
}

/** Converted objects come out as the type of their version writes them. */
function conversionOf(conversion: Conversion, apiVersion: string, kind: string) {
  const { storage, storedAs, fromStorage, toStorage } = conversion;
  return {
    storage,
    fromStorage: (stored: JsonObject) => orderFields(structOf(apiVersion, kind), fromStorage(stored)),
    toStorage: (object: MutableObject) => orderFields(structOf(storedAs, kind), toStorage(asJson(object))),
  };
}

function structOf(apiVersion: string, kind: string): StructNode {
  const type = typeOf(apiVersion, kind);
  if (type === undefined) throw new Error(`no type for ${apiVersion} ${kind}`);
  return type;
}
