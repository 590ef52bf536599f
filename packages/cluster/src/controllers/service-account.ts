import { ConfigMap, Namespace, ServiceAccount } from '@opwright/kubernetes/core';
import { isAlreadyExists, isNamespaceTerminating, isNotFound } from '@opwright/machinery';
import { controller } from 'opwright';

const ROOT_CA = 'kube-root-ca.crt';
const ROOT_CA_DESCRIPTION =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

/** Gives every namespace its `default` service account and the ConfigMap with the cluster's CA, also when they were deleted. */
export function serviceAccountController(rootCa: () => string) {
  return controller(Namespace, { name: 'serviceaccount' })
    .watches(ServiceAccount, ({ metadata }) => ({ name: metadata.namespace ?? '' }), {
      onlyWhen: ({ metadata }) => metadata.name === 'default',
    })
    .watches(ConfigMap, ({ metadata }) => ({ name: metadata.namespace ?? '' }), {
      onlyWhen: ({ metadata }) => metadata.name === ROOT_CA,
    })
    .writes(ServiceAccount)
    .writes(ConfigMap)
    .reconcile(async ({ metadata: { name: namespace } }, ctx) => {
      const ensure = async (exists: unknown, create: () => Promise<unknown>) => {
        if (exists !== undefined) return;
        await create().catch((error: unknown) => {
          // There, or the namespace is on its way out: nothing to do either way.
          if (!isAlreadyExists(error) && !isNamespaceTerminating(error) && !isNotFound(error)) throw error;
        });
      };
      await ensure(ctx.get(ServiceAccount, { namespace, name: 'default' }), () =>
        ctx.create(ServiceAccount, { metadata: { namespace, name: 'default' } }),
      );
      await ensure(ctx.get(ConfigMap, { namespace, name: ROOT_CA }), () =>
        ctx.create(ConfigMap, {
          metadata: { namespace, name: ROOT_CA, annotations: { 'kubernetes.io/description': ROOT_CA_DESCRIPTION } },
          data: { 'ca.crt': rootCa() },
        }),
      );
    });
}
