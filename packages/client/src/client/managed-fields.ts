const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * Parses a line of a watch without reading the managed fields of its object: they are half of its text and take most of
 * the time, for their keys are different in every object. They stay when one of `managers` has applied the object.
 *
 * It finds them in text without white space between tokens, as API servers write it; other text is parsed whole.
 */
export function eventParser(managers: ReadonlySet<string>): (line: string) => unknown {
  const isKept = keptBy(managers);
  return (line) => {
    const object = memberOf(line, 0, 'object');
    return JSON.parse(object < 0 ? line : withoutManagedFields(line, object, isKept));
  };
}

/** Parses the text of a list in the same way. */
export function listParser(managers: ReadonlySet<string>): (text: string) => unknown {
  const isKept = keptBy(managers);
  return (text) => {
    const items = memberOf(text, 0, 'items');
    const end = items < 0 ? -1 : endOf(text, items);
    const hasObjects = text.charCodeAt(items) === OPEN_BRACKET && text.charCodeAt(items + 1) === OPEN_BRACE;
    if (end < 0 || !hasObjects) return JSON.parse(text);
    const objects: unknown[] = [];
    for (let at = items + 1; at < end; ) {
      const next = endOf(text, at);
      objects.push(JSON.parse(withoutManagedFields(text.slice(at, next), 0, isKept)));
      at = next + 1;
    }
    return { ...JSON.parse(`${text.slice(0, items)}[]${text.slice(end)}`), items: objects };
  };
}

/** Whether managed fields, given as text, have to stay. */
function keptBy(managers: ReadonlySet<string>): (managedFields: string) => boolean {
  const names = [...managers].map((manager) => `"manager":${JSON.stringify(manager)}`);
  return (text) => text.includes('"operation":"Apply"') && names.some((name) => text.includes(name));
}

/** The text without the managed fields of the object that begins at `object`. */
function withoutManagedFields(text: string, object: number, isKept: (managedFields: string) => boolean): string {
  const metadata = memberOf(text, object, 'metadata');
  const value = metadata < 0 ? -1 : memberOf(text, metadata, 'managedFields');
  const end = value < 0 ? -1 : endOf(text, value);
  if (end < 0 || isKept(text.slice(value, end))) return text;
  const start = value - '"managedFields":'.length;
  if (text.charCodeAt(end) === COMMA) return text.slice(0, start) + text.slice(end + 1);
  const isOnly = text.charCodeAt(start - 1) !== COMMA;
  return text.slice(0, isOnly ? start : start - 1) + text.slice(end);
}

/** Where the value of the member begins, of the object that begins at `at`; -1 = not found. */
function memberOf(text: string, at: number, name: string): number {
  if (text.charCodeAt(at) !== OPEN_BRACE) return -1;
  for (let key = at + 1; text.charCodeAt(key) === QUOTE; ) {
    const colon = endOfString(text, key);
    if (colon < 0 || text.charCodeAt(colon) !== COLON) return -1;
    if (colon - key === name.length + 2 && text.startsWith(name, key + 1)) return colon + 1;
    const end = endOf(text, colon + 1);
    if (end < 0 || text.charCodeAt(end) !== COMMA) return -1;
    key = end + 1;
  }
  return -1;
}

/** Where the value that begins at `at` has ended; -1 = it does not end. */
function endOf(text: string, at: number): number {
  let depth = 0;
  for (let i = at; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) {
      i = endOfString(text, i) - 1;
      if (i < 0) return -1;
      if (depth === 0) return i + 1;
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      depth += 1;
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      // A number or a word ends before what comes next.
      if (depth === 0) return i;
      depth -= 1;
      if (depth === 0) return i + 1;
    } else if (code === COMMA && depth === 0) {
      return i;
    }
  }
  return -1;
}

/** Where the string that begins at `at` has ended; -1 = it does not end. */
function endOfString(text: string, at: number): number {
  for (let i = at + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) return i + 1;
    if (code === BACKSLASH) i += 1;
  }
  return -1;
}
