import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { servedResources } from '../src/data/index.ts';
import * as everything from '../src/index.ts';

const generated = new URL('../src/generated/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  exports: Record<string, Record<string, string>>;
};
const modules = (readdirSync(generated, { recursive: true, encoding: 'utf8' }) as string[])
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -3));

test('importing a group loads itself and what makes a resource: the other imports are types', () => {
  for (const name of modules.filter((name) => name !== 'index')) {
    const text = readFileSync(new URL(`${name}.ts`, generated), 'utf8');
    const imports = [...text.matchAll(/^import (type )?.* from '(.*)';$/gm)];
    const atRunTime = imports.filter(([, type]) => type === undefined).map(([, , from]) => from);
    expect(atRunTime.filter((from) => from !== '@opwright/machinery/resource')).toEqual([]);
  }
});

test('every group has an entry in the package', () => {
  for (const name of modules.filter((name) => name !== 'index')) {
    expect(manifest.exports[`./${name}`]).toEqual({
      'opwright-source': `./src/generated/${name}.ts`,
      types: `./dist/generated/${name}.d.ts`,
      default: `./dist/generated/${name}.js`,
    });
  }
});

test('every served resource is a value with the names of discovery', async () => {
  const values = new Map<string, Record<string, unknown>>();
  for (const name of modules) {
    const module = (await import(/* @vite-ignore */ new URL(`${name}.ts`, generated).href)) as Record<
      string,
      Record<string, unknown>
    >;
    for (const value of Object.values(module)) values.set(`${value.apiVersion}/${value.plural}`, value);
  }
  for (const { groupVersion, resources } of servedResources()) {
    for (const resource of resources) {
      expect(values.get(`${groupVersion}/${resource.name}`)).toMatchObject({
        apiVersion: groupVersion,
        kind: resource.kind,
        plural: resource.name,
        singular: resource.singularName,
        scope: resource.namespaced ? 'Namespaced' : 'Cluster',
        shortNames: resource.shortNames ?? [],
        categories: resource.categories ?? [],
        subresources: (resource.subresources ?? []).map((subresource) => subresource.name),
      });
    }
  }
});

test('of kinds with the same name the package itself exports the preferred version, core before the others', () => {
  expect(everything.Event.apiVersion).toBe('v1');
  expect(everything.HorizontalPodAutoscaler.apiVersion).toBe('autoscaling/v2');
});
