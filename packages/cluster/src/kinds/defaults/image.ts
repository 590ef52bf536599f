const COMPONENT = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const DOMAIN_PART = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const DOMAIN = `(?:${DOMAIN_PART}(?:\\.${DOMAIN_PART})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
const DIGEST = '[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}';
const REFERENCE = new RegExp(
  `^(?:${DOMAIN}/)?(${COMPONENT}(?:/${COMPONENT})*)(?::([A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@(${DIGEST}))?$`,
);
const LONGEST_NAME = 255;
const DIGEST_LENGTHS: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 };

/** A moving tag must be looked up again; what names its content need not, and what names nothing cannot. */
export function defaultPullPolicy(image: unknown): 'Always' | 'IfNotPresent' {
  const match = typeof image === 'string' && !/^[a-f0-9]{64}$/.test(image) ? REFERENCE.exec(image) : null;
  const [, name = '', tag, digest] = match ?? [];
  if (match === null || name.length > LONGEST_NAME || !isDigest(digest)) return 'IfNotPresent';
  return tag === 'latest' || (tag === undefined && digest === undefined) ? 'Always' : 'IfNotPresent';
}

/** Absent, or as long as its algorithm makes it. */
function isDigest(digest: string | undefined): boolean {
  const [algorithm = '', sum = ''] = digest?.split(':') ?? [];
  return digest === undefined || (DIGEST_LENGTHS[algorithm] === sum.length && /^[a-f0-9]+$/.test(sum));
}
