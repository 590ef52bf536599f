import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import type { AdmissionConfiguration } from '../api/admission/plugins.ts';
import { type Flags, lastOf } from './flags.ts';

/** An AdmissionConfiguration of apiserver.config.k8s.io/v1. */
interface ConfigurationFile {
  readonly plugins?: readonly PluginConfiguration[];
}

interface PluginConfiguration {
  readonly name: string;
  /** Of a file beside this one, in place of `configuration`. */
  readonly path?: string;
  readonly configuration?: object;
}

/**
 * What `--admission-control-config-file` says to the plugins, by their names.
 *
 * @throws Error when the file, or one that it names, cannot be read
 */
export async function admissionConfigurationOf(flags: Flags): Promise<AdmissionConfiguration> {
  const file = lastOf(flags, 'admission-control-config-file');
  if (!file) return {};
  const { plugins = [] }: ConfigurationFile = parse(await readFile(file, 'utf8')) ?? {};
  const entries = plugins.map(async ({ name, path, configuration }) => [
    name,
    path ? parse(await readFile(resolve(dirname(file), path), 'utf8')) : configuration,
  ]);
  return Object.fromEntries(await Promise.all(entries));
}
