import { type AdmissionPlugin, refused } from '../../api/admission/admission.ts';
import { notFound } from '../../api/errors.ts';
import { isExtended } from '../quota/pod-usage.ts';
import { asJson, at, each, ensure, items, text, texts, within } from '../tree.ts';
import type { Lookup } from './lookup.ts';

/* Plugins that do nothing unless they are enabled. */

/** Refuses every write (AlwaysDeny). */
export const alwaysDeny: AdmissionPlugin = {
  name: 'AlwaysDeny',
  mutate(attributes, object) {
    throw refused(attributes, object && asJson(object), 'admission control is denying all modifications');
  },
};

/** Images are pulled again for every pod, so that nobody runs what they may not pull (AlwaysPullImages). */
export const alwaysPullImages: AdmissionPlugin = {
  name: 'AlwaysPullImages',
  mutate({ operation, kind, subresource, old }, pod) {
    if ((operation !== 'CREATE' && operation !== 'UPDATE') || kind.storage !== 'pods' || subresource !== '') return;
    const spec = within(pod, 'spec');
    const containers = ['initContainers', 'containers', 'ephemeralContainers'];
    const known = new Set(
      containers.flatMap((key) => items(at(old, 'spec'), key)).map((container) => text(container, 'image')),
    );
    const all = containers.flatMap((key) => each(spec, key));
    if (operation === 'UPDATE' && all.every(({ image }) => known.has(String(image)))) return;
    for (const container of all) container.imagePullPolicy = 'Always';
    for (const volume of each(spec, 'volumes')) {
      const image = within(volume, 'image');
      if (image !== undefined) image.pullPolicy = 'Always';
    }
  },
};

/** Pods that ask for a device tolerate the taint that keeps others off its nodes (ExtendedResourceToleration). */
export const extendedResourceToleration: AdmissionPlugin = {
  name: 'ExtendedResourceToleration',
  mutate({ operation, kind, subresource }, pod) {
    if ((operation !== 'CREATE' && operation !== 'UPDATE') || kind.storage !== 'pods' || subresource !== '') return;
    if (pod === undefined) return;
    const spec = ensure(pod, 'spec');
    const resources = new Set(
      ['containers', 'initContainers']
        .flatMap((key) => items(asJson(spec), key))
        .flatMap((container) => Object.keys(at(container, 'resources', 'requests') ?? {}))
        .filter(isExtended),
    );
    for (const key of [...resources].sort()) {
      const own = each(spec, 'tolerations');
      const has = own.some((one) => one.key === key && one.operator === 'Exists' && one.effect === 'NoSchedule');
      if (!has) spec.tolerations = [...own, { key, operator: 'Exists', effect: 'NoSchedule' }];
    }
  },
};

/** Pods keep each other off nodes, and not off more (LimitPodHardAntiAffinityTopology). */
export const limitPodHardAntiAffinityTopology: AdmissionPlugin = {
  name: 'LimitPodHardAntiAffinityTopology',
  validate(attributes, pod) {
    const { operation, kind, subresource } = attributes;
    if ((operation !== 'CREATE' && operation !== 'UPDATE') || kind.storage !== 'pods' || subresource !== '') return;
    const affinity = at(pod, 'spec', 'affinity', 'podAntiAffinity');
    for (const term of items(affinity, 'requiredDuringSchedulingIgnoredDuringExecution')) {
      const key = text(term, 'topologyKey');
      if (key === 'kubernetes.io/hostname') continue;
      const why = `affinity.PodAntiAffinity.RequiredDuringScheduling has TopologyKey ${key} but only key kubernetes.io/hostname is allowed`;
      throw refused(attributes, pod, why);
    }
  },
};

/** Services take no addresses of their own choice (DenyServiceExternalIPs). */
export const denyServiceExternalIPs: AdmissionPlugin = {
  name: 'DenyServiceExternalIPs',
  validate(attributes, service) {
    const { operation, kind, subresource, old } = attributes;
    if ((operation !== 'CREATE' && operation !== 'UPDATE') || kind.storage !== 'services' || subresource !== '') return;
    const before = texts(at(old, 'spec'), 'externalIPs');
    if (texts(at(service, 'spec'), 'externalIPs').every((address) => before.includes(address))) return;
    throw refused(attributes, service, 'Use of external IPs is denied by admission control');
  },
};

/** Writes to namespaces that are not there are refused, not only creations (NamespaceExists). */
export function namespaceExists(lookup: Lookup): AdmissionPlugin {
  return {
    name: 'NamespaceExists',
    validate({ kind, namespace }) {
      if (kind.scope === 'Cluster' || namespace === '') return;
      if (lookup.get('namespaces', '', namespace) === undefined) {
        throw notFound({ group: '', plural: 'namespaces' }, namespace);
      }
    },
  };
}
