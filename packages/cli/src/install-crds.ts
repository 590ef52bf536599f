import { createClient, type Transport } from '@opwright/client';
import { CustomResourceDefinition } from '@opwright/kubernetes/apiextensions';
import { type Operator, operatorCrds } from 'opwright';

/** Applies the CRDs of an operator (server-side, as `opwright`): they may be new, unchanged, or of an earlier version. */
export async function installCrds(transport: Transport, operator: Operator, signal?: AbortSignal): Promise<void> {
  const client = createClient(transport, { fieldManager: 'opwright' });
  for (const crd of operatorCrds(operator)) {
    await client.apply(CustomResourceDefinition, crd, {
      fieldManager: 'opwright',
      force: true,
      ...(signal !== undefined && { signal }),
    });
  }
}
