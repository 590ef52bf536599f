import type { CertificateAuthority, Client, Transport } from '@opwright/client';
import type { Clock, KubeObject, Random } from '@opwright/machinery';
import type { Logger } from 'opwright';
import type { Registry } from '../kinds/registry.ts';
import type { Store } from '../store/store.ts';

/** One part of the control plane beside the API server. */
export interface Controller {
  readonly name: string;
  /** Resolves when it has begun to work. */
  start(): Promise<void>;
  /** Resolves when nothing of it is left. */
  stop(): Promise<void>;
}

/** What controllers are made of: they act through the API, as the administrator. */
export interface ControllerContext {
  readonly transport: Transport;
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
  readonly store: Store;
  readonly registry: Registry;
  readonly log: Logger;
  /** PEM of the authority that clients of this cluster trust. */
  readonly rootCa: () => string;
  /** A certificate of that authority. */
  readonly signCertificate: CertificateAuthority['sign'];
  /** A token of a service account that does not expire, for a secret. */
  readonly accountToken: (account: KubeObject, secret: KubeObject) => string;
}
