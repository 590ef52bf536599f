import type { MutableObject } from '../kind.ts';
import { asJson, at, each, ensure, field, text, within } from '../tree.ts';

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

const PREFIX = 'container.apparmor.security.beta.kubernetes.io/';

/** AppArmor profiles are fields; older nodes look for annotations, and older clients write them. Both say the same. */
export function syncAppArmor(pod: MutableObject): void {
  const spec = within(pod, 'spec');
  if (text(at(asJson(pod), 'spec', 'os'), 'name') === 'windows') return;
  const ofPod = profileOf(spec);
  for (const container of containersOf(spec)) {
    const key = `${PREFIX}${String(container.name)}`;
    const annotation = field(at(asJson(pod), 'metadata', 'annotations'), key);
    const own = profileOf(container);
    if (annotation === undefined) {
      const wanted = annotationFor(own ?? ofPod);
      if (wanted !== '') ensure(ensure(pod, 'metadata'), 'annotations')[key] = wanted;
    } else if (own === undefined) {
      const profile = profileFor(String(annotation));
      if (profile === undefined || JSON.stringify(profile) === JSON.stringify(ofPod)) continue;
      ensure(container, 'securityContext').appArmorProfile = profile;
    }
  }
}

interface Profile {
  readonly type: string;
  readonly localhostProfile?: string;
}

function profileOf(of: MutableObject | undefined): Profile | undefined {
  return within(within(of, 'securityContext'), 'appArmorProfile') as Profile | undefined;
}

function annotationFor(profile: Profile | undefined): string {
  switch (profile?.type) {
    case 'Unconfined':
      return 'unconfined';
    case 'RuntimeDefault':
      return 'runtime/default';
    case 'Localhost':
      return profile.localhostProfile === undefined ? '' : `localhost/${profile.localhostProfile}`;
    default:
      return '';
  }
}

function profileFor(annotation: string): Profile | undefined {
  if (annotation === 'unconfined') return { type: 'Unconfined' };
  if (annotation === 'runtime/default') return { type: 'RuntimeDefault' };
  const [, localhostProfile] = /^localhost\/(.+)$/.exec(annotation) ?? [];
  return localhostProfile === undefined ? undefined : { type: 'Localhost', localhostProfile };
}
