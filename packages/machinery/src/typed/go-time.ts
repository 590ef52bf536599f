import { goQuote } from '../text/go-quote.ts';
import { formatMicroTime, formatTime, parseTime } from '../time/time.ts';
import { DecodeError } from './decode-error.ts';

const RFC3339 = '2006-01-02T15:04:05Z07:00';
const RFC3339_MICRO = '2006-01-02T15:04:05.000000Z07:00';

/**
 * A metav1.Time or MicroTime in the form in which an API server writes it: UTC, in seconds or with six digits. A
 * MicroTime has to come with six digits.
 *
 * @throws DecodeError with the message of Go's time.Parse
 */
export function normalizeTime(text: string, precision: 'time' | 'microTime'): string {
  const micro = precision === 'microTime';
  const ms = parseTime(text);
  if (ms === undefined || (micro && !/:\d\d\.\d{6}(?!\d)/.test(text))) {
    const layout = micro ? RFC3339_MICRO : RFC3339;
    throw new DecodeError(`parsing time ${goQuote(text)}${complaint(text, micro, layout)}`);
  }
  return micro ? formatMicroTime(ms) : formatTime(ms);
}

/** A part of the layout: how it is written there, what it looks like in a text, and its range. */
interface Element {
  readonly layout: string;
  readonly pattern: RegExp;
  readonly range?: readonly [name: string, min: number, max: number];
}

const literal = (text: string): Element => ({ layout: text, pattern: new RegExp(`^${text}`) });

const DATE: readonly Element[] = [
  { layout: '2006', pattern: /^\d{4}/ },
  literal('-'),
  { layout: '01', pattern: /^\d\d/, range: ['month', 1, 12] },
  literal('-'),
  { layout: '02', pattern: /^\d\d/ },
  literal('T'),
  { layout: '15', pattern: /^\d\d/, range: ['hour', 0, 23] },
  literal(':'),
  { layout: '04', pattern: /^\d\d/, range: ['minute', 0, 59] },
  literal(':'),
  { layout: '05', pattern: /^\d\d/, range: ['second', 0, 59] },
];
const OPTIONAL_FRACTION: Element = { layout: '', pattern: /^(?:[.,]\d+)?/ };
const MICROS: Element = { layout: '.000000', pattern: /^[.,]\d{6}/ };
const ZONE: Element = { layout: 'Z07:00', pattern: /^(?:Z|[+-]\d\d:\d\d)/ };

/** Go reads the layout's elements from left to right and reports the first that fails. */
function complaint(text: string, micro: boolean, layout: string): string {
  let rest = text;
  for (const element of [...DATE, micro ? MICROS : OPTIONAL_FRACTION, ZONE]) {
    const match = element.pattern.exec(rest);
    if (match === null) {
      return ` as ${goQuote(layout)}: cannot parse ${goQuote(rest)} as ${goQuote(element.layout)}`;
    }
    const value = Number(match[0]);
    if (element.range && (value < element.range[1] || value > element.range[2]))
      return `: ${element.range[0]} out of range`;
    rest = rest.slice(match[0].length);
  }
  if (rest !== '') return `: extra text: ${goQuote(rest)}`;
  return ': day out of range';
}
