export { runCli } from './cli.ts';
export { type ManifestOptions, operatorManifests } from './manifests/operator-manifests.ts';
export type { Terminal } from './terminal.ts';
