import { type RuleProblem, ruleProblems } from '../cel/index.ts';
import { checkStructural } from '../structural/check.ts';
import type { StructuralSchema } from '../structural/schema.ts';

/** Why the API server would refuse a schema or its rules: its words, behind the path of the field, and what to do. */
export function schemaProblems(schema: StructuralSchema): string[] {
  const errors = checkStructural(schema);
  const problems = [...errors.map((error) => ({ error })), ...ruleProblems(schema, '', errors)];
  return [...new Set(problems.map(described))];
}

function described({ error: { field, message }, unbounded = [] }: RuleProblem): string {
  const remedy =
    unbounded.length > 0
      ? `give a bound (maxItems, maxProperties, maxLength) to ${unbounded.map(fieldPathOf).join(', ')}`
      : remedies.find(([pattern]) => pattern.test(`${field}: ${message}`))?.[1];
  const place = fieldPathOf(field) || 'schema';
  // Where a rule stands is said already; what it says stands in the compiler's message.
  const text = message.replace(
    /^Invalid value: apiextensions\.ValidationRule\{.*?\}: (?=compilation|cel |messageE)/s,
    '',
  );
  const separator = text.includes('\n') ? '\n' : '; ';
  return `${place}: ${text}${remedy ? `${separator}${remedy}` : ''}`.replaceAll('\n', '\n    ');
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
  [/undefined field[\s\S]*\.metadata\./, 'of metadata, rules see name and generateName only'],
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
