import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { openapiReferences, openapiSchema } from './openapi.ts';
import { readData } from './read-data.ts';

// Computed by the generator from the schemas that a real API server served, descriptions left out.
const digests = readData<Record<string, string>>('schema-digests.json');

test('every schema that an API server serves is regenerated from the compact data, property for property', () => {
  const names = Object.keys(digests);
  expect(names.length).toBeGreaterThan(500);
  const different = names.filter((name) => digestOf(openapiSchema(name)) !== digests[name]);
  expect(different).toEqual([]);
});

test('types that no OpenAPI document describes have no schema', () => {
  expect(openapiSchema('io.k8s.apimachinery.pkg.apis.meta.v1.CreateOptions')).toBeUndefined();
  expect(openapiSchema('io.example.Unknown')).toBeUndefined();
  expect(openapiSchema('__proto__')).toBeUndefined();
});

test('the references of a schema are the types it needs beside it', () => {
  expect(openapiReferences('io.k8s.api.apps.v1.Deployment')).toEqual([
    'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta',
    'io.k8s.api.apps.v1.DeploymentSpec',
    'io.k8s.api.apps.v1.DeploymentStatus',
  ]);
});

function digestOf(schema: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(schema)))
    .digest('hex')
    .slice(0, 16);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, entry]) => [key, sorted(entry)]),
  );
}
