import { type Clock, deepEqual, formatTime, type JsonObject, updateWithManager } from '@opwright/machinery';
import type { WebhookCaller } from '../api/admission/webhooks/caller.ts';
import type { WriteHook } from '../api/context.ts';
import { planDeletion } from '../api/deletion.ts';
import { storedForm } from '../api/write.ts';
import { apiApproval } from '../kinds/api-approval.ts';
import type { MutableObject, ServedKind } from '../kinds/kind.ts';
import type { Registry } from '../kinds/registry.ts';
import { CLEANUP_FINALIZER } from '../kinds/strategy/apiextensions.ts';
import { type DefinitionCondition, setConditions } from '../kinds/strategy/definition-conditions.ts';
import { type StoredObject, storeKey } from '../store/object.ts';
import type { Store } from '../store/store.ts';
import {
  DEFINITIONS,
  type Definition,
  type DefinitionNames,
  objectAt,
  readDefinition,
  readNames,
} from './definition.ts';
import { acceptNames } from './naming.ts';
import { schemaOf, servedKinds } from './served-kind.ts';

/** The definitions of custom resources at work. */
export interface Definitions extends WriteHook {
  /** The schema of a custom kind, for OpenAPI. */
  schemaOf(kind: ServedKind): JsonObject | undefined;
  /** Takes up the definitions that the store began with. */
  restore(): void;
  stop(): void;
}

/**
 * Follows the stored CustomResourceDefinitions: accepts their names, serves their kinds, and, when they are deleted,
 * removes their objects before they go. All of it happens inside the write, so that whoever has created a definition can
 * use it at once.
 */
export function createDefinitions(store: Store, registry: Registry, clock: Clock, caller: WebhookCaller): Definitions {
  const definitionKind = registry.findResource('apiextensions.k8s.io', 'customresourcedefinitions');
  if (definitionKind === undefined) throw new Error('CustomResourceDefinition is not served');
  /** Ends the wait for the last object of a definition that is on its way out. */
  const waits = new Map<string, () => void>();
  /** What each definition is served from: an unchanged spec keeps its kinds. */
  const served = new Map<string, unknown>();

  const write = (object: StoredObject, change: MutableObject): StoredObject =>
    store.update(DEFINITIONS, object.metadata.name, object, storedForm(definitionKind, { ...object, ...change }))!;

  const writeStatus = (
    object: StoredObject,
    names: DefinitionNames | undefined,
    conditions: readonly DefinitionCondition[],
  ) => {
    const status = objectAt(object, 'status');
    const before = Array.isArray(status.conditions) ? (status.conditions as readonly JsonObject[]) : [];
    const next = {
      ...status,
      conditions: setConditions(before, conditions, formatTime(clock.now())),
      ...(names === undefined ? {} : { acceptedNames: acceptedNames(names) }),
    };
    return deepEqual(status, next) ? object : write(object, tracked(object, next));
  };

  /** The API server is the manager of the status. */
  const tracked = (live: StoredObject, status: JsonObject): MutableObject => {
    const next = updateWithManager({
      type: definitionKind.type,
      manager: 'kube-apiserver',
      apiVersion: definitionKind.apiVersion,
      subresource: 'status',
      now: formatTime(clock.now()),
      live,
      next: { ...live, status } as JsonObject,
    });
    return { metadata: next.metadata as MutableObject, status };
  };

  const establish = (object: StoredObject): void => {
    const definition = readDefinition(object);
    const naming = acceptNames(definition, namesGiven(object), namesOfOthers(store, definition));
    writeStatus(object, naming.accepted, [...approvalConditions(definition, object), ...naming.conditions]);
    const isEstablished = naming.conditions[1].status === 'True' || wasEstablished(object);
    serve(definition, object.spec, isEstablished);
  };

  const serve = (definition: Definition, spec: unknown, isEstablished: boolean): void => {
    const { name } = definition;
    if (!isEstablished) {
      served.delete(name);
      registry.serve(name, []);
    } else if (served.get(name) !== spec) {
      if (deepEqual(served.get(name), spec)) return;
      served.set(name, spec);
      registry.serve(name, servedKinds(definition, caller));
    }
  };

  const terminate = (stored: StoredObject): void => {
    const definition = readDefinition(stored);
    const { name } = definition;
    const [kind] = servedKinds(definition, caller);
    if (kind !== undefined && !waits.has(name)) {
      writeStatus(stored, undefined, [
        terminating('InstanceDeletionInProgress', 'CustomResource deletion is in progress'),
      ]);
      deleteInstances(kind);
      const finish = () => {
        if (store.list(kind.storage, { limit: 1 }).items.length > 0) return;
        waits.get(name)?.();
        waits.delete(name);
        complete(name);
      };
      waits.set(
        name,
        store.watch(kind.storage, store.revision, {}, (event) => {
          if (event.type === 'DELETED') finish();
        }),
      );
      finish();
    } else if (kind === undefined) {
      complete(name);
    }
  };

  const deleteInstances = (kind: ServedKind): void => {
    const options = {
      dryRun: false,
      gracePeriodSeconds: undefined,
      propagationPolicy: undefined,
      orphanDependents: undefined,
      preconditions: {},
    };
    for (const instance of store.list(kind.storage).items) {
      const key = storeKey(instance.metadata.namespace, instance.metadata.name);
      const { marked, remove } = planDeletion(kind, instance, options, clock.now());
      const last =
        marked === undefined ? instance : store.update(kind.storage, key, instance, storedForm(kind, marked));
      if (remove && last !== undefined) store.delete(kind.storage, key, last);
    }
  };

  /** The objects are gone: so is what served them. */
  const complete = (name: string): void => {
    const object = store.get(DEFINITIONS, name);
    if (object === undefined) return;
    const done = writeStatus(object, undefined, [terminating('InstanceDeletionCompleted', 'removed all instances')]);
    const finalizers = (done.metadata.finalizers ?? []).filter((finalizer) => finalizer !== CLEANUP_FINALIZER);
    if (finalizers.length > 0) write(done, { metadata: { ...done.metadata, finalizers } });
    else if (store.delete(DEFINITIONS, name, done) !== undefined) forget(name);
  };

  const forget = (name: string): void => {
    waits.get(name)?.();
    waits.delete(name);
    served.delete(name);
    registry.serve(name, []);
    // A name that has become free may be what another definition waits for.
    for (const other of store.list(DEFINITIONS).items) {
      if (other.metadata.deletionTimestamp === undefined && !wasEstablished(other)) establish(other);
    }
  };

  const afterWrite = (name: string): void => {
    const object = store.get(DEFINITIONS, name);
    if (object === undefined) forget(name);
    else if (object.metadata.deletionTimestamp === undefined) establish(object);
    else if ((object.metadata.finalizers ?? []).includes(CLEANUP_FINALIZER)) terminate(object);
  };

  return {
    storage: DEFINITIONS,
    schemaOf,
    afterWrite,
    restore() {
      const { items } = store.list(DEFINITIONS);
      // Objects of a definition that is on its way out are served until they are gone.
      for (const object of items) if (wasEstablished(object)) serve(readDefinition(object), object.spec, true);
      for (const { metadata } of items) afterWrite(metadata.name);
    },
    stop() {
      for (const end of waits.values()) end();
      waits.clear();
    },
  };
}

function terminating(reason: string, message: string): DefinitionCondition {
  return { type: 'Terminating', status: 'True', reason, message };
}

/** Whether the community has approved an API in one of its groups. */
function approvalConditions({ group }: Definition, { metadata }: StoredObject): readonly DefinitionCondition[] {
  const approval = apiApproval(group, metadata.annotations ?? {});
  if (approval === undefined) return [];
  const { state, message } = approval;
  const status = state === 'Approved' ? 'True' : 'False';
  return [{ type: 'KubernetesAPIApprovalPolicyConformant', status, reason: `${state}Annotation`, message }];
}

/** The names that a definition has been given so far. */
function namesGiven(object: StoredObject): DefinitionNames {
  return readNames(objectAt(objectAt(object, 'status'), 'acceptedNames'));
}

function namesOfOthers(store: Store, { group, name }: Definition): DefinitionNames[] {
  return store
    .list(DEFINITIONS)
    .items.filter((other) => other.metadata.name !== name && readDefinition(other).group === group)
    .map(namesGiven);
}

function acceptedNames({ plural, singular, shortNames, kind, listKind, categories }: DefinitionNames): JsonObject {
  return {
    plural,
    ...(singular === '' ? {} : { singular }),
    ...(shortNames.length === 0 ? {} : { shortNames }),
    kind,
    ...(listKind === '' ? {} : { listKind }),
    ...(categories.length === 0 ? {} : { categories }),
  };
}

function wasEstablished(object: StoredObject): boolean {
  const { conditions } = objectAt(object, 'status');
  return (
    Array.isArray(conditions) &&
    (conditions as JsonObject[]).some((condition) => condition.type === 'Established' && condition.status === 'True')
  );
}
