import { StatusError } from '@opwright/machinery';
import type { AdmissionPlugin } from '../api/admission/admission.ts';
import type { Store } from '../store/store.ts';
import { DEFINITIONS } from './definition.ts';

/** No new objects of a custom resource whose definition is being deleted. */
export function definitionTerminating(store: Store): AdmissionPlugin {
  return {
    name: 'CustomResourceDefinitionTerminating',
    mutate({ operation, kind, subresource }) {
      if (!kind.custom || operation !== 'CREATE' || subresource !== '') return;
      const definition = store.get(DEFINITIONS, kind.groupResource);
      if (definition?.metadata.deletionTimestamp === undefined) return;
      throw new StatusError({
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message: 'create not allowed while custom resource definition is terminating',
        reason: 'MethodNotAllowed',
        details: { group: kind.group, kind: kind.plural },
        code: 405,
      });
    },
  };
}
