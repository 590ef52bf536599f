import { checkPattern, tooLong } from './pattern.ts';

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const DNS1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN_PATTERN = new RegExp(`^${SUBDOMAIN}$`);

/** What is wrong with a name of most kinds (RFC 1123 subdomain, at most 253 characters); empty when nothing is. */
export function validateDns1123Subdomain(value: string): readonly string[] {
  return [
    ...tooLong(value, 253),
    ...checkPattern(
      value,
      SUBDOMAIN,
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
      ['example.com'],
    ),
  ];
}

/** What is wrong with an RFC 1123 label (names of namespaces, containers, volumes); empty when nothing is. */
export function validateDns1123Label(value: string): readonly string[] {
  const pattern = checkPattern(
    value,
    LABEL,
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
    ['my-name', '123-abc'],
  );
  const dots = pattern.length > 0 && SUBDOMAIN_PATTERN.test(value);
  return [...tooLong(value, 63), ...(dots ? ['must not contain dots'] : pattern)];
}

/** What is wrong with an RFC 1035 label (names of services, of ports in some places); empty when nothing is. */
export function validateDns1035Label(value: string): readonly string[] {
  return [
    ...tooLong(value, 63),
    ...checkPattern(
      value,
      DNS1035,
      "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
      ['my-name', 'abc-123'],
    ),
  ];
}

/** What is wrong with a host that may start with `*.` (hosts of ingresses); empty when nothing is. */
export function validateWildcardDns1123Subdomain(value: string): readonly string[] {
  return [
    ...tooLong(value, 253),
    ...checkPattern(
      value,
      `\\*\\.${SUBDOMAIN}`,
      "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
      ['*.example.com'],
    ),
  ];
}
