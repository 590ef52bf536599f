// Unmodified clients of other languages against the embedded cluster: `npm run clients -- [go|controller-runtime|java|rust|python|helm …]`.
// A client whose tools are not here is skipped, with the reason. Exit code 1 when one fails.
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { startCluster } from '@opwright/cluster';

const home = import.meta.dirname;
const opwright = join(home, '..', 'packages', 'cli', 'bin', 'opwright.js');
/** What compilers and package managers keep for the next run. */
const kept = join(home, '..', '.opwright', 'clients');
const assets = join(kept, 'envtest');
const helm = process.env.HELM ?? 'helm';

const CLIENTS = {
  go: {
    what: "controller-runtime 0.20 and client-go, in envtest's environment",
    tool: ['go', 'version'],
    steps: [['go', 'test', '-count=1', './...']],
    env: { KUBEBUILDER_ASSETS: assets },
    prepare: prepareEnvtest,
  },
  'controller-runtime': {
    what: "controller-runtime 0.20's own test suites, in envtest's environment",
    tool: ['go', 'version'],
    folder: join(kept, 'controller-runtime'),
    steps: [['go', 'test', '-count=1', '-p=1', '-timeout=20m', './pkg/...']],
    env: { KUBEBUILDER_ASSETS: assets },
    prepare: async () => (copyModule('sigs.k8s.io/controller-runtime@v0.20.4') ? prepareEnvtest() : 1),
  },
  java: {
    what: "fabric8's client 8, and the API server as its kube-api-test starts it",
    tool: ['mvn', '--version'],
    steps: [['mvn', '--batch-mode', '--quiet', 'test']],
    env: { KUBEBUILDER_ASSETS: assets, OPWRIGHT_MAVEN_TARGET: join(kept, 'maven') },
    prepare: prepareEnvtest,
  },
  rust: {
    what: 'kube-rs 5',
    tool: ['cargo', '--version'],
    steps: [['cargo', 'test', '--quiet']],
    env: { CARGO_TARGET_DIR: join(kept, 'cargo') },
  },
  python: {
    what: 'the official Python client 32',
    tool: ['python3', '--version'],
    steps: [
      ['python3', '-m', 'venv', join(kept, 'python')],
      [join(kept, 'python', 'bin', 'pip'), 'install', '--quiet', '--requirement', 'requirements.txt'],
      [join(kept, 'python', 'bin', 'python'), '-m', 'unittest', 'test_client'],
    ],
  },
  helm: { what: 'Helm 3', tool: [helm, 'version', '--short'], steps: [[process.execPath, '--test', '.']] },
};

/** What pods say, as busybox would. */
const kubelet = {
  logs: (pod) => ({ lines: [/echo (\w+);/.exec(pod.spec.containers[0].command?.at(-1))?.[1] ?? ''] }),
  async exec(_pod, { command: [name, ...words] }, { stdout }) {
    if (name === 'echo') await stdout(`${words.join(' ')}\n`);
    return name === 'echo' ? 0 : 127;
  },
};

function prepareEnvtest() {
  return runToEnd([process.execPath, opwright, 'envtest', '--dir', assets], home, {});
}

/** A module's sources with their tests, which have to be in a folder that is not the module cache. */
function copyModule(module) {
  const target = CLIENTS['controller-runtime'].folder;
  if (existsSync(target)) return true;
  const { status, stdout } = spawnSync('go', ['mod', 'download', '-json', module], { encoding: 'utf8', cwd: tmpdir() });
  if (status !== 0) return false;
  const { Dir: source } = JSON.parse(stdout);
  // File by file: the folders of the cache are read-only, and so would be their copies. It has no executable files either.
  for (const entry of readdirSync(source, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const from = join(entry.parentPath, entry.name);
    const to = join(target, relative(source, from));
    cpSync(from, to);
    if (entry.name.endsWith('.sh')) chmodSync(to, 0o755);
  }
  return true;
}

function runToEnd([command, ...args], cwd, env) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    child.on('error', () => resolve(127));
    child.on('close', (code) => resolve(code ?? 1));
  });
}

function missing([command, ...args]) {
  const { error, status } = spawnSync(command, args, { stdio: 'ignore' });
  return error !== undefined || status !== 0;
}

/** passed, failed, or why it was skipped. */
async function outcome(name, kubeconfig) {
  const { tool, steps, folder = join(home, name), env = {}, prepare } = CLIENTS[name];
  if (missing(tool)) return `skipped: there is no ${tool[0]} here`;
  if (prepare !== undefined && (await prepare()) !== 0) return 'failed';
  for (const step of steps) {
    if ((await runToEnd(step, folder, { KUBECONFIG: kubeconfig, ...env })) !== 0) return 'failed';
  }
  return 'passed';
}

const named = process.argv.slice(2);
const unknown = named.filter((name) => !Object.hasOwn(CLIENTS, name));
if (unknown.length > 0) {
  console.error(`unknown client ${unknown.join(', ')}: use ${Object.keys(CLIENTS).join(', ')}`);
  process.exit(1);
}

mkdirSync(kept, { recursive: true });
const folder = mkdtempSync(join(tmpdir(), 'opwright-clients-'));
const outcomes = [];
const kubeconfig = join(folder, 'kubeconfig');
const cluster = await startCluster({ serve: true, kubeconfig, kubelet });
try {
  await cluster.load(readFileSync(join(home, 'crds', 'widgets.yaml'), 'utf8'));
  for (const name of named.length > 0 ? named : Object.keys(CLIENTS)) {
    outcomes.push([name, await outcome(name, kubeconfig)]);
  }
} finally {
  await cluster[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
}
for (const [name, result] of outcomes) console.log(`${name.padEnd(18)} ${CLIENTS[name].what}: ${result}`);
process.exitCode = outcomes.some(([, result]) => result === 'failed') ? 1 : 0;
