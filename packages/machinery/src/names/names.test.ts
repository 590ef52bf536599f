import { describe, expect, test } from 'vitest';
import { seededRandom } from '../seeded-random.ts';
import {
  validateDns1035Label,
  validateDns1123Label,
  validateDns1123Subdomain,
  validateWildcardDns1123Subdomain,
} from './dns.ts';
import { generateName } from './generate.ts';
import { validateConfigKey, validatePathSegment, validatePortName, validatePortNumber } from './parts.ts';
import {
  validateAnnotationKey,
  validateFinalizer,
  validateFinalizerDomain,
  validateLabelKey,
  validateLabelValue,
  validateQualifiedName,
} from './qualified.ts';

const SUBDOMAIN =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const DNS1035 =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const NAME =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const VALUE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const CONFIG_KEY =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
const TOO_LONG = 'must be no more than 63 characters';

describe('names', () => {
  test.each<[(value: string) => readonly string[], string, string[]]>([
    [validateDns1123Subdomain, 'a.b-c.1', []],
    [validateDns1123Subdomain, 'A', [SUBDOMAIN]],
    [validateDns1123Subdomain, '', [SUBDOMAIN]],
    [validateDns1123Subdomain, 'a\n', [SUBDOMAIN]],
    [validateDns1123Subdomain, 'a'.repeat(254), ['must be no more than 253 characters']],
    [validateDns1123Label, 'a-1', []],
    [validateDns1123Label, 'a.b', ['must not contain dots']],
    [validateDns1123Label, '-a', [LABEL]],
    [validateDns1123Label, 'a'.repeat(64), [TOO_LONG]],
    [validateDns1123Label, 'é'.repeat(32), [TOO_LONG, LABEL]],
    [validateDns1035Label, 'a-1', []],
    [validateDns1035Label, '1-a', [DNS1035]],
    [validateWildcardDns1123Subdomain, '*.example.com', []],
    [validateQualifiedName, 'example.com/My_Name.1', []],
    [validateQualifiedName, 'a b', [`name part ${NAME}`]],
    [validateQualifiedName, 'A/b', [`prefix part ${SUBDOMAIN}`]],
    [validateQualifiedName, '/b', ['prefix part must be non-empty']],
    [validateQualifiedName, 'a/', ['name part must be non-empty', `name part ${NAME}`]],
    [
      validateQualifiedName,
      'a/b/c',
      [`a qualified name ${NAME} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`],
    ],
    [validateLabelKey, 'a'.repeat(64), [`name part ${TOO_LONG}`]],
    [validateLabelValue, '', []],
    [validateLabelValue, 'c!', [VALUE]],
    [validateLabelValue, 'a'.repeat(64), [TOO_LONG]],
    [validateAnnotationKey, 'Example.Com/key', []],
    [validateAnnotationKey, 'bad key!', [`name part ${NAME}`]],
    [validateFinalizer, 'bad finalizer', [`name part ${NAME}`]],
    [validateFinalizerDomain, 'nodomain', ['name is neither a standard finalizer name nor is it fully qualified']],
    [validateFinalizerDomain, 'foregroundDeletion', []],
    [validateFinalizerDomain, 'example.com/x', []],
    [validateConfigKey, 'tls.crt', []],
    [validateConfigKey, 'bad key', [CONFIG_KEY]],
    [validateConfigKey, '..', ["must not be '..'"]],
    [validateConfigKey, '..a', ["must not start with '..'"]],
    [validatePathSegment, 'system:x', []],
    [validatePathSegment, '..', ["may not be '..'"]],
    [validatePathSegment, 'a/b%c', ["may not contain '/'", "may not contain '%'"]],
    [validatePortName, 'http-2', []],
    [
      validatePortName,
      '-A--',
      [
        'must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)',
        'must contain at least one letter (a-z)',
        'must not contain consecutive hyphens',
        'must not begin or end with a hyphen',
      ],
    ],
  ])('%o of %j', (validate, value, errors) => {
    expect(validate(value)).toEqual(errors);
  });

  test('take no long time to be refused', () => {
    expect(validateDns1123Subdomain(`${'a-'.repeat(50_000)}!`)).toHaveLength(2);
    expect(validateQualifiedName(`${'a.'.repeat(50_000)}!`)).toHaveLength(2);
  });

  test('of ports lie in the range', () => {
    expect(validatePortNumber(65_535)).toEqual([]);
    expect(validatePortNumber(0)).toEqual(['must be between 1 and 65535, inclusive']);
  });

  test('are generated from at most 58 characters of the base', () => {
    expect(generateName('job-', seededRandom(1))).toMatch(/^job-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    expect(generateName('x'.repeat(100), seededRandom(1))).toHaveLength(63);
    expect(generateName('a', seededRandom(7))).toBe(generateName('a', seededRandom(7)));
  });
});
