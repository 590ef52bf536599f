import type { Client } from '@opwright/client';
import { Secret, ServiceAccount } from '@opwright/kubernetes/core';
import { isConflict, isNotFound } from '@opwright/machinery';
import { controller } from 'opwright';

const TYPE = 'kubernetes.io/service-account-token';
const NAME = 'kubernetes.io/service-account.name';
const UID = 'kubernetes.io/service-account.uid';

export interface ServiceAccountTokenOptions {
  readonly client: Client;
  /** PEM of the authority of the API server. */
  readonly rootCa: () => string;
  /** A token that does not expire. */
  readonly issue: (account: ServiceAccount, secret: Secret) => string;
}

/**
 * Puts tokens into the secrets that ask for one by their type and an annotation, and deletes them with their accounts.
 *
 * @see https://kubernetes.io/docs/concepts/configuration/secret/#serviceaccount-token-secrets
 */
export function serviceAccountTokenController({ client, rootCa, issue }: ServiceAccountTokenOptions) {
  const isToken = (secret: Secret) => secret.type === TYPE;
  return controller(Secret, { name: 'serviceaccount-token', onlyWhen: isToken })
    .watches(ServiceAccount, (account, ctx) =>
      ctx
        .list(Secret, { namespace: account.metadata.namespace ?? '' })
        .filter((secret) => isToken(secret) && secret.metadata.annotations?.[NAME] === account.metadata.name),
    )
    .reconcile(async (secret, ctx) => {
      if (!isToken(secret)) return;
      const { name, namespace = '', annotations = {}, uid, resourceVersion } = secret.metadata;
      const key = { name, namespace };
      try {
        const account = await liveAccount(client, namespace, annotations[NAME] ?? '');
        const isOthers = annotations[UID] !== undefined && annotations[UID] !== account?.metadata.uid;
        if (account === undefined || isOthers) {
          await client.delete(Secret, key, { preconditions: { uid, resourceVersion } });
          return;
        }
        const { token, 'ca.crt': ca, namespace: place } = secret.data ?? {};
        const wanted = { 'ca.crt': base64(rootCa()), namespace: base64(namespace) };
        if (token !== undefined && ca === wanted['ca.crt'] && place === wanted.namespace && annotations[UID]) return;
        const data = { ...wanted, token: token ?? base64(issue(account, secret)) };
        const patch = { metadata: { resourceVersion, annotations: { [UID]: account.metadata.uid } }, data };
        await client.patch(Secret, key, { type: 'merge', patch }, { signal: ctx.signal });
      } catch (error) {
        // Somebody was faster: their event brings the secret here again.
        if (!isNotFound(error) && !isConflict(error)) throw error;
      }
    });
}

/** The account as it is now: a cache that does not have it yet is no reason to delete its tokens. */
async function liveAccount(client: Client, namespace: string, name: string): Promise<ServiceAccount | undefined> {
  if (name === '') return undefined;
  try {
    return await client.get(ServiceAccount, { namespace, name });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
