import { isPlainObject, type JsonValue } from '@opwright/machinery';

/** Simpler values beside this one, the simplest first: without parts, with one part simpler, shorter, or nothing. */
export function* simpler(value: JsonValue): Generator<JsonValue> {
  if (Array.isArray(value)) {
    if (value.length > 1) yield [];
    for (const index of value.keys()) yield value.toSpliced(index, 1);
    for (const [index, item] of value.entries()) for (const less of simpler(item)) yield value.with(index, less);
  } else if (isPlainObject(value)) {
    const entries = Object.entries(value as { readonly [key: string]: JsonValue });
    if (entries.length > 1) yield {};
    for (const [key] of entries) yield Object.fromEntries(entries.filter(([other]) => other !== key));
    for (const [key, field] of entries) {
      for (const less of simpler(field))
        yield Object.fromEntries([...entries.filter(([other]) => other !== key), [key, less]]);
    }
  } else if (typeof value === 'string' && value !== '') {
    yield '';
    if (value !== 'a') yield 'a';
    if (value.length > 2) yield value.slice(0, value.length >> 1);
    if (value.length > 1) yield value.slice(1);
  } else if (typeof value === 'number' && value !== 0) {
    yield 0;
    if (value !== 1) yield 1;
    if (Math.abs(value) > 2) yield Math.trunc(value / 2);
  } else if (value === true) yield false;
}
