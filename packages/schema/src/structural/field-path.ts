/** One step of a path: a field, or what stands in brackets (an index, a range, `*`, a filter). */
export type PathStep = { readonly field: string } | { readonly items: string };

const FIELD = /^\.((?:\\.|[^.[\]\\])+)/;
const QUOTED = /^\.?\[(?:'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)")\]/;
const ITEMS = /^\[(\*|-?\d+|-?\d*:-?\d*(?::-?\d+)?|\?\((?:[^)"']|"[^"]*"|'[^']*')*\))\]/;

/**
 * The steps of a simple JSON path: `.a.b`, `.a['b.c']`, `.a\.b`, `.a[0]`, `.a[*]`, `.a[?(@.type=="Ready")].status`.
 * Undefined when the text is not one.
 */
export function parseFieldPath(path: string): readonly PathStep[] | undefined {
  const steps: PathStep[] = [];
  let rest = path;
  while (rest !== '') {
    const items = ITEMS.exec(rest);
    const match = QUOTED.exec(rest) ?? FIELD.exec(rest) ?? items;
    if (!match) return undefined;
    const text = match[1] ?? match[2] ?? '';
    steps.push(match === items ? { items: text } : { field: text.replace(/\\(.)/g, '$1') });
    rest = rest.slice(match[0].length);
  }
  return steps.length > 0 ? steps : undefined;
}
