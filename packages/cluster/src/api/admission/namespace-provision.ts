import type { AdmissionPlugin } from './admission.ts';

/**
 * Namespaces come into being with what is created in them (NamespaceAutoProvision).
 *
 * @param create makes a namespace, unless somebody has done so meanwhile
 */
export function namespaceProvision(
  exists: (name: string) => boolean,
  create: (name: string) => Promise<void>,
): AdmissionPlugin {
  return {
    name: 'NamespaceAutoProvision',
    mutate({ operation, dryRun, kind, namespace }) {
      if (operation !== 'CREATE' || dryRun || kind.storage === 'namespaces' || namespace === '') return;
      if (!exists(namespace)) return create(namespace);
    },
  };
}
