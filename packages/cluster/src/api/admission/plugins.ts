import type { Clock, JsonObject, Random } from '@opwright/machinery';
import { certificateSubjectRestriction } from '../../kinds/admission/certificates.ts';
import { type EventRateLimits, eventRateLimit } from '../../kinds/admission/event-rate-limit.ts';
import { defaultIngressClassAdmission } from '../../kinds/admission/ingress-class.ts';
import { limitRangerAdmission } from '../../kinds/admission/limit-ranger.ts';
import type { Lookup } from '../../kinds/admission/lookup.ts';
import { nodeRestriction } from '../../kinds/admission/node-restriction.ts';
import { taintNodesAdmission } from '../../kinds/admission/nodes.ts';
import * as optional from '../../kinds/admission/optional.ts';
import { ownerReferencesPermission } from '../../kinds/admission/owner-references.ts';
import { type NodeSelectors, podNodeSelector } from '../../kinds/admission/pod-node-selector.ts';
import { type PodTolerationDefaults, podTolerationRestriction } from '../../kinds/admission/pod-tolerations.ts';
import { priorityAdmission } from '../../kinds/admission/priority.ts';
import { runtimeClassAdmission } from '../../kinds/admission/runtime-class.ts';
import { serviceAccountAdmission } from '../../kinds/admission/service-account.ts';
import {
  claimResizeAdmission,
  defaultStorageClassAdmission,
  storageProtectionAdmission,
} from '../../kinds/admission/storage.ts';
import { defaultTolerationAdmission } from '../../kinds/admission/tolerations.ts';
import type { Registry } from '../../kinds/registry.ts';
import { storeKey } from '../../store/object.ts';
import type { Store } from '../../store/store.ts';
import type { Authorizer } from '../authorize.ts';
import type { AdmissionPlugin } from './admission.ts';
import { certificateApproval, certificateSigning } from './certificates.ts';
import { byNamespace, derived } from './derived.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import { namespaceProvision } from './namespace-provision.ts';
import { type PodSecurityConfiguration, podSecurityAdmission } from './pod-security.ts';
import { mutatingAdmissionPolicies } from './policies/mutating.ts';
import { validatingAdmissionPolicies } from './policies/validating.ts';
import { resourceQuotaAdmission } from './resource-quota.ts';
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
  readonly configuration: AdmissionConfiguration;
  /** As the API server itself. */
  readonly createNamespace: (name: string) => Promise<void>;
}

/** What some plugins are told, by their names, as the files of `--admission-control-config-file` say it. */
export interface AdmissionConfiguration {
  readonly EventRateLimit?: EventRateLimits;
  readonly PodNodeSelector?: { readonly podNodeSelectorPluginConfig?: NodeSelectors };
  readonly PodTolerationRestriction?: PodTolerationDefaults;
  readonly PodSecurity?: PodSecurityConfiguration;
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
  off('NamespaceAutoProvision', ({ store, createNamespace }) =>
    namespaceProvision((name) => store.get('namespaces', name) !== undefined, createNamespace),
  ),
  on('NamespaceLifecycle', ({ store }) => namespaceLifecycle(store)),
  off('NamespaceExists', ({ lookup }) => optional.namespaceExists(lookup)),
  off('LimitPodHardAntiAffinityTopology', () => optional.limitPodHardAntiAffinityTopology),
  on('LimitRanger', ({ lookup }) => limitRangerAdmission(lookup)),
  on('ServiceAccount', ({ lookup, random }) => serviceAccountAdmission(lookup, random)),
  off('NodeRestriction', ({ lookup }) => nodeRestriction(lookup)),
  on('TaintNodesByCondition', () => taintNodesAdmission),
  off('AlwaysPullImages', () => optional.alwaysPullImages),
  off('ImagePolicyWebhook'),
  on('PodSecurity', ({ store, configuration }) => podSecurityAdmission(store, configuration.PodSecurity)),
  off('PodNodeSelector', ({ lookup, configuration }) =>
    podNodeSelector(lookup, configuration.PodNodeSelector?.podNodeSelectorPluginConfig),
  ),
  on('Priority', ({ lookup }) => priorityAdmission(lookup)),
  on('DefaultTolerationSeconds', () => defaultTolerationAdmission),
  off('PodTolerationRestriction', ({ lookup, configuration }) =>
    podTolerationRestriction(lookup, configuration.PodTolerationRestriction),
  ),
  off('EventRateLimit', ({ clock, configuration }) => eventRateLimit(clock, configuration.EventRateLimit)),
  off('ExtendedResourceToleration', () => optional.extendedResourceToleration),
  on('DefaultStorageClass', ({ lookup }) => defaultStorageClassAdmission(lookup)),
  on('StorageObjectInUseProtection', () => storageProtectionAdmission),
  off('OwnerReferencesPermissionEnforcement', ({ authorizer, registry }) =>
    ownerReferencesPermission(authorizer, registry),
  ),
  on('PersistentVolumeClaimResize', ({ lookup }) => claimResizeAdmission(lookup)),
  on('RuntimeClass', ({ lookup }) => runtimeClassAdmission(lookup)),
  on('CertificateApproval', ({ authorizer }) => certificateApproval(authorizer)),
  on('CertificateSigning', ({ authorizer }) => certificateSigning(authorizer)),
  // Trust bundles are not served.
  on('ClusterTrustBundleAttest', undefined),
  on('CertificateSubjectRestriction', () => certificateSubjectRestriction),
  on('DefaultIngressClass', ({ lookup }) => defaultIngressClassAdmission(lookup)),
  off('DenyServiceExternalIPs', () => optional.denyServiceExternalIPs),
  on('MutatingAdmissionPolicy', mutatingAdmissionPolicies),
  on('MutatingAdmissionWebhook', mutatingWebhooks),
  on('ValidatingAdmissionPolicy', validatingAdmissionPolicies),
  on('ValidatingAdmissionWebhook', validatingWebhooks),
  on('ResourceQuota', resourceQuotaAdmission),
  off('AlwaysDeny', () => optional.alwaysDeny),
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

/** Reads stored objects for plugins that know no more of the store; what they ask for again is there. */
export function lookupIn(store: Store): Lookup {
  const indexes = new Map<string, ReturnType<typeof byNamespace>>();
  const lists = new Map<string, () => readonly JsonObject[]>();
  return {
    get: (storage, namespace, name) => store.get(storage, storeKey(namespace, name)),
    list(storage) {
      let list = lists.get(storage);
      if (list === undefined) {
        list = derived(store, [storage], () => store.list(storage).items);
        lists.set(storage, list);
      }
      return list();
    },
    within(storage, namespace) {
      let index = indexes.get(storage);
      if (index === undefined) {
        index = byNamespace(store, storage);
        indexes.set(storage, index);
      }
      return index(namespace)?.values() ?? [];
    },
  };
}
