import type { JsonObject } from '@opwright/machinery';
import type { AdmissionInput } from '@opwright/schema';
import type { ServedKind } from '../../../kinds/kind.ts';
import type { AdmissionAttributes } from '../admission.ts';
import type { Form } from '../form.ts';
import { namespaceOf, reviewOf } from '../webhooks/review.ts';

/**
 * What expressions get to see of a write, beside the answers of the authorizer.
 *
 * @param kind the version of the resource that the webhook or policy is about
 */
export function expressionInput(
  attributes: AdmissionAttributes,
  kind: ServedKind,
  form: Form,
  object: JsonObject | undefined,
): Omit<AdmissionInput, 'decide'> {
  const { request } = reviewOf('v1', '', attributes, kind, form, object) as { request: JsonObject };
  const { object: shown = null, oldObject = null, ...rest } = request;
  const { kind: own, subresource, namespace, name } = attributes;
  return {
    object: shown,
    oldObject,
    namespaceObject: null,
    request: rest,
    params: null,
    requestResource: {
      group: own.group,
      resource: own.plural,
      subresource,
      namespace: namespaceOf(own, namespace, name),
      name,
    },
  };
}
