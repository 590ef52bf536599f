import { validateDns1123Subdomain } from './dns.ts';
import { checkPattern, patternText, tooLong } from './pattern.ts';

const NAME = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const NAME_MESSAGE =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const NAME_EXAMPLES = ['MyName', 'my.name', '123-abc'];

/**
 * What is wrong with a qualified name, `[prefix/]name` with a DNS subdomain as prefix: the keys of labels, resource
 * names, finalizers. Empty when nothing is.
 */
export function validateQualifiedName(value: string): readonly string[] {
  const parts = value.split('/');
  if (parts.length > 2) {
    return [
      `a qualified name ${patternText(NAME_MESSAGE, NAME, NAME_EXAMPLES)} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const [prefix, name] = parts.length === 2 ? [parts[0]!, parts[1]!] : [undefined, parts[0]!];
  const errors: string[] = [];
  if (prefix === '') errors.push('prefix part must be non-empty');
  else if (prefix !== undefined)
    errors.push(...validateDns1123Subdomain(prefix).map((error) => `prefix part ${error}`));
  if (name === '') errors.push('name part must be non-empty');
  errors.push(
    ...[...tooLong(name, 63), ...checkPattern(name, NAME, NAME_MESSAGE, NAME_EXAMPLES)].map(
      (error) => `name part ${error}`,
    ),
  );
  return errors;
}

/** What is wrong with the key of a label; empty when nothing is. */
export const validateLabelKey: (key: string) => readonly string[] = validateQualifiedName;

/** What is wrong with the value of a label; empty when nothing is. */
export function validateLabelValue(value: string): readonly string[] {
  return [
    ...tooLong(value, 63),
    ...checkPattern(
      value,
      `(${NAME})?`,
      "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
      ['MyValue', 'my_value', '12345'],
    ),
  ];
}

/** What is wrong with the key of an annotation: a qualified name in which case does not matter. */
export function validateAnnotationKey(key: string): readonly string[] {
  return validateQualifiedName(key.toLowerCase());
}

/** The finalizers that need no domain. */
const STANDARD_FINALIZERS: ReadonlySet<string> = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);

/** What is wrong with the text of a finalizer; the API server reports it at `metadata.finalizers`. */
export const validateFinalizer: (finalizer: string) => readonly string[] = validateQualifiedName;

/** What is wrong with a finalizer that lacks a domain; the API server reports it at `metadata.finalizers[i]`. */
export function validateFinalizerDomain(finalizer: string): readonly string[] {
  if (finalizer.includes('/') || STANDARD_FINALIZERS.has(finalizer)) return [];
  return ['name is neither a standard finalizer name nor is it fully qualified'];
}
