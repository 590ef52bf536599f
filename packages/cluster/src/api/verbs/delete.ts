import { nextTurn } from '@opwright/client';
import { deleted, type JsonObject, orderFields } from '@opwright/machinery';
import { deepFreeze, type StoredObject } from '../../store/object.ts';
import type { Call, Result } from '../context.ts';
import { formToStore, reading } from '../conversion.ts';
import { type DeleteOptions, deleteOptions } from '../delete-options.ts';
import { planDeletion } from '../deletion.ts';
import { notFound, preconditionFailed } from '../errors.ts';
import { present } from '../present.ts';
import { admissionAttributes, runHooks } from '../write.ts';
import { optionsObject } from './create.ts';
import { objectKey } from './get.ts';

/** DELETE of one object. */
export async function remove(call: Call): Promise<Result> {
  const options = deleteOptions(call);
  warnOfOrphans(call, options);
  const { object, gone } = await deleteObject(call, call.info.name, options);
  if (gone && !call.kind.returnsDeletedObject) {
    return { code: 200, plain: deleted(call.kind, object.metadata.name, object.metadata.uid) };
  }
  // Only a client that asked not to orphan, in the old way, learns that the deletion takes its time.
  return { code: !gone && options.orphanDependents === false ? 202 : 200, kind: call.kind, object };
}

/** Who does not say what is to become of dependents may not know. */
export function warnOfOrphans({ kind, warnings }: Call, { propagationPolicy, orphanDependents }: DeleteOptions): void {
  const isSilent = propagationPolicy === undefined && orphanDependents === undefined;
  if (kind.orphaningWarning !== undefined && isSilent) warnings.push(kind.orphaningWarning);
}

export interface Deletion {
  /** The object as it is now, or was at the end. */
  readonly object: StoredObject;
  readonly gone: boolean;
}

/**
 * Deletes an object: at once, or by marking it while finalizers or a grace period hold it back.
 *
 * @param admission `name`: what admission gets to see as the name, since deletecollection tells none; `isAdmitted`: it has
 *   seen the deletion already, in the form in which it was asked for
 * @throws StatusError 403, 404, 409
 */
export async function deleteObject(
  call: Call,
  name: string,
  options: DeleteOptions,
  admission: { readonly name?: string; readonly isAdmitted?: true } = {},
): Promise<Deletion> {
  const { kind, server } = call;
  const key = objectKey(call, name);
  for (;;) {
    const stored = server.store.get(kind.storage, key);
    if (stored === undefined) throw notFound(kind, name);
    const object = await reading(kind, () => present(kind, stored));
    checkPreconditions(call, object, options);
    const attributes = {
      ...admissionAttributes(call, 'DELETE', '', admission.name ?? name, {
        dryRun: options.dryRun,
        admissionOptions: { ...optionsObject('DeleteOptions', options), ...optionsFacts(options) },
      }),
      old: object,
    };
    if (!admission.isAdmitted) {
      await server.admission.mutate(attributes, undefined);
      await server.admission.validate(attributes, undefined);
    }

    const { marked, remove } = planDeletion(kind, object, options, server.clock.now());
    if (options.dryRun) {
      const shown = marked === undefined ? object : (deepFreeze(orderFields(kind.type, marked)) as StoredObject);
      return { object: shown, gone: remove };
    }
    let last = stored;
    if (marked !== undefined) {
      const updated = server.store.update(kind.storage, key, stored, await formToStore(kind, marked));
      if (updated === undefined) continue;
      last = updated;
    }
    if (remove) {
      // Controllers act on the mark. Told together, their caches would have lost the object before they look.
      if (marked !== undefined) await nextTurn();
      const removed = server.store.delete(kind.storage, key, last);
      const isGone = marked !== undefined && server.store.get(kind.storage, key)?.metadata.uid !== last.metadata.uid;
      if (removed === undefined && !isGone) continue;
      // The version of the answer is that of the deletion; of somebody else's, that of the mark is what is known.
      last = removed ?? last;
    }
    if (remove || marked !== undefined) await runHooks(call, name);
    return { object: await reading(kind, () => present(kind, last)), gone: remove };
  }
}

/** @throws StatusError 409 when the object is not the one that was meant */
export function checkPreconditions({ kind }: Call, object: StoredObject, { preconditions }: DeleteOptions): void {
  const { name, uid, resourceVersion } = object.metadata;
  if (preconditions.uid !== undefined && preconditions.uid !== uid) {
    const why = `the UID in the precondition (${preconditions.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`;
    throw preconditionFailed(kind, name, why);
  }
  if (preconditions.resourceVersion !== undefined && preconditions.resourceVersion !== resourceVersion) {
    const why = `the ResourceVersion in the precondition (${preconditions.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`;
    throw preconditionFailed(kind, name, why);
  }
}

function optionsFacts({ gracePeriodSeconds, propagationPolicy }: DeleteOptions): JsonObject {
  return {
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
  };
}
