import { stringify } from 'yaml';
import { findOperatorFile, loadOperator } from '../load-operator.ts';
import { operatorManifests } from '../manifests/operator-manifests.ts';
import type { Terminal } from '../terminal.ts';

export interface ManifestsCommandOptions {
  readonly image?: string;
  readonly namespace?: string;
  readonly leaderElect?: boolean;
  readonly certManager?: boolean;
  readonly secureMetrics?: boolean;
  readonly namespaces?: readonly string[];
  readonly namespaceSelector?: string;
  readonly shard?: boolean;
  readonly cluster?: string;
  readonly only?: 'crds' | 'rbac' | 'deployment' | 'webhooks' | 'policies';
}

/** `opwright manifests`: prints the manifests of an operator as a stream of YAML documents. */
export async function manifestsCommand(
  file: string | undefined,
  options: ManifestsCommandOptions,
  terminal: Terminal,
): Promise<void> {
  const operator = await loadOperator(await findOperatorFile(file, process.cwd()));
  const manifests = operatorManifests(operator, options);
  const chosen = options.only === undefined ? Object.values(manifests).flat() : manifests[options.only];
  // YAML 1.1 readers (kubectl's among them) must not take a text for a boolean or a number.
  const documents = chosen.map((manifest) =>
    stringify(manifest, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false }),
  );
  terminal.out(documents.join('---\n').trimEnd());
}
