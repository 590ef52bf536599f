import type { Subject } from '../case.ts';
import { as, get, patch, post, put } from '../steps.ts';

const REQUESTS = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
const RBAC = 'rbac.authorization.k8s.io';
/** A request for CN=alice on the curve P-256. */
const PEM =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIS01IRUNBUUF3RHpFTk1Bc0dBMVVFQXd3RVlXeHBZMlV3V1RBVEJnY3Foa2pPUFFJQkJnZ3Foa2pPUFFNQgpCd05DQUFUOA==';

const request = (name: string, spec: object = {}) => ({
  metadata: { name: `${name}-{{run}}` },
  spec: { request: '{{csr}}', signerName: 'example.com/signer', usages: ['client auth'], ...spec },
});
const condition = (type: string, rest: object = {}) => ({ type, status: 'True', reason: 'Because', ...rest });

void PEM;
