import { createClient, type Transport } from '@opwright/client';
import { CustomResourceDefinition } from '@opwright/kubernetes/apiextensions';
import { type Operator, operatorCrds, type WebhookTarget } from 'opwright';

/**
 * Applies the CRDs of an operator (server-side, as `opwright`): they may be new, unchanged, or of an earlier version.
 *
 * @param options.target where the operator converts; absent: it will say so itself
 */
export async function installCrds(
  transport: Transport,
  operator: Operator,
  { target, signal }: { readonly target?: WebhookTarget | undefined; readonly signal?: AbortSignal } = {},
): Promise<void> {
  const client = createClient(transport, { fieldManager: 'opwright' });
  for (const crd of operatorCrds(operator, target)) {
    await client.apply(CustomResourceDefinition, crd, {
      fieldManager: 'opwright',
      force: true,
      ...(signal !== undefined && { signal }),
    });
  }
}
