import { nextTurn } from '../system/turn.ts';
import type { Parse } from '../transport.ts';
import { CLOSE_BRACKET, COMMA, endOf, memberOf, OPEN_BRACE, OPEN_BRACKET } from './json-bytes.ts';
import { managedFieldsFilter } from './managed-fields.ts';

const OBJECT = Buffer.from('object');
const ITEMS = Buffer.from('items');

/** Bytes of a list that are read before others get a turn: a few milliseconds. */
const SLICE = 256 * 1024;

/** Parses a line of a watch, without managed fields but those of objects that one of `managers` has applied. */
export function eventParser(managers: ReadonlySet<string>): Parse {
  const filter = managedFieldsFilter(managers);
  return (line) => {
    const object = memberOf(line, 0, OBJECT);
    return JSON.parse(object < 0 ? line.toString() : filter.textOf(line, 0, line.length, object));
  };
}

/** Parses an object, in the way of {@link eventParser}. */
export function objectParser(managers: ReadonlySet<string>): Parse {
  const filter = managedFieldsFilter(managers);
  return (body) => JSON.parse(filter.textOf(body, 0, body.length, 0));
}

/**
 * Parses the body of a list one item after the other, so that nobody else waits for a long one; with `managers`, in the way of
 * {@link eventParser}.
 */
export function listParser(managers?: ReadonlySet<string>): Parse {
  const filter = managers && managedFieldsFilter(managers);
  return async (body) => {
    const items = filter === undefined && body.length < SLICE ? -1 : memberOf(body, 0, ITEMS);
    if (body[items] !== OPEN_BRACKET || body[items + 1] !== OPEN_BRACE) return JSON.parse(body.toString());
    const objects: unknown[] = [];
    let pause = items + SLICE;
    let at = items;
    while (body[at] !== CLOSE_BRACKET) {
      const start = at + 1;
      at = endOf(body, start);
      // Whatever this is, it is no list as API servers write them.
      if (at < 0 || (body[at] !== COMMA && body[at] !== CLOSE_BRACKET)) return JSON.parse(body.toString());
      objects.push(JSON.parse(filter?.textOf(body, start, at, start) ?? body.toString('utf8', start, at)));
      if (at < pause) continue;
      pause = at + SLICE;
      await nextTurn();
    }
    return { ...JSON.parse(`${body.toString('utf8', 0, items)}[]${body.toString('utf8', at + 1)}`), items: objects };
  };
}
