import { formatTime, type JsonObject } from '@opwright/machinery';
import type { MutableObject, StrategyContext } from '../kind.ts';
import { asJson, at, each, ensure, field, keepField, texts, within } from '../tree.ts';

/** Namespaces end when their content has gone: the finalizer stands for it. */
export function prepareNamespaceForCreate(namespace: MutableObject): void {
  const spec = ensure(namespace, 'spec');
  const finalizers = texts(asJson(spec), 'finalizers');
  if (!finalizers.includes('kubernetes')) spec.finalizers = [...finalizers, 'kubernetes'];
  namespace.status = { phase: 'Active' };
}

/** The one kind that needs no name. */
export function nameLimitRange(range: MutableObject, { newUid }: StrategyContext): void {
  const metadata = ensure(range, 'metadata');
  if (metadata.name === undefined || metadata.name === '') metadata.name = newUid();
}

/** Finalizers of the spec change through the `finalize` subresource only. */
export function prepareNamespaceForUpdate(namespace: MutableObject, old: JsonObject): void {
  keepField(ensure(namespace, 'spec'), at(old, 'spec') ?? {}, 'finalizers');
}

/** The content goes first: the finalizer holds the namespace until then. */
export function beginNamespaceDeletion(namespace: MutableObject): boolean {
  namespace.status = { ...within(namespace, 'status'), phase: 'Terminating' };
  return texts(at(asJson(namespace), 'spec'), 'finalizers').length > 0;
}

export function preparePersistentVolumeForCreate(volume: MutableObject, context: StrategyContext): void {
  preparePersistentVolume(volume, undefined);
  volume.status = { phase: 'Pending', lastPhaseTransitionTime: formatTime(context.nowMs) };
}

/** The class of attributes belongs to a feature that is off. */
export function preparePersistentVolume(volume: MutableObject, old: JsonObject | undefined): void {
  const before = field(at(old, 'spec'), 'volumeAttributesClassName');
  if (before === undefined) delete ensure(volume, 'spec').volumeAttributesClassName;
}

/** A phase has a beginning: now, unless the client says when, or it goes on. */
export function preparePersistentVolumeForStatusUpdate(
  volume: MutableObject,
  old: JsonObject,
  context: StrategyContext,
): void {
  const key = 'lastPhaseTransitionTime';
  const [status, before] = [ensure(volume, 'status'), at(old, 'status')];
  const [time, oldTime] = [status[key] ?? undefined, field(before, key)];
  if (status.phase === field(before, 'phase')) {
    if (time === undefined && oldTime !== undefined) status[key] = oldTime;
  } else if (time === undefined || time === oldTime) status[key] = formatTime(context.nowMs);
}

/** References to secrets are names. */
export function prepareServiceAccount(account: MutableObject): void {
  const secrets = each(account, 'secrets');
  if (secrets.length > 0) account.secrets = secrets.map((secret) => ({ name: secret.name }));
}

export function prepareSecretForUpdate(secret: MutableObject, old: JsonObject): void {
  const type = field(old, 'type');
  if (secret.type === undefined || secret.type === '') secret.type = type;
}

/** Kubelets are configured on their machines; what a container's groups are, they do not tell yet. */
export function prepareNodeForCreate(node: MutableObject): void {
  delete within(node, 'spec')?.configSource;
  const status = within(node, 'status');
  delete status?.config;
  delete status?.features;
}

export function prepareNode(node: MutableObject, old: JsonObject): void {
  if (field(at(old, 'spec'), 'configSource') === undefined) delete within(node, 'spec')?.configSource;
}

export function prepareNodeForStatusUpdate(node: MutableObject, old: JsonObject): void {
  if (field(at(old, 'status'), 'config') === undefined) delete within(node, 'status')?.config;
}
