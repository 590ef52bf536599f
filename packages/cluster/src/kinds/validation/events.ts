import {
  deepEqual,
  type FieldError,
  invalidValue,
  type JsonObject,
  RawGoText,
  requiredValue,
} from '@opwright/machinery';
import { at, field, int, text } from '../tree.ts';
import { qualifiedNameErrors } from './checks.ts';
import { goStruct, goTime } from './go-values.ts';

/* core/v1 and events.k8s.io/v1 have the same events; the newer version is strict, and its messages use the older names. */

/** An event of core/v1, in its terms. */
export function validateEvent(event: JsonObject): FieldError[] {
  return generalErrors(event, { about: 'involvedObject', message: 'message', controller: 'reportingComponent' });
}

/** An event of events.k8s.io/v1. */
export function validateNewEvent(event: JsonObject, old: JsonObject | undefined): FieldError[] {
  const names = { about: 'regarding', message: 'note', controller: 'reportingController' };
  return [...generalErrors(event, names), ...(old === undefined ? newErrors(event) : changeErrors(event, old))];
}

/** What a version calls things. */
interface Names {
  readonly about: string;
  readonly message: string;
  readonly controller: string;
}

/** Events with a time are of the newer kind. */
function generalErrors(event: JsonObject, names: Names): FieldError[] {
  const namespace = text(at(event, 'metadata'), 'namespace');
  const about = text(at(event, names.about), 'namespace');
  const mismatch = invalidValue('involvedObject.namespace', about, 'does not match event.namespace');
  if (text(event, 'eventTime') === '') {
    const fits = about === '' ? namespace === 'default' : about === namespace;
    return fits ? [] : [mismatch];
  }
  const controller = text(event, names.controller);
  const { controller: path } = names;
  return [
    ...(about === '' && namespace !== 'default' && namespace !== 'kube-system' ? [mismatch] : []),
    ...(controller === '' ? [requiredValue(path)] : []),
    ...qualifiedNameErrors(controller, path),
    ...sizedErrors(event, 'reportingInstance', 128),
    ...sizedErrors(event, 'action', 128),
    ...sizedErrors(event, 'reason', 128),
    ...tooLong(event, names.message, 1024, 'message'),
  ];
}

function sizedErrors(event: JsonObject, key: string, limit: number): FieldError[] {
  return text(event, key) === '' ? [requiredValue(key)] : tooLong(event, key, limit, key);
}

function tooLong(event: JsonObject, key: string, limit: number, path: string): FieldError[] {
  const size = Buffer.byteLength(text(event, key));
  return size > limit ? [invalidValue(path, '', `can have at most ${limit} characters`)] : [];
}

function newErrors(event: JsonObject): FieldError[] {
  const type = text(event, 'type');
  const source = at(event, 'deprecatedSource');
  const unset = (isUnset: boolean, path: string) => (isUnset ? [] : [invalidValue(path, '', 'needs to be unset')]);
  return [
    ...seriesErrors(event),
    ...(text(event, 'eventTime') === '' ? [requiredValue('eventTime')] : []),
    ...(['Normal', 'Warning'].includes(type) ? [] : [invalidValue('type', '', `has invalid value: ${type}`)]),
    ...unset(text(event, 'deprecatedFirstTimestamp') === '', 'firstTimestamp'),
    ...unset(text(event, 'deprecatedLastTimestamp') === '', 'lastTimestamp'),
    ...unset(int(event, 'deprecatedCount') === 0, 'count'),
    ...unset(text(source, 'component') === '' && text(source, 'host') === '', 'source'),
  ];
}

function seriesErrors(event: JsonObject): FieldError[] {
  const series = at(event, 'series');
  if (series === undefined) return [];
  return [
    ...(int(series, 'count') < 2 ? [invalidValue('series.count', '', 'should be at least 2')] : []),
    ...(text(series, 'lastObservedTime') === '' ? [requiredValue('series.lastObservedTime')] : []),
  ];
}

/** Fields that stay as they were, with the names that messages have for them and what Go shows of structs. */
const FIXED: readonly (readonly [key: string, path: string, struct?: string])[] = [
  ['regarding', 'involvedObject', 'core.ObjectReference'],
  ['reason', 'reason'],
  ['note', 'message'],
  ['deprecatedSource', 'source', 'core.EventSource'],
  ['deprecatedFirstTimestamp', 'firstTimestamp'],
  ['deprecatedLastTimestamp', 'lastTimestamp'],
  ['deprecatedCount', 'count'],
  ['reason', 'reason'],
  ['type', 'type'],
  ['eventTime', 'eventTime'],
  ['action', 'action'],
  ['related', 'related', 'core.ObjectReference'],
  ['reportingController', 'reportingController'],
  ['reportingInstance', 'reportingInstance'],
];

function changeErrors(event: JsonObject, old: JsonObject): FieldError[] {
  const series = deepEqual(field(event, 'series'), field(old, 'series')) ? [] : seriesErrors(event);
  const changed = FIXED.filter(([key]) => !deepEqual(field(event, key) ?? absent(key), field(old, key) ?? absent(key)));
  return [
    ...series,
    ...changed.map(([key, path, struct]) => {
      const value = field(event, key);
      return invalidValue(path, shown(key, value, struct), 'field is immutable');
    }),
  ];
}

/** A struct that is no pointer is there, with nothing in it. */
function absent(key: string): unknown {
  return key === 'related' ? undefined : {};
}

function shown(key: string, value: unknown, struct: string | undefined): unknown {
  if (struct !== undefined) return value === undefined && key === 'related' ? null : goStruct(struct);
  if (/time(?:stamp)?$/i.test(key)) return new RawGoText(goTime(String(value ?? '0001-01-01T00:00:00Z')));
  return value ?? (key === 'deprecatedCount' ? 0 : '');
}
