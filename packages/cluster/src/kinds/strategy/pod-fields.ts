import { deepEqual } from '@opwright/machinery';
import { APP_ARMOR, annotationFor, annotationOf, isOnWindows, profileFor, profileOf } from '../app-armor.ts';
import type { MutableObject } from '../kind.ts';
import { asJson, at, each, ensure, within } from '../tree.ts';
import { appArmorWarning } from './warnings.ts';

function containersOf(spec: MutableObject | undefined): readonly MutableObject[] {
  return ['initContainers', 'containers', 'ephemeralContainers'].flatMap((key) => each(spec, key));
}

/** Takes out of a pod what belongs to features that are off in Kubernetes 1.32: user namespaces, and proc mounts for them. */
export function dropDisabledFields(spec: MutableObject | undefined): void {
  if (spec === undefined) return;
  delete spec.hostUsers;
  for (const container of containersOf(spec)) {
    const context = within(container, 'securityContext');
    if (context?.procMount !== undefined) context.procMount = 'Default';
  }
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
