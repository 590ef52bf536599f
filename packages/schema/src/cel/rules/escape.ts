const reserved = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

const replacements: Readonly<Record<string, string>> = {
  __: '__underscores__',
  '.': '__dot__',
  '-': '__dash__',
  '/': '__slash__',
};

/** The name under which rules know a field; undefined for names that cannot be escaped, whose fields rules do not see. */
export function escapeFieldName(name: string): string | undefined {
  if (name === '' || /^\d/.test(name)) return undefined;
  if (reserved.has(name)) return `__${name}__`;
  if (/[^a-zA-Z0-9_./-]/.test(name)) return undefined;
  return name.replace(/__|[-./]/g, (part) => replacements[part] as string);
}

/** A field that is called like a word of the language can be selected by its name, too, as of Kubernetes 1.32. */
export function namesOf(key: string): string[] {
  const escaped = escapeFieldName(key);
  if (escaped === undefined) return [];
  return escaped === `__${key}__` ? [escaped, key] : [escaped];
}
