import { isPlainObject, NumberLexeme } from '@opwright/machinery';
import { Document, isScalar, Scalar, visit } from 'yaml';

/** Text that a YAML 1.1 reader takes for a time: Go's encoder quotes it. */
const TIME = /^\d{4}-\d\d?-\d\d?(?:(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?)?)?$/;

/** A JSON value as sigs.k8s.io/yaml writes it: keys sorted, lists not indented, what could be a time quoted. */
export function yamlText(value: unknown): string {
  const document = new Document(withBigInts(value), { sortMapEntries: true, aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_, node) {
      if (isScalar(node) && typeof node.value === 'string' && TIME.test(node.value)) node.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return document.toString({ indentSeq: false, lineWidth: 0 });
}

/** Numbers whose digits count, as YAML's library takes them. */
function withBigInts(value: unknown): unknown {
  if (value instanceof NumberLexeme) return BigInt(value.lexeme);
  if (Array.isArray(value)) return value.map(withBigInts);
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withBigInts(item)]));
}
