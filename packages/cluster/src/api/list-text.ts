import { encodeJson, type JsonObject } from '@opwright/machinery';
import { objectText } from './object-text.ts';

/** Characters that are made at once: one or two milliseconds of work. */
const PIECE = 256 * 1024;

/**
 * A list as JSON, in pieces that are made one by one, so that whoever sends a long list can let others work in between.
 *
 * @param list the list without its items
 * @param omitsTypes items come without kind and version
 */
export function* listText(
  list: JsonObject,
  items: readonly unknown[],
  omitsTypes: boolean,
): Generator<string, void, undefined> {
  const frame = encodeJson({ ...list, items: [] });
  // In texts the quotes would be escaped: this is the member.
  const place = frame.indexOf(NO_ITEMS) + NO_ITEMS.length - 1;
  let text = frame.slice(0, place);
  for (let i = 0; i < items.length; i++) {
    if (i > 0) text += ',';
    text += objectText(items[i], omitsTypes);
    if (text.length < PIECE) continue;
    yield text;
    text = '';
  }
  yield `${text}${frame.slice(place)}\n`;
}

const NO_ITEMS = '"items":[]';
