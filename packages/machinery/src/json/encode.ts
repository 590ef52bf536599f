import { lexemeConversions, NumberLexeme } from './number-lexeme.ts';

const ESCAPED = /[<>&\u2028\u2029]/g;

/**
 * JSON as Go's encoder writes it: `<`, `>`, `&`, U+2028 and U+2029 escaped, number lexemes as they were written,
 * properties in their order, undefined ones left out (undefined as a whole is null). `pretty` indents by two spaces.
 *
 * @throws TypeError for a bigint or a cycle
 */
export function encodeJson(value: unknown, options: { readonly pretty?: boolean } = {}): string {
  const indent = options.pretty ? 2 : undefined;
  const before = lexemeConversions();
  const fast = JSON.stringify(value, undefined, indent) ?? 'null';
  const text = lexemeConversions() === before ? fast : withLexemes(value, indent);
  return needsEscapes(text) ? text.replace(ESCAPED, unicodeEscape) : text;
}

/** Searching for one character after the other is ten times as fast as the expression. */
function needsEscapes(text: string): boolean {
  return (
    text.includes('<') || text.includes('>') || text.includes('&') || text.includes('\u2028') || text.includes('\u2029')
  );
}

function unicodeEscape(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

// JSON.stringify cannot write a number's text, so the texts are put in the place of markers afterwards. Lexemes hold
// neither quotes nor backslashes, and the marker cannot come from the value: it is chosen so that the output lacks it.
function withLexemes(value: unknown, indent: number | undefined): string {
  const plain = JSON.stringify(value, undefined, indent);
  let marker = 'lexeme:';
  while (plain.includes(marker)) marker = `_${marker}`;
  const marked = JSON.stringify(
    value,
    function (this: unknown, key: string, converted: unknown) {
      const original = (this as Record<string, unknown>)[key];
      return original instanceof NumberLexeme ? marker + original.lexeme : converted;
    },
    indent,
  );
  return marked.replace(new RegExp(`"${marker}([^"]*)"`, 'g'), '$1');
}
