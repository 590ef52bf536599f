import { deepEqual, type JsonObject } from '@opwright/machinery';
import { APP_ARMOR, annotationFor, annotationOf, isOnWindows, profileFor, profileOf } from '../app-armor.ts';
import type { MutableObject } from '../kind.ts';
import { asJson, at, each, ensure, field, isObject, texts, within } from '../tree.ts';
import { appArmorWarning } from '../warnings/app-armor.ts';

function containersOf(spec: MutableObject | undefined): readonly MutableObject[] {
  return ['initContainers', 'containers', 'ephemeralContainers'].flatMap((key) => each(spec, key));
}

/**
 * Takes out of a pod what belongs to features that are off in Kubernetes 1.32: user namespaces and proc mounts for them,
 * volumes of images, bundles of trust, claims of devices, resizing, resources of whole pods, policies of groups and SELinux.
 */
export function dropDisabledFields(spec: MutableObject | undefined): void {
  if (spec === undefined) return;
  for (const key of ['hostUsers', 'resources', 'resourceClaims']) delete spec[key];
  const context = within(spec, 'securityContext');
  for (const key of ['supplementalGroupsPolicy', 'seLinuxChangePolicy']) delete context?.[key];
  for (const volume of each(spec, 'volumes')) {
    for (const source of each(within(volume, 'projected'), 'sources')) delete source.clusterTrustBundle;
  }
  for (const container of containersOf(spec)) {
    const own = within(container, 'securityContext');
    if (own?.procMount !== undefined) own.procMount = 'Default';
    delete within(container, 'resources')?.claims;
    delete container.resizePolicy;
  }
  dropImageVolumes(spec);
}

/** Volumes of images go with the mounts of them. */
function dropImageVolumes(spec: MutableObject): void {
  const volumes = each(spec, 'volumes');
  const names = new Set(volumes.filter(({ image }) => isObject(image)).map(({ name }) => name));
  if (names.size === 0) return;
  spec.volumes = volumes.filter(({ image }) => !isObject(image));
  for (const container of containersOf(spec)) {
    const mounts = each(container, 'volumeMounts');
    if (mounts.length > 0) container.volumeMounts = mounts.filter(({ name }) => !names.has(name));
  }
}

/** Terms of affinity that say `with the labels of this pod` get its labels. */
export function selectByOwnLabels(pod: MutableObject): void {
  const affinity = within(within(pod, 'spec'), 'affinity');
  const labels = at(asJson(pod), 'metadata', 'labels');
  const during = 'DuringSchedulingIgnoredDuringExecution';
  for (const key of ['podAffinity', 'podAntiAffinity']) {
    const terms = within(affinity, key);
    const preferred = each(terms, `preferred${during}`).map((weighted) => within(weighted, 'podAffinityTerm'));
    for (const term of [...preferred, ...each(terms, `required${during}`)]) selectBy(term, labels);
  }
}

function selectBy(term: MutableObject | undefined, labels: JsonObject | undefined): void {
  const selector = within(term, 'labelSelector');
  if (term === undefined || selector === undefined) return;
  const added = (['matchLabelKeys', 'mismatchLabelKeys'] as const).flatMap((list) =>
    texts(asJson(term), list).flatMap((key) => {
      const value = field(labels, key);
      const operator = list === 'matchLabelKeys' ? 'In' : 'NotIn';
      return value === undefined ? [] : [{ key, operator, values: [value] }];
    }),
  );
  if (added.length > 0) selector.matchExpressions = [...each(selector, 'matchExpressions'), ...added];
}

/**
 * AppArmor profiles are fields; older nodes look for annotations, and older clients write them. Both say the same.
 * @param warn told of annotations that should have been fields
 */
export function syncAppArmor(pod: MutableObject, warn: (text: string) => void): void {
  const spec = within(pod, 'spec');
  if (spec === undefined || isOnWindows(asJson(spec))) return;
  const ofPod = profileOf(asJson(spec));
  for (const container of containersOf(spec)) {
    const annotation = annotationOf(at(asJson(pod), 'metadata'), asJson(container));
    const own = profileOf(asJson(container));
    if (annotation === undefined) {
      const wanted = annotationFor(own ?? ofPod);
      const key = `${APP_ARMOR}${String(container.name)}`;
      if (wanted !== '') ensure(ensure(pod, 'metadata'), 'annotations')[key] = wanted;
    } else if (own === undefined) {
      const profile = profileFor(annotation);
      if (profile !== undefined && deepEqual(profile, ofPod)) continue;
      if (profile !== undefined) ensure(container, 'securityContext').appArmorProfile = profile;
      warn(appArmorWarning('metadata', asJson(container)));
    }
  }
}
