import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  endOf,
  endOfString,
  memberOf,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
} from './json-bytes.ts';

const METADATA = Buffer.from('metadata');
const MANAGED_FIELDS = Buffer.from('managedFields');
const FIELDS_V1 = Buffer.from('"fieldsV1"');
const APPLY = Buffer.from('"operation":"Apply"');

/** So many texts of owned fields are remembered, up to such a length each, in bytes. */
const REMEMBERED = 8;
const REMEMBERED_BYTES = 64 * 1024;

/**
 * Leaves the managed fields out of the JSON of objects, as far as they are not needed: they are half of the text and take most
 * of the time of parsing, for their keys are different in every kind of object.
 */
export interface ManagedFieldsFilter {
  /** The object between two offsets, or the event in which it is, as text; `object` is where the object begins. */
  textOf(json: Buffer, start: number, end: number, object: number): string;
}

/**
 * @param managers managed fields stay where one of these has applied the object
 */
export function managedFieldsFilter(managers: ReadonlySet<string>): ManagedFieldsFilter {
  const names = [...managers].map((manager) => Buffer.from(`"manager":${JSON.stringify(manager)}`));
  const ends = fieldsMemory();

  function isKept(managedFields: Buffer): boolean {
    return names.some((name) => managedFields.includes(name)) && managedFields.includes(APPLY);
  }

  return {
    textOf(json, start, end, object) {
      const metadata = memberOf(json, object, METADATA);
      const value = metadata < 0 ? -1 : memberOf(json, metadata, MANAGED_FIELDS);
      const after = value < 0 ? -1 : endOfEntries(json, value, ends);
      if (after < 0 || isKept(json.subarray(value, after))) return json.toString('utf8', start, end);
      const key = value - MANAGED_FIELDS.length - 3;
      const isFirst = json[key - 1] !== COMMA;
      if (json[after] === COMMA) return json.toString('utf8', start, key) + json.toString('utf8', after + 1, end);
      return json.toString('utf8', start, isFirst ? key : key - 1) + json.toString('utf8', after, end);
    },
  };
}

/** Finds the end of owned fields, which come in the same words again and again, without reading them. */
interface FieldsMemory {
  endOf(json: Buffer, at: number): number;
}

function fieldsMemory(): FieldsMemory {
  /** The last ones first. A JSON object ends where it ends, whatever follows. */
  const known: Buffer[] = [];
  return {
    endOf(json, at) {
      for (const [index, text] of known.entries()) {
        const end = at + text.length;
        if (end > json.length || json.compare(text, 0, text.length, at, end) !== 0) continue;
        if (index > 0) known.unshift(...known.splice(index, 1));
        return end;
      }
      const end = endOf(json, at);
      if (end < 0 || json[at] !== OPEN_BRACE || end - at > REMEMBERED_BYTES) return end;
      if (known.length === REMEMBERED) known.pop();
      known.unshift(Buffer.from(json.subarray(at, end)));
      return end;
    },
  };
}

/** Where the list of entries that begins at `at` has ended. */
function endOfEntries(json: Buffer, at: number, fields: FieldsMemory): number {
  if (json[at] !== OPEN_BRACKET || json[at + 1] !== OPEN_BRACE) return endOf(json, at);
  for (let entry = at + 1; json[entry] === OPEN_BRACE; ) {
    const end = endOfEntry(json, entry, fields);
    if (end < 0 || json[end] === CLOSE_BRACKET) return end < 0 ? end : end + 1;
    if (json[end] !== COMMA) return -1;
    entry = end + 1;
  }
  return -1;
}

function endOfEntry(json: Buffer, at: number, fields: FieldsMemory): number {
  for (let key = at + 1; json[key] === QUOTE; ) {
    const colon = endOfString(json, key);
    if (colon < 0 || json[colon] !== COLON) return -1;
    const isFields = colon - key === FIELDS_V1.length && json.compare(FIELDS_V1, 0, FIELDS_V1.length, key, colon) === 0;
    const end = isFields ? fields.endOf(json, colon + 1) : endOf(json, colon + 1);
    if (end < 0 || json[end] === CLOSE_BRACE) return end < 0 ? end : end + 1;
    if (json[end] !== COMMA) return -1;
    key = end + 1;
  }
  return -1;
}
