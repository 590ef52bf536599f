import { checkStructural } from '../structural/check.ts';
import { withoutLiterals } from '../structural/check-rules.ts';
import type { StructuralSchema } from '../structural/schema.ts';

/** Why the API server would refuse a schema: its words, behind the path of the field, and what to do. */
export function schemaProblems(schema: StructuralSchema): string[] {
  const problems = checkStructural(schema).map(({ field, message }) => {
    const remedy = remedies.find(([pattern]) => pattern.test(`${field}: ${message}`))?.[1];
    return `${fieldPathOf(field)}: ${message}${remedy ? `; ${remedy}` : ''}`;
  });
  return [...new Set(problems)];
}

const remedies: readonly (readonly [RegExp, string])[] = [
  [/must be atomic as item of a list/, 'call .atomic() on the item of the set'],
  [/so it must have a default or be a required property/, 'make the key required or give it a default'],
  [/\.default[^:]*: .*unknown fields/, 'remove the fields that the schema does not have'],
  [/\.default(?:\.|\[|:)/, 'give a default that the schema accepts'],
  [/oldSelf cannot be used/, 'move the rule above the list, or make it a k.listMap'],
  [
    /must be empty to be structural|must be undefined to be structural/,
    'say it outside of anyOf, oneOf, allOf and not as well',
  ],
  [/fieldPath must be a valid path/, 'name a field below the place of the rule, such as .name'],
  [/must be a valid regular expression/, 'write it in RE2 syntax'],
];

/** `.properties[spec].properties[list].items.default` as `spec.list[].default`. */
function fieldPathOf(schemaPath: string): string {
  return schemaPath
    .replace(/\.properties\[([^\]]*)\]/g, '.$1')
    .replaceAll('.items', '[]')
    .replaceAll('.additionalProperties', '{}')
    .replace(/^\./, '');
}

/** Of an object's metadata, CEL sees name and generateName only. */
export function rootRuleProblems(schema: StructuralSchema): string[] {
  return (schema['x-kubernetes-validations'] ?? []).flatMap(({ rule }, index) => {
    const names = [...withoutLiterals(rule).matchAll(/\b(?:self|oldSelf)\.metadata\.(\w+)/g)].map((match) => match[1]);
    return names
      .filter((name) => name !== 'name' && name !== 'generateName')
      .map(
        (name) =>
          `rules[${index}]: metadata.${name} is not visible to CEL rules; only metadata.name and metadata.generateName are`,
      );
  });
}
