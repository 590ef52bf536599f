import { type JsonObject, type JsonValue, WireWriter } from '@opwright/machinery';
import { stringify } from 'yaml';
import { isJsonObject } from '../../../kinds/tree.ts';

/** An OpenAPI v2 document in the protobuf form of gnostic (`openapi.v2.Document`), which kubectl up to 1.27 reads. */
export function encodeOpenapiV2(document: JsonObject): Uint8Array {
  const out = new WireWriter(1 << 20);
  writeMessage(DOCUMENT, document, out);
  known.clear();
  return out.finish();
}

type Write = (value: JsonValue, out: WireWriter) => void;

/** A field of a message: its number and how its value is written, tag included. */
interface Field {
  readonly number: number;
  /** Of the JSON object; absent for all of its extensions (`x-…`). */
  readonly key?: string;
  readonly write: Write;
}

/** The fields of a message, the last first, as they are written. */
type Message = readonly Field[];

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;

function message(fields: readonly Field[]): Message {
  return [...fields].sort((a, b) => b.number - a.number);
}

function writeMessage(fields: Message, object: JsonObject, out: WireWriter): void {
  for (const { key, write } of fields) {
    const value = key === undefined ? object : object[key];
    if (value !== undefined && value !== null) write(value, out);
  }
}

/** A length-delimited part of a message. */
function part(number: number, out: WireWriter, write: () => void): void {
  const before = out.length;
  write();
  out.unsigned(out.length - before);
  out.unsigned(number * 8 + BYTES);
}

function backwards<T>(items: readonly T[], each: (item: T) => void): void {
  for (let i = items.length - 1; i >= 0; i--) each(items[i]!);
}

function writeText(number: number, value: string, out: WireWriter): void {
  out.string(value);
  out.unsigned(number * 8 + BYTES);
}

/* What fields there are. proto3 does not write zero values. */

const text = (key: string, number: number): Field => ({
  key,
  number,
  write: (value, out) => {
    if (value !== '') writeText(number, String(value), out);
  },
});
const texts = (key: string, number: number): Field => ({
  key,
  number,
  write: (value, out) => backwards(value as readonly string[], (item) => writeText(number, item, out)),
});
const flag = (key: string, number: number): Field => ({
  key,
  number,
  write: (value, out) => {
    if (value !== true) return;
    out.boolean(true);
    out.unsigned(number * 8 + VARINT);
  },
});
const integer = (key: string, number: number): Field => ({
  key,
  number,
  write: (value, out) => {
    if (value === 0) return;
    out.integer(Number(value));
    out.unsigned(number * 8 + VARINT);
  },
});
const double = (key: string, number: number): Field => ({
  key,
  number,
  write: (value, out) => {
    if (value === 0) return;
    out.double(Number(value));
    out.unsigned(number * 8 + FIXED64);
  },
});
const one = (key: string, number: number, of: () => Message, ...around: readonly number[]): Field => ({
  key,
  number,
  write: (value, out) => nested([number, ...around], out, () => writeMessage(of(), value as JsonObject, out)),
});
/** Any value, as YAML. */
const any = (key: string, number: number): Field => ({
  key,
  number,
  write: (value, out) => part(number, out, () => writeText(2, yaml(value), out)),
});
const anyList = (key: string, number: number): Field => ({
  key,
  number,
  write: (value, out) =>
    backwards(value as readonly JsonValue[], (item) => part(number, out, () => writeText(2, yaml(item), out))),
});
/** A message of pairs of name (1) and value (2), `around` which there may be others. */
const named = (key: string, number: number, of: () => Message, inPairs = 1, ...around: readonly number[]): Field => ({
  key,
  number,
  write: (value, out) =>
    part(number, out, () =>
      backwards(Object.entries(value as { [name: string]: JsonObject }), ([name, entry]) =>
        part(inPairs, out, () => {
          nested([2, ...around], out, () => writeMessage(of(), entry, out));
          writeText(1, name, out);
        }),
      ),
    ),
});
const extensions = (number: number): Field => ({
  number,
  write: (value, out) =>
    backwards(
      Object.entries(value as JsonObject).filter(([key]) => key.startsWith('x-')),
      ([key, extension]) =>
        part(number, out, () => {
          part(2, out, () => writeText(2, yaml(extension ?? null), out));
          writeText(1, key, out);
        }),
    ),
});
const custom = (key: string, number: number, write: Write): Field => ({ key, number, write });

function nested(numbers: readonly number[], out: WireWriter, write: () => void): void {
  const [first, ...rest] = numbers;
  if (first === undefined) write();
  else part(first, out, () => nested(rest, out, write));
}

/** Values as Go's library writes them: the same few again and again. */
const known = new Map<string, string>();

function yaml(value: JsonValue): string {
  const key = JSON.stringify(value);
  let text = known.get(key);
  if (text === undefined) {
    text = stringify(value, { lineWidth: 0, indentSeq: false, aliasDuplicateObjects: false, singleQuote: true });
    // Only the empty text has other quotes.
    text = text.replace(/(^|: |- )''$/gm, '$1""');
    known.set(key, text);
  }
  return text;
}

/* The messages. */

const SCHEMA: Message = message([
  text('$ref', 1),
  text('format', 2),
  text('title', 3),
  text('description', 4),
  any('default', 5),
  double('multipleOf', 6),
  double('maximum', 7),
  flag('exclusiveMaximum', 8),
  double('minimum', 9),
  flag('exclusiveMinimum', 10),
  integer('maxLength', 11),
  integer('minLength', 12),
  text('pattern', 13),
  integer('maxItems', 14),
  integer('minItems', 15),
  flag('uniqueItems', 16),
  integer('maxProperties', 17),
  integer('minProperties', 18),
  texts('required', 19),
  anyList('enum', 20),
  custom('additionalProperties', 21, (value, out) =>
    part(21, out, () => {
      if (isJsonObject(value)) part(1, out, () => writeMessage(SCHEMA, value, out));
      else if (value === true) {
        out.boolean(true);
        out.unsigned(2 * 8 + VARINT);
      }
    }),
  ),
  custom('type', 22, (value, out) => part(22, out, () => writeText(1, String(value), out))),
  one('items', 23, () => SCHEMA, 1),
  custom('allOf', 24, (value, out) =>
    backwards(value as readonly JsonObject[], (each) => part(24, out, () => writeMessage(SCHEMA, each, out))),
  ),
  named('properties', 25, () => SCHEMA),
  any('example', 30),
  extensions(31),
]);

const BODY_PARAMETER: Message = message([
  text('description', 1),
  text('name', 2),
  text('in', 3),
  flag('required', 4),
  one('schema', 5, () => SCHEMA),
]);
const QUERY_PARAMETER: Message = message([
  flag('required', 1),
  text('in', 2),
  text('description', 3),
  text('name', 4),
  text('type', 6),
  flag('uniqueItems', 20),
]);
const PATH_PARAMETER: Message = message([
  flag('required', 1),
  text('in', 2),
  text('description', 3),
  text('name', 4),
  text('type', 5),
  flag('uniqueItems', 19),
]);

/** ParametersItem > Parameter > what kind of parameter it is. */
const parameters = (number: number): Field =>
  custom('parameters', number, (value, out) =>
    backwards(value as readonly JsonObject[], (parameter) => {
      const [place, fields] = PARAMETERS[String(parameter.in)] ?? PARAMETERS.query!;
      nested([number, 1, ...place], out, () => writeMessage(fields, parameter, out));
    }),
  );
const PARAMETERS: Readonly<Record<string, readonly [place: readonly number[], fields: Message]>> = {
  body: [[1], BODY_PARAMETER],
  query: [[2, 3], QUERY_PARAMETER],
  path: [[2, 4], PATH_PARAMETER],
};

const RESPONSE: Message = message([text('description', 1), one('schema', 2, () => SCHEMA, 1)]);

const OPERATION: Message = message([
  texts('tags', 1),
  text('summary', 2),
  text('description', 3),
  text('operationId', 5),
  texts('produces', 6),
  texts('consumes', 7),
  parameters(8),
  named('responses', 9, () => RESPONSE, 1, 1),
  texts('schemes', 10),
  flag('deprecated', 11),
  extensions(13),
]);

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'];

const PATH_ITEM: Message = message([
  ...METHODS.map((method, index) => one(method, index + 2, () => OPERATION)),
  parameters(9),
  extensions(10),
]);

const INFO: Message = message([text('title', 1), text('version', 2), text('description', 3)]);
const API_KEY: Message = message([text('type', 1), text('name', 2), text('in', 3), text('description', 4)]);

const DOCUMENT: Message = message([
  text('swagger', 1),
  one('info', 2, () => INFO),
  named('paths', 8, () => PATH_ITEM, 2),
  named('definitions', 9, () => SCHEMA),
  custom('security', 12, (value, out) =>
    backwards(value as readonly JsonObject[], (requirement) =>
      part(12, out, () =>
        backwards(Object.entries(requirement), ([name, scopes]) =>
          part(1, out, () => {
            part(2, out, () => backwards(scopes as readonly string[], (scope) => writeText(1, scope, out)));
            writeText(1, name, out);
          }),
        ),
      ),
    ),
  ),
  named('securityDefinitions', 13, () => API_KEY, 1, 2),
]);
