import { fromLabelSelector, type JsonObject, type LabelSelectorObject, matchLabels } from '@opwright/machinery';
import type { ServedKind } from '../../../kinds/kind.ts';
import { at, text } from '../../../kinds/tree.ts';
import { type StoredObject, storeKey } from '../../../store/object.ts';
import type { Store } from '../../../store/store.ts';
import { reading } from '../../conversion.ts';
import { present } from '../../present.ts';

/** A policy or binding that cannot be applied as it is. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/**
 * The parameters with which a policy is to be evaluated: one time each. A policy without parameters, or a binding that names
 * none, is evaluated once, with null.
 *
 * @param kind what parameters are; undefined for a policy that has none
 * @param namespace of the write; '' for none
 * @throws ConfigurationError in the API server's words
 */
export async function collectParams(
  store: Store,
  kind: ServedKind | undefined,
  ref: JsonObject | undefined,
  namespace: string,
): Promise<readonly (JsonObject | null)[]> {
  if (kind === undefined || ref === undefined) return [null];
  const found = select(store, kind, ref, namespace);
  if (found.length === 0 && text(ref, 'parameterNotFoundAction') === 'Deny') {
    throw new ConfigurationError('no params found for policy binding with `Deny` parameterNotFoundAction');
  }
  return reading(
    kind,
    () => found.map((stored) => present(kind, stored)),
    () => found,
  );
}

function select(store: Store, kind: ServedKind, ref: JsonObject, namespace: string): readonly StoredObject[] {
  const own = text(ref, 'namespace');
  if (kind.scope === 'Cluster' && own !== '') {
    throw new ConfigurationError('paramRef.namespace must not be provided for a cluster-scoped `paramKind`');
  }
  const within = kind.scope === 'Cluster' ? '' : own || namespace;
  if (kind.scope === 'Namespaced' && within === '') {
    throw new ConfigurationError(
      'cannot use namespaced paramRef in policy binding that matches cluster-scoped resources',
    );
  }
  const name = text(ref, 'name');
  if (name !== '') {
    const stored = store.get(kind.storage, storeKey(within, name));
    return stored === undefined ? [] : [stored];
  }
  const selector = fromLabelSelector((at(ref, 'selector') ?? {}) as LabelSelectorObject);
  return store.list(kind.storage, {
    ...(within === '' ? {} : { namespace: within }),
    where: ({ metadata }) => matchLabels(selector, metadata.labels ?? {}),
  }).items;
}
