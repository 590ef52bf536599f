import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startCluster } from '@opwright/cluster';
import { Pod } from '@opwright/kubernetes/core';
import { expect, test, vi } from 'vitest';
import { root } from './support/command.ts';

/** What a program does with @kubernetes/client-node; in a process of its own, where no test runner changes how modules are found. */
const PROGRAM = `
import { PassThrough, Readable, Writable } from 'node:stream';
import { Attach, Exec, KubeConfig, Log, PortForward } from '@kubernetes/client-node';

const config = new KubeConfig();
config.loadFromFile(process.env.KUBECONFIG);
const pod = ['default', 'p', 'main'];
function sink() {
  const chunks = [];
  const stream = new Writable({ write(chunk, _, done) { chunks.push(chunk); done(); } });
  const until = async (length) => { while (Buffer.concat(chunks).length < length) await new Promise((r) => setTimeout(r, 5)); };
  return { stream, until, text: () => Buffer.concat(chunks).toString() };
}
const run = (command, input) => new Promise((resolve, reject) => {
  const [out, err] = [sink(), sink()];
  const end = ({ status, reason, details }) => resolve({ status, reason, details, out: out.text(), err: err.text() });
  new Exec(config).exec(...pod, command, out.stream, err.stream, input, false, end).catch(reject);
});

const result = {};
const log = sink();
const lines = new PassThrough();
lines.pipe(log.stream);
await new Log(config).log(...pod, lines, { tailLines: 1 });
await log.until(9);
result.log = log.text();
result.cat = await run(['cat'], Readable.from(['hello ', 'you']));
result.fail = await run(['nope'], null);
const attached = sink();
await new Attach(config).attach(...pod, attached.stream, null, null, false);
await attached.until(8);
result.attach = attached.text();
const [sent, heard] = [new PassThrough(), sink()];
await new PortForward(config, true).portForward('default', 'p', [8080], heard.stream, null, sent);
sent.write('hi');
await heard.until(13);
result.forward = heard.text();
console.log(JSON.stringify(result));
process.exit(0);
`;

test('@kubernetes/client-node, unmodified, reads logs, runs commands, attaches and forwards ports', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'opwright-client-node-'));
  const kubeconfig = join(folder, 'kubeconfig');
  await using cluster = await startCluster({
    serve: true,
    kubeconfig,
    kubelet: {
      logs: (_pod, { container }) => ({ lines: [`${container} one`, `${container} two`] }),
      async exec(_pod, { command }, { stdin, stdout, stderr }) {
        if (command[0] === 'cat') for await (const chunk of stdin) await stdout(chunk);
        else await stderr('no such program');
        return command[0] === 'cat' ? 0 : 127;
      },
      attach: async (_pod, _options, { stdout }) => stdout('attached'),
      async portForward(_pod, port, { incoming, send }) {
        for await (const chunk of incoming) await send(`${port} heard ${Buffer.from(chunk)}`);
      },
    },
  });
  const spec = { containers: [{ name: 'main', image: 'i' }] };
  await cluster.load([{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'default' }, spec }]);
  await vi.waitFor(async () => {
    const pod = await cluster.client.get(Pod, { namespace: 'default', name: 'p' });
    expect(pod.status.phase).toBe('Running');
  });
  const env = { PATH: process.env.PATH, KUBECONFIG: kubeconfig };
  const program = ['--input-type=module', '--eval', PROGRAM];
  const { stdout } = await promisify(execFile)(process.execPath, program, { cwd: root, env, timeout: 60_000 });
  expect(JSON.parse(stdout)).toEqual({
    log: 'main two\n',
    cat: { status: 'Success', out: 'hello you', err: '' },
    fail: {
      status: 'Failure',
      reason: 'NonZeroExitCode',
      details: { causes: [{ reason: 'ExitCode', message: '127' }] },
      out: '',
      err: 'no such program',
    },
    attach: 'attached',
    forward: '8080 heard hi',
  });
  rmSync(folder, { recursive: true, force: true });
}, 60_000);
