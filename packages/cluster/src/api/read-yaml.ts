import { goQuote, JsonSyntaxError, type ParsedJson, parseJson } from '@opwright/machinery';
import {
  type Alias,
  type Document,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
  type Scalar,
  visit,
  type YAMLError,
} from 'yaml';
import { nestsDeeper } from './yaml-depth.ts';

/** Text that is not YAML, or cannot be JSON, in the words of Go's libraries. */
export class YamlError extends Error {
  override readonly name = 'YamlError';
}

/** Times that aliases may stand for something, all in all: a few lines could come to more than memory holds. */
const MAX_ALIASES = 100;
/** Levels of collections; Go's limit is 10,000. */
const MAX_LEVELS = 250;

export interface ParsedYaml extends ParsedJson {
  /** What strict reading finds: `line 2: key "a" already set in map`. */
  readonly problems: readonly string[];
}

/** One YAML document as JSON; of equal keys the last one counts. @throws YamlError */
export function parseYaml(text: string): ParsedYaml {
  if (nestsDeeper(text, MAX_LEVELS)) throw tooDeep();
  try {
    const lines = new LineCounter();
    const options = { uniqueKeys: false, logLevel: 'silent', schema: 'yaml-1.1', lineCounter: lines } as const;
    const document = parseDocument(text, options);
    const error = document.errors[0];
    if (error !== undefined) throw new YamlError(`yaml: ${describe(error, text)}`);
    if (text.includes('\\/')) refuseEscapedSlashes(document, text);
    const problems = repeatedKeys(document, lines);
    settleScalars(document);
    if (!text.endsWith('\n')) settleEnd(document, text);
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    // Through the JSON parser, so that both forms of a body are the same kind of tree.
    return { ...parseJson(JSON.stringify(value ?? null)), problems };
  } catch (error) {
    if (error instanceof RangeError) throw tooDeep();
    // What the library throws for too many aliases.
    if (error instanceof ReferenceError) throw new YamlError('yaml: document contains excessive aliasing');
    if (error instanceof Error && /^Merge sources/.test(error.message)) {
      throw new YamlError('yaml: map merge requires map or sequence of maps as the value');
    }
    throw error;
  }
}

/** Numbers that may be beyond every float: Go's reader of YAML makes texts of them. */
const HUGE = /\d[eE]\+?\d{3}|\d{309}/;

/** YAML, or JSON: YAML's superset of it, but only the JSON parser keeps what Go keeps. @throws YamlError */
export function parseYamlOrJson(text: string): ParsedYaml {
  if (text.trimStart().startsWith('{') && !HUGE.test(text)) {
    try {
      const parsed = parseJson(text);
      if (parsed.duplicates.length === 0) return { ...parsed, problems: [] };
    } catch (error) {
      // Flow mappings of YAML look like JSON.
      if (!(error instanceof JsonSyntaxError)) throw error;
    }
  }
  return parseYaml(text);
}

/** The problems as the error of strict reading. */
export function strictYamlError(problems: readonly string[]): string {
  return `yaml: unmarshal errors:${problems.map((problem) => `\n  ${problem}`).join('')}`;
}

function tooDeep(): YamlError {
  return new YamlError('yaml: exceeded max depth of 10000');
}

/** Makes values that JSON does not have what Go makes of them. @throws YamlError */
function settleScalars(document: Document): void {
  visit(document, {
    Scalar: (_, node) => settleScalar(node),
    Alias: (_, node, path) => checkAlias(document, node, path as readonly Node[]),
  });
}

/** YAML 1.2 has this escape for the sake of JSON; Go's reader is of 1.1. @throws YamlError */
function refuseEscapedSlashes(document: Document, text: string): void {
  visit(document, {
    Scalar(_, { type, range }) {
      if (type !== 'QUOTE_DOUBLE' || !range) return;
      const found = /^(?:[^\\]|\\[^/])*\\\//.exec(text.slice(range[0], range[1]));
      if (found === null) return;
      throw new YamlError(`yaml: ${placed('scanner', text, range[0] + found[0].length)}found unknown escape character`);
    },
  });
}

/** A block scalar at the very end has a line break after it only if the text has one. */
function settleEnd(document: Document, text: string): void {
  visit(document, {
    Scalar(_, node) {
      const isBlock = node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED';
      if (isBlock && node.range?.[1] === text.length && typeof node.value === 'string') {
        node.value = node.value.replace(/\n$/, '');
      }
    },
  });
}

function settleScalar(node: Scalar): void {
  const { value, source = '' } = node;
  if (value instanceof Date) node.value = source;
  else if (value instanceof Uint8Array) node.value = Buffer.from(value).toString('utf8');
  else if (typeof value === 'number' && !Number.isFinite(value)) {
    // Digits beyond every float are a text, and so is a lone dot; infinity has a name.
    if (!/[a-z]{3}/i.test(source)) node.value = source;
    else throw new YamlError(`json: unsupported value: ${goNumber(value)}`);
  }
}

function goNumber(value: number): string {
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}

function checkAlias(document: Document, alias: Alias, path: readonly Node[]): void {
  const { source } = alias;
  if (path.some((node) => (isScalar(node) ? undefined : (node as { anchor?: string }).anchor) === source))
    throw new YamlError(`yaml: anchor '${source}' value contains itself`);
  if (alias.resolve(document) === undefined) throw new YamlError(`yaml: unknown anchor '${source}' referenced`);
}

function repeatedKeys(document: Document, lines: LineCounter): string[] {
  const problems: { readonly at: number; readonly text: string }[] = [];
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<unknown>();
      for (const { key, value } of items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value)) {
          const [at] = (value as Node | null)?.range ?? key.range ?? [0];
          const shown = typeof key.value === 'string' ? goQuote(key.value) : String(key.value);
          problems.push({ at, text: `line ${lines.linePos(at).line}: key ${shown} already set in map` });
        }
        seen.add(key.value);
      }
    },
  });
  return problems.sort((a, b) => a.at - b.at).map(({ text }) => text);
}

/**
 * An error of YAML's library as Go's says it. Go's parser names the line before the one that surprised it, its scanner that
 * very line, and neither of them the first.
 */
function describe(error: YAMLError, text: string): string {
  const { message, code } = error;
  const [at] = error.pos;
  if (/Flow (map|sequence)/.test(message) && /[[{,:]\s*$/.test(text.slice(0, at))) {
    return `${placed('parser', text, at)}did not find expected node content`;
  }
  if (code === 'MISSING_CHAR' || code === 'UNEXPECTED_TOKEN') {
    const missing = missingAfter(text, at);
    if (missing !== undefined) return `${placed('parser', text, at)}did not find expected ${missing}`;
  }
  for (const [pattern, words, finder] of WORDS) {
    if (!pattern.test(`${code} ${message}`)) continue;
    const place = finder === 'colon' ? text.indexOf(':', at) : finder === 'directive' ? text.lastIndexOf('%', at) : at;
    return `${placed(finder, text, place)}${words}`;
  }
  return `${placed('parser', text, at)}did not find expected key`;
}

/** What Go misses between two values that follow each other; undefined where the words of the library tell. */
function missingAfter(text: string, at: number): string | undefined {
  const open: string[] = [];
  for (const [token] of text.slice(0, at).matchAll(/"(?:[^"\\]|\\.)*"|'[^']*'|[[\]{}]/gs)) {
    if (token === '{' || token === '[') open.push(token);
    else if (token === '}' || token === ']') open.pop();
  }
  const around = open.at(-1);
  if (around !== undefined) return around === '{' ? "',' or '}'" : "',' or ']'";
  return /^\s*- /m.test(text.slice(0, at)) ? "'-' indicator" : undefined;
}

/** Who finds the error; `colon`, `directive`: the scanner, at the next colon or the last directive. */
type Finder = 'parser' | 'scanner' | 'colon' | 'directive';

const WORDS: readonly (readonly [pattern: RegExp, words: string, finder: Finder])[] = [
  [/Flow map/, "did not find expected ',' or '}'", 'parser'],
  [/Flow sequence/, "did not find expected ',' or ']'", 'parser'],
  [/^(BLOCK_AS|MULTILINE)_IMPLICIT_KEY/, 'mapping values are not allowed in this context', 'colon'],
  [/^TAB_AS_INDENT/, 'found a tab character that violates indentation', 'scanner'],
  [/Missing closing/, 'found unexpected end of stream', 'scanner'],
  [/All sequence items/, "did not find expected '-' indicator", 'parser'],
  [/Block scalar header/, 'did not find expected comment or line break', 'scanner'],
  [/^BAD_SCALAR_START/, 'found character that cannot start any token', 'scanner'],
  [/^BAD_DQ_ESCAPE .*\\[xuU]/, 'did not find expected hexdecimal number', 'scanner'],
  [/^BAD_DQ_ESCAPE/, 'found unknown escape character', 'scanner'],
  [/^BAD_DIRECTIVE|directives-end/, 'found unknown directive name', 'directive'],
];

function placed(finder: Finder, text: string, at: number): string {
  const before = text.slice(0, at).split('\n');
  // The parser is surprised by the end of the text on a line of its own.
  const isEnd = finder === 'parser' && at >= text.length && before.at(-1) !== '';
  const line = before.length - 1 + (isEnd ? 1 : 0);
  if (line === 0) return '';
  return `line ${finder === 'parser' ? line : line + 1}: `;
}
