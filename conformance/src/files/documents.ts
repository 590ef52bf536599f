import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isPlainObject, type JsonObject } from '@opwright/machinery';
import { parseAllDocuments } from 'yaml';

/** An object in a file, with its text. */
export interface FileObject {
  readonly file: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly object: JsonObject;
  readonly text: string;
}

/** Templates are no YAML; such texts are not for an API server. */
const TEMPLATE = /^\s*\{\{/m;
const MAX_BYTES = 1_000_000;

/** The Kubernetes objects in YAML and JSON files below the paths, each text once; what is none is left out. */
export async function objectsIn(paths: readonly string[]): Promise<FileObject[]> {
  const seen = new Set<string>();
  const objects: FileObject[] = [];
  for (const path of paths) {
    for (const file of await filesBelow(path)) {
      const text = await readFile(file, 'utf8');
      if (TEMPLATE.test(text) || text.length > MAX_BYTES) continue;
      for (const document of parseAllDocuments(text, { uniqueKeys: false, logLevel: 'silent' })) {
        if (document.errors.length > 0) continue;
        const object = asObject(document);
        const source = text.slice(document.range?.[0] ?? 0, document.range?.[2] ?? text.length);
        if (object === undefined || seen.has(source)) continue;
        seen.add(source);
        const { apiVersion, kind } = object as { readonly apiVersion: string; readonly kind: string };
        objects.push({ file, apiVersion, kind, object, text: source.replace(/^---.*\n/, '') });
      }
    }
  }
  return objects;
}

function asObject(document: { toJS(): unknown }): JsonObject | undefined {
  try {
    const value = document.toJS();
    if (!isPlainObject(value) || typeof value.apiVersion !== 'string' || typeof value.kind !== 'string')
      return undefined;
    return isPlainObject(value.metadata) ? (value as JsonObject) : undefined;
  } catch {
    // An alias without an anchor.
    return undefined;
  }
}

async function filesBelow(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && /\.(ya?ml|json)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
