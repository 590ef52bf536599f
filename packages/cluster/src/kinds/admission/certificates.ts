import { type AdmissionPlugin, refused } from '../../api/admission/admission.ts';
import { readRequest } from '../certificate-request.ts';
import { at, text } from '../tree.ts';

const storage = 'certificatesigningrequests.certificates.k8s.io';

/** Nobody gets a certificate of the administrators' group (CertificateSubjectRestriction). */
export const certificateSubjectRestriction: AdmissionPlugin = {
  name: 'CertificateSubjectRestriction',
  validate(attributes, request) {
    const { operation, kind, subresource } = attributes;
    if (operation !== 'CREATE' || kind.storage !== storage || subresource !== '') return;
    const spec = at(request, 'spec');
    const signer = 'kubernetes.io/kube-apiserver-client';
    if (text(spec, 'signerName') !== signer) return;
    const asked = readRequest(text(spec, 'request'));
    if ('organizations' in asked && asked.organizations.includes('system:masters')) {
      throw refused(attributes, request, `use of ${signer} signer with system:masters group is not allowed`);
    }
  },
};
