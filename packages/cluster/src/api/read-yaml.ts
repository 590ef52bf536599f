import { parseJson } from '@opwright/machinery';
import { type Alias, type Document, isScalar, type Node, parseDocument, type Scalar, visit } from 'yaml';
import { nestsDeeper } from './yaml-depth.ts';

/** Text that is not YAML, or cannot be JSON, in the words of Go's libraries. */
export class YamlError extends Error {
  override readonly name = 'YamlError';
}

/** Times that aliases may stand for something, all in all: a few lines could come to more than memory holds. */
const MAX_ALIASES = 100;
/** Levels of collections; Go's limit is 10,000. */
const MAX_LEVELS = 250;

/** One YAML document as JSON. @throws YamlError */
export function parseYaml(text: string): { value: unknown; duplicates: readonly string[] } {
  if (nestsDeeper(text, MAX_LEVELS)) throw tooDeep();
  try {
    const document = parseDocument(text, { uniqueKeys: false, logLevel: 'silent', schema: 'yaml-1.1' });
    const error = document.errors[0];
    if (error !== undefined) {
      const line = error.linePos?.[0].line ?? 1;
      throw new YamlError(`yaml: line ${line}: ${goWords(error.code)}`);
    }
    settleScalars(document);
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    // Through the JSON parser, so that both forms of a body are the same kind of tree.
    return parseJson(JSON.stringify(value ?? null));
  } catch (error) {
    if (error instanceof RangeError) throw tooDeep();
    // What the library throws for too many aliases.
    if (error instanceof ReferenceError) throw new YamlError('yaml: document contains excessive aliasing');
    throw error;
  }
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

function settleScalar(node: Scalar): void {
  const { value, source = '' } = node;
  if (value instanceof Date) node.value = source;
  else if (value instanceof Uint8Array) node.value = Buffer.from(value).toString('utf8');
  else if (typeof value === 'number' && !Number.isFinite(value)) {
    // Digits beyond every float are a text; infinity has a name.
    if (/\d/.test(source)) node.value = source;
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

function goWords(code: string): string {
  switch (code) {
    case 'MISSING_CHAR':
      return "did not find expected ',' or '}'";
    case 'BAD_INDENT':
    case 'UNEXPECTED_TOKEN':
      return 'did not find expected node content';
    case 'TAB_AS_INDENT':
      return 'found character that cannot start any token';
    case 'MULTILINE_IMPLICIT_KEY':
      return "could not find expected ':'";
    default:
      return 'did not find expected key';
  }
}
