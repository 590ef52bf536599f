import type { Clock, Random } from '@opwright/machinery';
import { limitRangerAdmission } from '../../kinds/admission/limit-ranger.ts';
import type { Lookup } from '../../kinds/admission/lookup.ts';
import { taintNodesAdmission } from '../../kinds/admission/nodes.ts';
import { defaultTolerationAdmission, priorityAdmission } from '../../kinds/admission/pod-defaults.ts';
import { serviceAccountAdmission } from '../../kinds/admission/service-account.ts';
import { defaultStorageClassAdmission, storageProtectionAdmission } from '../../kinds/admission/storage.ts';
import type { Registry } from '../../kinds/registry.ts';
import { storeKey } from '../../store/object.ts';
import type { Store } from '../../store/store.ts';
import type { Authorizer } from '../authorize.ts';
import type { AdmissionPlugin } from './admission.ts';
import { certificateApproval, certificateSigning } from './certificates.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import { validatingAdmissionPolicies } from './policies/validating.ts';
import type { WebhookCaller } from './webhooks/caller.ts';
import { mutatingWebhooks } from './webhooks/mutating.ts';
import { validatingWebhooks } from './webhooks/validating.ts';

/** What plugins are made of. */
export interface PluginContext {
  readonly store: Store;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly random: Random;
  readonly authorizer: Authorizer;
  readonly caller: WebhookCaller;
  readonly lookup: Lookup;
}

interface PluginEntry {
  readonly name: string;
  /** Works unless it is disabled. */
  readonly isDefault?: true;
  /** Absent: the plugin has no counterpart here. */
  readonly make?: (context: PluginContext) => AdmissionPlugin;
}

const on = (name: string, make: PluginEntry['make']): PluginEntry => ({ name, isDefault: true, ...(make && { make }) });
const off = (name: string, make?: PluginEntry['make']): PluginEntry => ({ name, ...(make && { make }) });

/**
 * Every admission plugin of kube-apiserver 1.32, in its order.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/
 */
const PLUGINS: readonly PluginEntry[] = [
  off('AlwaysAdmit', () => ({ name: 'AlwaysAdmit' })),
  off('NamespaceAutoProvision'),
  on('NamespaceLifecycle', ({ store }) => namespaceLifecycle(store)),
  off('NamespaceExists'),
  off('LimitPodHardAntiAffinityTopology'),
  on('LimitRanger', ({ lookup }) => limitRangerAdmission(lookup)),
  on('ServiceAccount', ({ lookup, random }) => serviceAccountAdmission(lookup, random)),
  off('NodeRestriction'),
  on('TaintNodesByCondition', () => taintNodesAdmission),
  off('AlwaysPullImages'),
  off('ImagePolicyWebhook'),
  off('PodNodeSelector'),
  on('Priority', ({ lookup }) => priorityAdmission(lookup)),
  on('DefaultTolerationSeconds', () => defaultTolerationAdmission),
  off('PodTolerationRestriction'),
  off('EventRateLimit'),
  off('ExtendedResourceToleration'),
  on('DefaultStorageClass', ({ lookup }) => defaultStorageClassAdmission(lookup)),
  on('StorageObjectInUseProtection', () => storageProtectionAdmission),
  off('OwnerReferencesPermissionEnforcement'),
  on('CertificateApproval', ({ authorizer }) => certificateApproval(authorizer)),
  on('CertificateSigning', ({ authorizer }) => certificateSigning(authorizer)),
  off('DenyServiceExternalIPs'),
  on('MutatingAdmissionWebhook', mutatingWebhooks),
  on('ValidatingAdmissionPolicy', validatingAdmissionPolicies),
  on('ValidatingAdmissionWebhook', validatingWebhooks),
  off('AlwaysDeny'),
];

/** Which plugins work, beside those that do by default. */
export interface PluginChoice {
  readonly enabled?: readonly string[];
  /** Wins over `enabled`. */
  readonly disabled?: readonly string[];
}

/**
 * The plugins that work, in their order.
 *
 * @throws Error naming a plugin that does not exist, or that cannot be enabled here
 */
export function admissionPlugins(context: PluginContext, choice: PluginChoice = {}): readonly AdmissionPlugin[] {
  const { enabled = [], disabled = [] } = choice;
  for (const [option, names] of Object.entries({ enable: enabled, disable: disabled })) {
    for (const name of names) {
      const entry = PLUGINS.find((candidate) => candidate.name === name);
      if (entry === undefined) throw new Error(`${option}-admission-plugins plugin "${name}" is unknown`);
      if (entry.make === undefined && option === 'enable') {
        throw new Error(`enable-admission-plugins plugin "${name}" is not available in the embedded API server`);
      }
    }
  }
  return PLUGINS.filter(
    ({ name, isDefault }) => (isDefault || enabled.includes(name)) && !disabled.includes(name),
  ).flatMap(({ make }) => (make === undefined ? [] : [make(context)]));
}

/** Reads stored objects for plugins that know no more of the store. */
export function lookupIn(store: Store): Lookup {
  return {
    get: (storage, namespace, name) => store.get(storage, storeKey(namespace, name)),
    list: (storage) => store.list(storage).items,
  };
}
