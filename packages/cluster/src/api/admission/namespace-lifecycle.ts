import type { Store } from '../../store/store.ts';
import { forbidden, notFound } from '../errors.ts';
import type { AdmissionPlugin } from './admission.ts';

const NAMESPACES = { group: '', plural: 'namespaces' };
const IMMORTAL = new Set(['default', 'kube-system', 'kube-public']);

/**
 * Objects are created in namespaces that exist and are not going away; the system's own namespaces stay.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#namespacelifecycle
 */
export function namespaceLifecycle(store: Store): AdmissionPlugin {
  return {
    name: 'NamespaceLifecycle',
    mutate({ operation, kind, namespace, name, subresource }) {
      const isNamespace = kind.group === '' && kind.plural === 'namespaces';
      if (operation === 'DELETE' && isNamespace && subresource === '' && IMMORTAL.has(name)) {
        throw forbidden(NAMESPACES, name, 'this namespace may not be deleted');
      }
      if (kind.scope === 'Cluster' || operation !== 'CREATE' || isAccessReview(kind.group)) return;
      const found = store.get('namespaces', namespace);
      if (found === undefined) throw notFound(NAMESPACES, namespace);
      if (found.metadata.deletionTimestamp === undefined || subresource !== '') return;
      throw forbidden(
        kind,
        name,
        `unable to create new content in namespace ${namespace} because it is being terminated`,
        [
          {
            reason: 'NamespaceTerminating',
            message: `namespace ${namespace} is being terminated`,
            field: 'metadata.namespace',
          },
        ],
      );
    },
  };
}

function isAccessReview(group: string): boolean {
  return group === 'authorization.k8s.io';
}
