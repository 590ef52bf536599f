import { deepEqual, goQuote, type JsonObject } from '@opwright/machinery';
import { at, field, text } from '../../kinds/tree.ts';
import type { Authorizer } from '../authorize.ts';
import { forbidden } from '../errors.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './admission.ts';

/** Who approves certificate requests has to be allowed to approve for the signer that they name. */
export const certificateApproval = (authorizer: Authorizer): AdmissionPlugin => ({
  name: 'CertificateApproval',
  validate(attributes) {
    if (!isRequest(attributes, 'approval') || attributes.old === undefined) return;
    return check(authorizer, attributes, 'approve', attributes.old);
  },
});

/** Who puts a certificate into a request, or changes its conditions, has to be allowed to sign for that signer. */
export const certificateSigning = (authorizer: Authorizer): AdmissionPlugin => ({
  name: 'CertificateSigning',
  validate(attributes, object) {
    const { old } = attributes;
    if (!isRequest(attributes, 'status') || old === undefined || object === undefined) return;
    const said = (request: JsonObject) =>
      ['certificate', 'conditions'].map((name) => field(at(request, 'status'), name) ?? []);
    if (deepEqual(said(object), said(old))) return;
    return check(authorizer, attributes, 'sign', old);
  },
});

function isRequest({ kind, subresource, operation }: AdmissionAttributes, wanted: string): boolean {
  return operation === 'UPDATE' && subresource === wanted && kind.groupResource === REQUESTS;
}

const GROUP = 'certificates.k8s.io';
const REQUESTS = `certificatesigningrequests.${GROUP}`;

async function check(
  authorizer: Authorizer,
  { kind, name, user }: AdmissionAttributes,
  verb: 'approve' | 'sign',
  request: JsonObject,
): Promise<void> {
  const signer = text(at(request, 'spec'), 'signerName');
  // One rule may be about all signers of a domain.
  for (const wanted of [signer, `${signer.split('/', 1)[0]}/*`]) {
    const asked = { user, verb, group: GROUP, version: '*', resource: 'signers', subresource: '', namespace: '' };
    if ((await authorizer.authorize({ ...asked, name: wanted })).allowed) return;
  }
  throw forbidden(kind, name, `user not permitted to ${verb} requests with signerName ${goQuote(signer)}`);
}
