import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cluster, startCluster } from '@opwright/cluster';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeKubectl, type Kubectl, kubectlFor } from '../support/kubectl.ts';

let folder: string;
let cluster: Cluster;
let kubectl: Kubectl;

const run = (args: string, input?: string) => kubectl(args.split(' '), input === undefined ? {} : { input });
const ok = async (args: string, input?: string) => {
  const result = await run(args, input);
  expect(result, `kubectl ${args}`).toMatchObject({ code: 0 });
  return result.stdout;
};

const role = (rules: string) => `
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: reader, namespace: default }
rules:
${rules}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: readers, namespace: default }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader }
subjects:
- { kind: ServiceAccount, name: robot, namespace: default }
`;
const pods = '- { apiGroups: [""], resources: [pods], verbs: [get, list] }';
const secrets = '- { apiGroups: [""], resources: [secrets], resourceNames: [s], verbs: [get] }';

/** A request for CN=alice with a key on the curve P-256: PEM in base64. */
const CSR =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlITE1ISUNBUUF3RURFT01Bd0dBMVVFQXd3RllXeHBZMlV3V1RBVEJnY3Foa2' +
  'pPUFFJQkJnZ3Foa2pPUFFNQgpCd05DQUFUZVdqRDVBa2dvZjRlczlIOUJYR2I0NFlPZmg5MHo3MXYrcjRuaVFCVXZ0aDRvWGR0c1NReElyTWg2' +
  'Ck5zaTZPd0REQ3dSRDRmV1JxZ01CUTljZDZ5WXZvQUF3Q2dZSUtvWkl6ajBFQXdJRFNRQXdSZ0loQU80MmlXRjEKWXpmaHpTa2dabDZvbWRNZj' +
  'NNTGFSY1QzOXhPOU1JNXE4YmlZQWlFQWpvVkJ2R3A3eVA2ak52cHNzZGtpL0RkRwpXUmVIS3BBWFF1NTJYRzVXUjc0PQotLS0tLUVORCBDRVJU' +
  'SUZJQ0FURSBSRVFVRVNULS0tLS0K';

describeKubectl('kubectl asks who may do what', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'opwright-test-'));
    cluster = await startCluster({ serve: true, kubeconfig: join(folder, 'kubeconfig') });
    kubectl = kubectlFor(join(folder, 'kubeconfig'));
    await ok('create serviceaccount robot');
  });
  afterAll(async () => {
    kubectl?.dispose();
    await cluster?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const robot = '--as=system:serviceaccount:default:robot';

  test('auth reconcile makes roles and bindings, and adds what is missing', async () => {
    const file = join(folder, 'roles.yaml');
    writeFileSync(file, role(pods));
    expect(await ok(`auth reconcile -f ${file}`)).toBe(
      'role.rbac.authorization.k8s.io/reader reconciled\nrolebinding.rbac.authorization.k8s.io/readers reconciled\n',
    );
    expect((await run(`auth can-i get secrets/s ${robot}`)).stdout).toBe('no\n');
    writeFileSync(file, role(`${pods}\n${secrets}`));
    await ok(`auth reconcile -f ${file}`);
    expect(await ok(`auth can-i get secrets/s ${robot}`)).toBe('yes\n');
  });

  test('auth can-i answers for oneself and for others, and lists', async () => {
    expect(await ok('auth can-i delete nodes')).toContain('yes\n');
    expect(await ok(`auth can-i list pods ${robot}`)).toBe('yes\n');
    const no = await run(`auth can-i list pods -n kube-system ${robot}`);
    expect(no).toMatchObject({ code: 1, stdout: 'no\n' });
    expect(await ok(`auth can-i get /version ${robot}`)).toBe('yes\n');
    const list = await ok(`auth can-i --list ${robot}`);
    expect(list).toMatch(/^pods +\[\] +\[\] +\[get list\]$/m);
    expect(list).toMatch(/^secrets +\[\] +\[s\] +\[get\]$/m);
  });

  test('auth whoami tells who somebody is, with a certificate, a token and as somebody else', async () => {
    expect(await ok('auth whoami')).toMatch(
      /Username +kubernetes-admin\nGroups +\[system:masters system:authenticated\]/,
    );
    expect(await ok('auth whoami --as=alice --as-group=dev --as-group=ops --as-uid=7')).toMatch(
      /Username +alice\nUID +7\nGroups +\[dev ops system:authenticated\]/,
    );
    const token = (await ok('create token robot')).trim();
    // Without a certificate in the way of the token.
    const who = await ok(`auth whoami --context=opwright-token --token=${token}`);
    expect(who).toMatch(/Username +system:serviceaccount:default:robot/);
    expect(who).toMatch(/credential-id +\[JTI=/);
  });

  test('create token binds, limits and refuses', async () => {
    const claims = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    await ok('create secret generic s');
    const token = claims(
      await ok(
        'create token robot --audience=a --audience=b --duration=20m --bound-object-kind=Secret --bound-object-name=s',
      ),
    );
    expect(token).toMatchObject({ aud: ['a', 'b'], 'kubernetes.io': { secret: { name: 's' } } });
    expect(token.exp - token.iat).toBe(1200);
    expect((await run('create token robot --duration=1s')).stderr).toContain(
      'may not specify a duration less than 10 minutes',
    );
  });

  test('nobody grants with kubectl what they do not hold', async () => {
    await ok('create role binder --verb=create,get,update,patch --resource=roles.rbac.authorization.k8s.io');
    await ok('create rolebinding binders --role=binder --serviceaccount=default:robot');
    const refused = await run(`create role grab --verb=delete --resource=pods ${robot}`);
    expect(refused.stderr).toContain(
      'is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}',
    );
    await ok(`create role fine --verb=get --resource=pods ${robot}`);
  });

  test('certificate approve and deny decide about a request', async () => {
    for (const name of ['yes', 'no']) {
      await ok(
        'create -f -',
        JSON.stringify({
          apiVersion: 'certificates.k8s.io/v1',
          kind: 'CertificateSigningRequest',
          metadata: { name },
          spec: {
            request: CSR,
            signerName: 'example.com/signer',
            usages: ['client auth'],
          },
        }),
      );
    }
    expect(await ok('get csr yes')).toMatch(/^yes +\S+ +example\.com\/signer +kubernetes-admin +<none> +Pending$/m);
    expect(await ok('certificate approve yes')).toBe('certificatesigningrequest.certificates.k8s.io/yes approved\n');
    expect(await ok('certificate deny no')).toBe('certificatesigningrequest.certificates.k8s.io/no denied\n');
    expect(await ok('get csr yes')).toMatch(/Approved\n$/);
    expect(await ok('get csr no')).toMatch(/Denied\n$/);
  });
});
