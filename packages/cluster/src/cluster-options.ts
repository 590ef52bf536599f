import type { Clock, Random } from '@opwright/machinery';
import type { Logger } from 'opwright';
import type { AdmissionConfiguration, PluginChoice } from './api/admission/plugins.ts';
import type { KubeletHooks } from './api/connect/kubelet.ts';
import type { ServiceAccountOptions } from './api/tokens/issuer.ts';
import type { FeatureGates } from './kinds/feature-gates.ts';
import type { ServeOptions } from './serve.ts';

export interface ClusterOptions {
  /**
   * What runs beside the API server: nothing (`envtest`), or the controllers that make objects behave (`cluster`, the
   * default).
   */
  readonly profile?: 'cluster' | 'envtest';
  /**
   * All time of the cluster: of objects, tokens, watches, controllers and the request log. A `VirtualClock` stands still
   * until it is told to advance. Default: the machine's.
   */
  readonly clock?: Clock;
  /** Chance: of uids, name suffixes, jitter and faults. Default: by `seed`, or the machine's. */
  readonly random?: Random;
  /** The same seed gives the same uids and names to the same requests; not the same keys and certificates. */
  readonly seed?: number | string;
  /** The revision to begin with, of which the first write is the next; default 1. Not with `data` and `from`. */
  readonly startRevision?: number;
  /** Listens on HTTPS for kubectl and other processes; default: no. */
  readonly serve?: boolean | ServeOptions;
  /** Where to write a kubeconfig of the administrator; needs `serve`. */
  readonly kubeconfig?: string;
  /** Time between the bookmarks of a watch; default one minute. */
  readonly bookmarkIntervalMs?: number;
  /** Events that are kept per resource, for watches that start in the past; default 10,000. */
  readonly historyLimit?: number;
  /** How long Events are kept after they were last written; default one hour, 0: for ever. */
  readonly eventTtlMs?: number;
  /** Records that {@link Cluster.requests} keeps; default 1,000. */
  readonly requestLimit?: number;
  /**
   * Folder that keeps the cluster: a write is answered when it is on the disk, and a cluster that is started there again,
   * also after a crash, continues at the same revision. Default: everything is in memory, and gone at the end.
   */
  readonly data?: string;
  /**
   * A cluster to begin with: a file that `opwright cluster save` has written, or what {@link Cluster.save} gave. With
   * `data`, that must be a new folder.
   */
  readonly from?: string | Uint8Array;
  /** How tokens of service accounts are made; default: with a key of the cluster's own. */
  readonly serviceAccounts?: ServiceAccountOptions;
  /**
   * What clients find in pods: logs, commands, ports. What is left out is answered by the stand-in for the kubelet, which
   * says that nothing runs; in the `envtest` profile, by an error, since there is no kubelet.
   */
  readonly kubelet?: KubeletHooks;
  /** Of the controllers; default: errors as JSON lines on standard error. */
  readonly logger?: Logger;
  /**
   * Where services are that webhook configurations name: `namespace/name` to `https://127.0.0.1:9443`. Without an entry
   * the Endpoints of the service count, as far as they are on this machine.
   */
  readonly services?: Readonly<Record<string, string>>;
  /**
   * Admission plugins that work beside those that do by default, by the names of kube-apiserver's
   * `--enable-admission-plugins`.
   */
  readonly enableAdmissionPlugins?: readonly string[];
  /** Admission plugins that do not work. Default: ServiceAccount in the profile `envtest`, as there; none otherwise. */
  readonly disableAdmissionPlugins?: readonly string[];
  /** What some admission plugins are told, by their names. */
  readonly admissionConfiguration?: AdmissionConfiguration;
  /** What kube-apiserver does only when told to. Default: nothing of it. */
  readonly featureGates?: FeatureGates;
}

/** Without controllers no namespace has the service account that every pod needs. */
export function pluginChoice(profile: string, options: ClusterOptions): PluginChoice {
  const { enableAdmissionPlugins: enabled = [], disableAdmissionPlugins } = options;
  return { enabled, disabled: disableAdmissionPlugins ?? (profile === 'envtest' ? ['ServiceAccount'] : []) };
}
