// Writes data/ and src/generated/ from what an API server says about itself. See CONTRIBUTING.md for when and how.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compactResources } from './resources.mjs';
import { fromCluster, fromFixtures, fromOpenapi } from './sources.mjs';
import { compactTypes, withoutDescriptions } from './types.mjs';
import { modules } from './typescript.mjs';

const usage = `usage: npm run generate -w @opwright/kubernetes -- --fixtures DIR | --kubeconfig FILE | --openapi DIR
  --fixtures DIR     recorded documents: DIR/openapi/v3, DIR/discovery and, where recorded, DIR/gotypes.json
  --kubeconfig FILE  a live cluster (needs kubectl)
  --openapi DIR      a folder of OpenAPI v3 documents; the served resources stay as they are
Without gotypes.json, field order, protobuf numbers and pointers of known fields come from the data of the last run.`;

const home = dirname(dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({
  options: { fixtures: { type: 'string' }, kubeconfig: { type: 'string' }, openapi: { type: 'string' } },
});

const source = values.fixtures
  ? fromFixtures(values.fixtures)
  : values.kubeconfig
    ? fromCluster(values.kubeconfig)
    : values.openapi
      ? fromOpenapi(values.openapi)
      : undefined;
if (source === undefined) {
  console.error(usage);
  process.exit(2);
}

const data = (name) => join(home, 'data', name);
const previous =
  !source.go && existsSync(data('types.json')) ? JSON.parse(readFileSync(data('types.json'), 'utf8')) : {};
const types = compactTypes(source.schemas, source.go, previous);
const resources = source.lists
  ? compactResources(source.groups, source.lists, types)
  : JSON.parse(readFileSync(data('resources.json'), 'utf8'));

mkdirSync(data(''), { recursive: true });
writeFileSync(data('version.json'), `${JSON.stringify(source.version)}\n`);
writeFileSync(data('types.json'), linePerEntry(types));
writeFileSync(
  data('resources.json'),
  `[\n${resources
    .map(
      ({ groupVersion, resources }) =>
        `{"groupVersion":${JSON.stringify(groupVersion)},"resources":[\n${resources.map((entry) => JSON.stringify(entry)).join(',\n')}\n]}`,
    )
    .join(',\n')}\n]\n`,
);
writeFileSync(data('schema-digests.json'), linePerEntry(digests(source.schemas)));

const generated = join(home, 'src/generated');
rmSync(generated, { recursive: true, force: true });
for (const [name, text] of Object.entries(modules(types, resources, source.version))) {
  const file = join(generated, `${name}.ts`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
console.log(
  `${Object.keys(types).length} types, ${resources.reduce((sum, entry) => sum + entry.resources.length, 0)} resources`,
);

/** One line per entry, so that a diff between two Kubernetes versions reads well. */
function linePerEntry(object) {
  const lines = Object.entries(object).map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
  return `{\n${lines.join(',\n')}\n}\n`;
}

/** What a test compares the regenerated schemas with: sha256 of the schema without descriptions, keys sorted. */
function digests(schemas) {
  return Object.fromEntries(
    Object.keys(schemas)
      .sort()
      .map((name) => {
        const text = JSON.stringify(sorted(withoutDescriptions(schemas[name])));
        return [name, createHash('sha256').update(text).digest('hex').slice(0, 16)];
      }),
  );
}

function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}
