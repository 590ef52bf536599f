/*
 * Groups below k8s.io and kubernetes.io belong to the community: a definition in one says where its API was approved.
 * https://github.com/kubernetes/enhancements/pull/1111
 */

const APPROVED = 'api-approved.kubernetes.io';
const SEE = 'see https://github.com/kubernetes/enhancements/pull/1111';

export interface ApiApproval {
  readonly state: 'Approved' | 'Unapproved' | 'Invalid' | 'Missing';
  /** The key of the annotation, and what it says. */
  readonly annotation: string;
  readonly value: string;
  readonly message: string;
}

/** What the annotations of a definition say; undefined when its group needs no approval. */
export function apiApproval(group: string, annotations: { readonly [key: string]: unknown }): ApiApproval | undefined {
  if (!/(^|\.)(k8s|kubernetes)\.io$/.test(group)) return undefined;
  const found = Object.hasOwn(annotations, APPROVED) ? annotations[APPROVED] : undefined;
  const value = typeof found === 'string' ? found : '';
  const is = (state: ApiApproval['state'], message: string) => ({ state, annotation: APPROVED, value, message });
  if (value === '') return is('Missing', `protected groups must have approval annotation "${APPROVED}", ${SEE}`);
  if (value.startsWith('unapproved')) return is('Unapproved', `not approved: ${JSON.stringify(value)}`);
  if (isUrl(value)) return is('Approved', `approved in ${value}`);
  const either = 'with either a URL or a reason starting with "unapproved"';
  return is('Invalid', `protected groups must have approval annotation "${APPROVED}" ${either}, ${SEE}`);
}

function isUrl(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s]+\S*$/i.test(text) && URL.canParse(text);
}
