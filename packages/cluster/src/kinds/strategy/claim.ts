import type { JsonObject } from '@opwright/machinery';
import type { MutableObject } from '../kind.ts';
import { asJson, at, ensure, field, text, within } from '../tree.ts';

const sources = ['PersistentVolumeClaim ', 'VolumeSnapshot snapshot.storage.k8s.io'];

/** Fills both fields for what a volume is made from, and drops what belongs to features that are off. */
export function prepareClaim(claim: MutableObject, old: JsonObject | undefined): void {
  const spec = ensure(claim, 'spec');
  const before = at(old, 'spec');
  delete spec.volumeAttributesClassName;
  const wasReferenced = at(before, 'dataSourceRef') !== undefined;
  if (!wasReferenced && text(at(asJson(spec), 'dataSourceRef'), 'namespace') !== '') delete spec.dataSourceRef;
  const [source, reference] = [within(spec, 'dataSource'), within(spec, 'dataSourceRef')];
  // Other sources have always been dropped without a word.
  const isKnown = source !== undefined && sources.includes(`${String(source.kind)} ${String(source.apiGroup ?? '')}`);
  if (reference === undefined && at(before, 'dataSource') === undefined && !isKnown) delete spec.dataSource;
  if (spec.dataSource !== undefined && reference === undefined) spec.dataSourceRef = { ...source };
  if (reference !== undefined && source === undefined && text(asJson(reference), 'namespace') === '') {
    const { namespace: _namespace, ...rest } = reference;
    spec.dataSource = rest;
  }
}

export function prepareClaimForStatusUpdate(claim: MutableObject, old: JsonObject): void {
  const [status, before] = [ensure(claim, 'status'), at(old, 'status')];
  for (const key of ['currentVolumeAttributesClassName', 'modifyVolumeStatus']) {
    if (field(before, key) === undefined) delete status[key];
  }
}
