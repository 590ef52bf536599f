import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { VirtualClock } from '@opwright/machinery';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { testCertificates } from '../../test/certificates.ts';
import { startServer } from '../../test/servers.ts';
import { type Connection, connect } from './connect.ts';
import { KubeconfigError } from './fields.ts';
import { inClusterAccess } from './in-cluster.ts';

const certificates = testCertificates();
let folder: string;
let files = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'opwright-'));
});
afterAll(() => rm(folder, { recursive: true }));

const base64 = (text: string) => Buffer.from(text).toString('base64');

async function write(content: unknown): Promise<string> {
  const file = join(folder, `config-${files++}`);
  await writeFile(file, typeof content === 'string' ? content : stringify(content));
  return file;
}

/** One context `c` of cluster `k` and user `u`. */
const config = (cluster: object, user: object = {}) => ({
  kind: 'Config',
  clusters: [{ name: 'k', cluster }],
  users: [{ name: 'u', user }],
  contexts: [{ name: 'c', context: { cluster: 'k', user: 'u', namespace: 'team' } }],
  'current-context': 'c',
});

const failure = async (content: unknown, context?: string): Promise<string> => {
  const kubeconfig = await write(content);
  const error: unknown = await connect({ kubeconfig, ...(context && { context }) }).catch((cause) => cause);
  if (!(error instanceof KubeconfigError)) throw error;
  return error.message.replaceAll(kubeconfig, 'FILE');
};

const echo = () =>
  startServer((request, response) => {
    const peer = (
      request.socket as unknown as { getPeerCertificate(): { subject?: { CN: string } } }
    ).getPeerCertificate();
    response.end(JSON.stringify({ token: request.headers.authorization ?? null, name: peer.subject?.CN ?? null }));
  }, certificates);

async function ask({ transport }: Connection): Promise<unknown> {
  return (await transport.request({ method: 'GET', path: '/' })).json();
}

describe('where the cluster is found', () => {
  test('of entries with one name the first file counts, of current-context, too; missing files are skipped', async () => {
    const first = await write({ clusters: [{ name: 'k', cluster: { server: 'https://first' } }], contexts: [] });
    const second = await write({
      ...config({ server: 'https://second' }),
      contexts: [{ name: 'c', context: { cluster: 'k', user: '' } }],
    });
    const env = { KUBECONFIG: [join(folder, 'missing'), first, '', second].join(delimiter) };
    const connection = await connect({ env });
    expect(connection).toMatchObject({ server: 'https://first', context: 'c', namespace: 'default' });
    await connection.transport.close();
  });

  test('an explicit path comes before KUBECONFIG, that before ~/.kube/config', async () => {
    const server = async (options: Parameters<typeof connect>[0]) => {
      const connection = await connect(options);
      await connection.transport.close();
      return connection.server;
    };
    await mkdir(join(folder, 'home', '.kube'), { recursive: true });
    await writeFile(join(folder, 'home', '.kube', 'config'), stringify(config({ server: 'https://home' })));
    const env = { HOME: join(folder, 'home'), KUBECONFIG: await write(config({ server: 'https://env' })) };
    expect(await server({ env, kubeconfig: await write(config({ server: 'https://path' })) })).toBe('https://path');
    expect(await server({ env })).toBe('https://env');
    expect(await server({ env: { HOME: env.HOME } })).toBe('https://home');
  });

  test('a pod is known by its service account', async () => {
    await writeFile(join(folder, 'token'), 't1');
    await writeFile(join(folder, 'ca.crt'), certificates.ca);
    await writeFile(join(folder, 'namespace'), 'mine\n');
    const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };
    const access = await inClusterAccess(env, new VirtualClock(), { headers: {} }, folder);
    expect(access).toMatchObject({ server: 'https://[fd00::1]:443', namespace: 'mine', ca: certificates.ca });
    expect(await access?.credentials.get()).toEqual({ headers: { authorization: 'Bearer t1' } });
    expect(await inClusterAccess({}, new VirtualClock(), { headers: {} }, folder)).toBeUndefined();
    await expect(inClusterAccess(env, new VirtualClock(), { headers: {} }, join(folder, 'none'))).rejects.toThrow(
      'automountServiceAccountToken',
    );
  });
});

describe('credentials', () => {
  test('certificates from data and from files relative to the kubeconfig', async () => {
    await using server = await echo();
    const data = config(
      { server: server.url, 'certificate-authority-data': base64(certificates.ca) },
      {
        'client-certificate-data': base64(certificates.client.cert),
        'client-key-data': base64(certificates.client.key),
      },
    );
    await writeFile(join(folder, 'ca.pem'), certificates.ca);
    await writeFile(join(folder, 'client.pem'), certificates.client.cert);
    await writeFile(join(folder, 'key.pem'), certificates.client.key);
    const relative = config(
      { server: server.url, 'certificate-authority': 'ca.pem' },
      { 'client-certificate': 'client.pem', 'client-key': './key.pem' },
    );
    for (const content of [data, relative]) {
      const connection = await connect({ kubeconfig: await write(content) });
      expect(connection.namespace).toBe('team');
      expect(await ask(connection)).toEqual({ token: null, name: 'alice' });
      await connection.transport.close();
    }
  });

  test('a token goes over TLS, never over plain HTTP', async () => {
    await using secure = await echo();
    await using plain = await startServer((request, response) => {
      response.end(JSON.stringify(request.headers.authorization ?? null));
    });
    const ca = { 'certificate-authority-data': base64(certificates.ca) };
    const overTls = await connect({ kubeconfig: await write(config({ server: secure.url, ...ca }, { token: 's' })) });
    expect(await ask(overTls)).toEqual({ token: 'Bearer s', name: null });
    const overHttp = await connect({ kubeconfig: await write(config({ server: plain.url }, { token: 's' })) });
    expect(await ask(overHttp)).toBe(null);
    await Promise.all([overTls.transport.close(), overHttp.transport.close()]);
  });
});

describe('exec plugins', () => {
  const plugin = async (script: string): Promise<string> => {
    const name = `plugin-${files++}.mjs`;
    await writeFile(join(folder, name), `#!${process.execPath}\n${script}`);
    await chmod(join(folder, name), 0o755);
    return `./${name}`;
  };
  const user = (command: string, more: object = {}) => ({
    exec: { apiVersion: 'client.authentication.k8s.io/v1', command, interactiveMode: 'Never', ...more },
  });
  const counting = (status: string) => `
    import { appendFileSync, readFileSync } from 'node:fs';
    appendFileSync(process.env.LOG, 'x');
    const runs = readFileSync(process.env.LOG, 'utf8').length;
    const info = JSON.parse(process.env.KUBERNETES_EXEC_INFO);
    console.log(JSON.stringify({ kind: 'ExecCredential', apiVersion: info.apiVersion, status: ${status} }));`;

  test('run once for calls at the same time, again when the credentials expire', async () => {
    await using server = await echo();
    const clock = new VirtualClock({ now: Date.parse('2026-01-01T00:00:00Z') });
    const log = join(folder, `log-${files++}`);
    const command = await plugin(
      counting(`{ token: 'run ' + runs, expirationTimestamp: '2026-01-01T0' + runs + ':00:00Z' }`),
    );
    const cluster = { server: server.url, 'certificate-authority-data': base64(certificates.ca) };
    const kubeconfig = await write(config(cluster, user(command, { env: [{ name: 'LOG', value: log }] })));
    const connection = await connect({ kubeconfig, clock });
    const answers = await Promise.all([ask(connection), ask(connection), ask(connection)]);
    expect(answers).toEqual(Array(3).fill({ token: 'Bearer run 1', name: null }));
    await clock.advance(3_580_000);
    expect(await ask(connection)).toMatchObject({ token: 'Bearer run 1' });
    await clock.advance(10_000);
    expect(await ask(connection)).toMatchObject({ token: 'Bearer run 2' });
    expect(await readFile(log, 'utf8')).toBe('xx');
    await connection.transport.close();
  });

  test('are told the cluster when they ask for it, and may give a client certificate', async () => {
    await using server = await echo();
    const log = join(folder, `log-${files++}`);
    const command = await plugin(`
      import { writeFileSync } from 'node:fs';
      writeFileSync(process.env.LOG, process.env.KUBERNETES_EXEC_INFO);
      console.log(${JSON.stringify(
        JSON.stringify({
          kind: 'ExecCredential',
          apiVersion: 'client.authentication.k8s.io/v1',
          status: { clientCertificateData: certificates.client.cert, clientKeyData: certificates.client.key },
        }),
      )});`);
    const cluster = {
      server: server.url,
      'certificate-authority-data': base64(certificates.ca),
      extensions: [{ name: 'client.authentication.k8s.io/exec', extension: { audience: 'a' } }],
    };
    const more = { provideClusterInfo: true, env: [{ name: 'LOG', value: log }] };
    const connection = await connect({ kubeconfig: await write(config(cluster, user(command, more))) });
    expect(await ask(connection)).toEqual({ token: null, name: 'alice' });
    expect(JSON.parse(await readFile(log, 'utf8'))).toEqual({
      kind: 'ExecCredential',
      apiVersion: 'client.authentication.k8s.io/v1',
      spec: {
        interactive: false,
        cluster: {
          server: server.url,
          'certificate-authority-data': base64(certificates.ca),
          config: { audience: 'a' },
        },
      },
    });
    await connection.transport.close();
  });

  test.each([
    ['process.exit(3)', 'failed with exit code 3'],
    ['console.log("s3cret")', 'is not JSON'],
    ['console.log(JSON.stringify({ kind: "ExecCredential", apiVersion: "x/v1" }))', 'is x/v1 ExecCredential, not the'],
    [counting('{}').replace(/.*(append|runs).*\n/g, ''), 'neither a token nor a client certificate'],
  ])('that fail are named: %s', async (script, why) => {
    const kubeconfig = await write(config({ server: 'https://127.0.0.1:1' }, user(await plugin(script))));
    const connection = await connect({ kubeconfig });
    const error: Error = await ask(connection).then(String, (cause) => cause);
    expect(error.message).toContain(why);
    expect(error.message).not.toContain('s3cret');
    await connection.transport.close();
  });

  test('that are not installed come with their hint', async () => {
    const content = config({ server: 'https://127.0.0.1:1' }, user('no-such-plugin', { installHint: 'get it at x' }));
    const connection = await connect({ kubeconfig: await write(content) });
    await expect(ask(connection)).rejects.toThrow(/the plugin no-such-plugin was not found.*get it at x/s);
    await connection.transport.close();
  });
});

describe('errors name the file, the field and the remedy', () => {
  const good = config({ server: 'https://x' });
  test.each<[unknown, string]>([
    ['a: [', 'FILE is not YAML'],
    ['- a', 'FILE must be an object, is a list'],
    [{ ...good, kind: 'Pod' }, 'FILE: kind is "Pod", not Config'],
    [{ ...good, 'current-context': undefined }, 'there is no current-context; name one of its contexts (c)'],
    [{ ...good, 'current-context': 'd' }, 'current-context "d" does not exist; contexts are: c'],
    [{ ...good, clusters: [] }, 'FILE: contexts[0].context.cluster is "k", which does not exist; there are: none'],
    [{ ...good, users: [] }, 'FILE: contexts[0].context.user is "u", which does not exist'],
    [config({}), 'FILE: clusters[0].cluster.server is missing'],
    [config({ server: 7 }), 'FILE: clusters[0].cluster.server must be text, is a number'],
    [config({ server: 'ftp://x' }), 'the server address "ftp://x" is not an http:// or https:// URL'],
    [
      config({ server: 'https://x', 'certificate-authority-data': '!' }),
      'certificate-authority-data is not the base64 form',
    ],
    [config({ server: 'https://x', 'certificate-authority': 'gone' }), 'cluster.certificate-authority: cannot read'],
    [
      config({ server: 'https://x' }, { 'client-key-data': base64(certificates.client.key) }),
      'has no client-certificate',
    ],
    [config({ server: 'https://x' }, { 'auth-provider': { name: 'gcp' } }), 'no part of Kubernetes since 1.26'],
    [config({ server: 'https://x' }, { exec: { command: 'x' } }), 'users[0].user.exec.apiVersion'],
  ])('%j', async (content, message) => {
    expect(await failure(content)).toContain(message);
  });

  test('an entry that is not used harms nobody', async () => {
    const content = { ...good, users: [...good.users, { name: 'old', user: { 'auth-provider': { name: 'gcp' } } }] };
    const connection = await connect({ kubeconfig: await write(content) });
    await connection.transport.close();
  });

  test('a missing file and no cluster at all', async () => {
    await expect(connect({ kubeconfig: join(folder, 'nope') })).rejects.toThrow(
      'does not exist: name an existing kubeconfig',
    );
    await expect(connect({ env: { KUBECONFIG: join(folder, 'nope') } })).rejects.toThrow('no such file exists');
    await expect(connect({ env: { HOME: join(folder, 'nobody') } })).rejects.toThrow('no cluster to connect to');
  });
});
