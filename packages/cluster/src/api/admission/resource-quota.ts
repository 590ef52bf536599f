import { type Clock, type JsonObject, mutableCopy } from '@opwright/machinery';
import {
  type Amounts,
  exceeded,
  excess,
  isSame,
  names,
  only,
  printed,
  readAmounts,
  sum,
  withoutZeros,
  writeAmounts,
} from '../../kinds/quota/amounts.ts';
import { countedBy, evaluatorFor, type QuotaEvaluator } from '../../kinds/quota/evaluator.ts';
import type { Registry } from '../../kinds/registry.ts';
import { at } from '../../kinds/tree.ts';
import { type StoredObject, storeKey } from '../../store/object.ts';
import type { Store } from '../../store/store.ts';
import { trackServerUpdate } from '../field-manager.ts';
import { storedForm } from '../write.ts';
import { type AdmissionAttributes, type AdmissionPlugin, refused } from './admission.ts';
import { byNamespace } from './derived.ts';

export interface QuotaSurroundings {
  readonly store: Store;
  readonly registry: Registry;
  readonly clock: Clock;
}

/** A quota and what would be used of it. */
interface Charge {
  readonly quota: StoredObject;
  readonly used: Amounts;
}

/**
 * Refuses what would exceed a quota of its namespace, and books what it lets pass, before that is stored: what is then not
 * stored after all is corrected by the controller, as what is deleted is.
 *
 * @see https://kubernetes.io/docs/concepts/policy/resource-quotas/
 */
export function resourceQuotaAdmission({ store, registry, clock }: QuotaSurroundings): AdmissionPlugin {
  const quotasIn = byNamespace(store, 'resourcequotas');
  return {
    name: 'ResourceQuota',
    validate(attributes, object) {
      const { operation, kind, namespace, subresource, dryRun } = attributes;
      const quotas = quotasIn(namespace);
      if (quotas === undefined || subresource !== '' || object === undefined) return;
      const evaluator = evaluatorFor(kind);
      if (evaluator === undefined) return;
      if (operation !== 'CREATE' && !(operation === 'UPDATE' && evaluator.onUpdate)) return;
      // Nothing waits between reading a quota and writing it.
      const charges = chargesOf([...quotas.values()].sort(byName), evaluator, attributes, object, clock.now());
      if (!dryRun) for (const charge of charges) book(charge, { store, registry, clock });
    },
  };
}

function byName(a: StoredObject, b: StoredObject): number {
  return a.metadata.name < b.metadata.name ? -1 : 1;
}

/** @throws StatusError 403 */
function chargesOf(
  quotas: readonly StoredObject[],
  evaluator: QuotaEvaluator,
  attributes: AdmissionAttributes,
  object: JsonObject,
  nowMs: number,
): readonly Charge[] {
  const concerned = quotas.filter((quota) => {
    const hard = readAmounts(at(quota, 'status', 'hard'));
    const resources = countedBy(evaluator, hard);
    if (resources.length === 0 || !evaluator.inScopes(quota, object)) return false;
    const { name } = quota.metadata;
    const missing = evaluator.missing(object, resources);
    if (missing !== '') throw refused(attributes, object, `failed quota: ${name}: ${missing}`);
    const used = at(quota, 'status', 'used') ?? {};
    if (!resources.every((resource) => Object.hasOwn(used, resource))) {
      throw refused(attributes, object, `status unknown for quota: ${name}, resources: ${resources.join(',')}`);
    }
    return true;
  });
  const usage = evaluator.usage(object, nowMs);
  const negative = names(usage).filter((name) => usage.get(name)!.nanos < 0n);
  if (negative.length > 0) {
    throw refused(attributes, object, `quota usage is negative for resource(s): ${negative.join(',')}`);
  }
  const before = attributes.operation === 'UPDATE' ? attributes.old : undefined;
  const delta = withoutZeros(before === undefined ? usage : excess(usage, evaluator.usage(before, nowMs)));
  if (delta.size === 0) return [];
  return concerned.map((quota) => {
    const hard = readAmounts(at(quota, 'status', 'hard'));
    const before = readAmounts(at(quota, 'status', 'used'));
    const requested = only(delta, hard.keys());
    const used = sum(before, requested);
    const over = exceeded(only(used, requested.keys()), hard);
    if (over.length === 0) return { quota, used };
    const [asked, taken, limited] = [requested, before, hard].map((amounts) => printed(only(amounts, over)));
    const why = `exceeded quota: ${quota.metadata.name}, requested: ${asked}, used: ${taken}, limited: ${limited}`;
    throw refused(attributes, object, why);
  });
}

function book({ quota, used }: Charge, { store, registry, clock }: QuotaSurroundings): void {
  if (isSame(used, readAmounts(at(quota, 'status', 'used')))) return;
  const kind = registry.find('', 'v1', 'resourcequotas');
  if (kind === undefined) throw new Error('resourcequotas are not served');
  const next = mutableCopy(quota as JsonObject) as { [key: string]: unknown };
  next.status = { ...(next.status as object), used: writeAmounts(used) };
  trackServerUpdate(kind, 'kube-apiserver', 'status', clock, quota, next);
  const { name, namespace } = quota.metadata;
  store.update(kind.storage, storeKey(namespace, name), quota, storedForm(kind, next));
}
