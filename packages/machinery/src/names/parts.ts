import { checkPattern, tooLong } from './pattern.ts';

/** What is wrong with a name that becomes one segment of a path (names of RBAC objects); empty when nothing is. */
export function validatePathSegment(name: string): readonly string[] {
  if (name === '.' || name === '..') return [`may not be '${name}'`];
  return ['/', '%'].filter((illegal) => name.includes(illegal)).map((illegal) => `may not contain '${illegal}'`);
}

/** What is wrong with a key of a ConfigMap or Secret; empty when nothing is. */
export function validateConfigKey(key: string): readonly string[] {
  const errors = [
    ...tooLong(key, 253),
    ...checkPattern(
      key,
      '[-._a-zA-Z0-9]+',
      "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
      ['key.name', 'KEY_NAME', 'key-name'],
    ),
  ];
  if (key === '.' || key === '..') errors.push(`must not be '${key}'`);
  else if (key.startsWith('..')) errors.push("must not start with '..'");
  return errors;
}

/** What is wrong with the name of a port; empty when nothing is. */
export function validatePortName(name: string): readonly string[] {
  const errors = [...tooLong(name, 15)];
  if (!/^[-a-z0-9]+$/.test(name)) {
    errors.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  }
  if (!/[a-z]/.test(name)) errors.push('must contain at least one letter (a-z)');
  if (name.includes('--')) errors.push('must not contain consecutive hyphens');
  if (name.startsWith('-') || name.endsWith('-')) errors.push('must not begin or end with a hyphen');
  return errors;
}

/** What is wrong with the number of a port; empty when nothing is. */
export function validatePortNumber(port: number): readonly string[] {
  return port >= 1 && port <= 65535 ? [] : ['must be between 1 and 65535, inclusive'];
}

/** What is wrong with the name of an environment variable; empty when nothing is. */
export function validateEnvironmentName(name: string): readonly string[] {
  if (name === '') return ['environment variable name must be non-empty'];
  if (/^[\x20-\x3c\x3e-\x7e]*$/.test(name)) return [];
  return ["a valid environment variable name must consist only of printable ASCII characters other than '='"];
}

/** What is wrong with the name of an HTTP header; empty when nothing is. */
export function validateHttpHeaderName(name: string): readonly string[] {
  const message = "a valid HTTP header must consist of alphanumeric characters or '-'";
  return checkPattern(name, '[-A-Za-z0-9]+', message, ['X-Header-Name']);
}
