import type { Clock } from '@opwright/machinery';
import type { Metrics } from '../metrics/metrics.ts';
import { convertedResources, type Operator, servesWebhooks } from '../operator.ts';
import { createWebhookServer, type WebhookServer } from '../webhooks/server.ts';
import { defaultCertificates, podNamespace } from '../webhooks/service.ts';
import { injectTrust, installConfigurations } from '../webhooks/trust.ts';
import type { ManagedCluster } from './cluster.ts';
import { isAddress } from './http.ts';
import type { Logger } from './logger.ts';
import type { ManagerOptions } from './options.ts';

/** The server of an operator's webhooks; undefined when it has none, or they are served nowhere. */
export function createManagedWebhooks(
  operator: Operator,
  options: ManagerOptions,
  { transport, clientOf }: ManagedCluster,
  { clock, logger, metrics }: { readonly clock: Clock; readonly logger: Logger; readonly metrics: Metrics },
): WebhookServer | undefined {
  const { webhookAddress: address = ':9443', webhookCertificates } = options;
  if (!servesWebhooks(operator) || !isAddress(address)) return undefined;
  // Not behind the fence: every replica serves, whoever leads.
  const client = clientOf(transport, 'webhooks');
  // A process beside the cluster is not who the configurations lead to: they are not its business.
  const isMeant = webhookCertificates !== undefined || podNamespace() !== undefined;
  const trust = isMeant ? injectTrust(operator, client) : async () => {};
  const server = createWebhookServer({
    served: { definitions: operator.webhooks, converted: convertedResources(operator) },
    address,
    certificates: webhookCertificates ?? defaultCertificates(operator.name, client, clock),
    publish: options.installWebhooks ? installConfigurations(operator, client, () => server.url ?? '') : trust,
    clock,
    logger,
    metrics: metrics.webhooks(),
    overlapMs: options.webhookOverlapMs,
  });
  return server;
}
