import { typeOf } from '@opwright/kubernetes/data';
import {
  formatLabelSelector,
  fromLabelSelector,
  getOwn,
  invalidValue,
  isPlainObject,
  managersAfterScale,
  managersOfScale,
  mutableCopy,
  setOwn,
} from '@opwright/machinery';
import type { MutableObject, ScalePaths, ServedKind } from '../../kinds/kind.ts';
import type { StoredObject } from '../../store/object.ts';
import type { Endpoint } from '../endpoint.ts';
import { badRequest, conflict, internalError } from '../errors.ts';
import { bumpGeneration, metadataOf, metaText } from '../metadata.ts';

/** `scale`: the replicas of an object as an autoscaling/v1 Scale, whatever the kind calls them. */
export function scaleEndpoint(kind: ServedKind, paths: ScalePaths): Endpoint {
  const type = typeOf('autoscaling/v1', 'Scale');
  if (type === undefined) throw new Error('the data of the built-in kinds lacks autoscaling/v1 Scale');
  const replicas = { [kind.apiVersion]: paths.specReplicasPath.slice(1) };
  return {
    subresource: 'scale',
    bodies: { group: 'autoscaling', version: 'v1', apiVersion: 'autoscaling/v1', kind: 'Scale', type, custom: false },
    view: (object) => scaleOf(paths, object),
    checkView(object) {
      if (!kind.custom || atPath(object, paths.specReplicasPath) !== undefined) return;
      throw internalError(`the spec replicas field ${JSON.stringify(paths.specReplicasPath)} does not exist`);
    },
    validateBody(scale) {
      const replicas = replicasOf(scale);
      if (replicas >= 0) return [];
      // The two servers behind one API word it differently.
      return kind.custom
        ? [invalidValue(paths.specReplicasPath, replicas, 'should be a non-negative integer')]
        : [invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0')];
    },
    merge(scale, old) {
      const name = metaText(scale, 'name');
      if (name !== '' && name !== old.metadata.name) {
        const url = `the name on the URL (${old.metadata.name})`;
        throw badRequest(`the name of the object (${name}) does not match ${url}`);
      }
      const wanted = metaText(scale, 'resourceVersion');
      if (wanted !== '' && wanted !== '0' && wanted !== old.metadata.resourceVersion)
        throw conflict(kind, old.metadata.name);
      const object = mutableCopy(old) as MutableObject;
      setPath(object, paths.specReplicasPath, replicasOf(scale));
      return object;
    },
    owners: {
      ofForm: (object) => managersOfScale(object, replicas),
      ofObject: (object, form) => managersAfterScale(object, form, kind.apiVersion, replicas),
    },
    prepareForUpdate(object, old) {
      metadataOf(object);
      bumpGeneration(kind, object, old);
    },
  };
}

function scaleOf(paths: ScalePaths, object: StoredObject): MutableObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const replicas = atPath(object, paths.specReplicasPath);
  const selector = selectorText(
    paths.labelSelectorPath === undefined ? undefined : atPath(object, paths.labelSelectorPath),
  );
  const current = atPath(object, paths.statusReplicasPath);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), uid, resourceVersion, creationTimestamp },
    spec: typeof replicas === 'number' && replicas !== 0 ? { replicas } : {},
    status: { replicas: typeof current === 'number' ? current : 0, ...(selector === '' ? {} : { selector }) },
  };
}

function replicasOf(scale: MutableObject): number {
  const spec = getOwn(scale, 'spec');
  const replicas = isPlainObject(spec) ? getOwn(spec, 'replicas') : undefined;
  return typeof replicas === 'number' ? replicas : 0;
}

/** A selector as text: a CRD names a text field, built-in kinds have a LabelSelector or plain labels. */
function selectorText(selector: unknown): string {
  if (typeof selector === 'string') return selector;
  if (!isPlainObject(selector)) return '';
  const isLabelSelector = 'matchLabels' in selector || 'matchExpressions' in selector;
  return formatLabelSelector(
    fromLabelSelector(isLabelSelector ? selector : { matchLabels: selector as Record<string, string> }),
  );
}

function atPath(object: object, path: string): unknown {
  let value: unknown = object;
  for (const key of path.split('.').slice(1)) value = isPlainObject(value) ? getOwn(value, key) : undefined;
  return value;
}

function setPath(object: MutableObject, path: string, value: unknown): void {
  const keys = path.split('.').slice(1);
  let place = object;
  for (const key of keys.slice(0, -1)) {
    if (!isPlainObject(getOwn(place, key))) setOwn(place, key, {});
    place = place[key] as MutableObject;
  }
  setOwn(place, keys.at(-1)!, value);
}
