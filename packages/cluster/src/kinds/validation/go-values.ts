import { goQuote, type JsonObject, RawGoText } from '@opwright/machinery';
import { at, field, items, text, textEntries, texts } from '../tree.ts';

/* Values as Go prints them in messages. */

/** A struct, without its fields: how those print is nobody's contract. */
export function goStruct(name: string): RawGoText {
  return new RawGoText(`${name}{}`);
}

/** A list of texts. */
export function goList(values: readonly string[], type = '[]string'): RawGoText {
  return new RawGoText(`${type}{${values.map(goQuote).join(', ')}}`);
}

/** A map as Go prints it: `map[string]string{"a":"b"}`. */
export function goStringMap(map: JsonObject | undefined): RawGoText {
  if (map === undefined) return new RawGoText('map[string]string(nil)');
  const entries = textEntries(map).map(([key, value]) => `${goQuote(key)}:${goQuote(value)}`);
  return new RawGoText(`map[string]string{${entries.join(', ')}}`);
}

/** A LabelSelector. */
export function goLabelSelector(selector: JsonObject | undefined): RawGoText {
  const expressions = items(selector, 'matchExpressions').map((expression) => {
    const values = texts(expression, 'values').map(goQuote).join(', ');
    const list = field(expression, 'values') === undefined ? '[]string(nil)' : `[]string{${values}}`;
    const key = goQuote(text(expression, 'key'));
    return `v1.LabelSelectorRequirement{Key:${key}, Operator:${goQuote(text(expression, 'operator'))}, Values:${list}}`;
  });
  const list = expressions.length === 0 ? '(nil)' : `{${expressions.join(', ')}}`;
  const labels = goStringMap(at(selector, 'matchLabels')).text;
  return new RawGoText(
    `v1.LabelSelector{MatchLabels:${labels}, MatchExpressions:[]v1.LabelSelectorRequirement${list}}`,
  );
}

/** An int-or-string. */
export function goIntOrString(value: number | string): RawGoText {
  const [type, number, string] = typeof value === 'number' ? [0, value, ''] : [1, 0, value];
  return new RawGoText(`intstr.IntOrString{Type:${type}, IntVal:${number}, StrVal:${goQuote(string)}}`);
}

/** A time, without its zone: it is UTC. */
export function goTime(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 19)} +0000 UTC`;
}
