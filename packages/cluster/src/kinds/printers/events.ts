import type { JsonObject } from '@opwright/machinery';
import type { Printer } from '../behaviour.ts';
import { at, int, text } from '../tree.ts';
import { age } from './age.ts';
import { columns, nameOf } from './columns.ts';

/** The field names of the two versions of an event. */
interface EventFields {
  readonly object: string;
  readonly message: string;
  readonly source: string;
  readonly first: string;
  readonly last: string;
  readonly count: string;
  readonly controller: string;
}

const core: EventFields = {
  object: 'involvedObject',
  message: 'message',
  source: 'source',
  first: 'firstTimestamp',
  last: 'lastTimestamp',
  count: 'count',
  controller: 'reportingComponent',
};

const events: EventFields = {
  object: 'regarding',
  message: 'note',
  source: 'deprecatedSource',
  first: 'deprecatedFirstTimestamp',
  last: 'deprecatedLastTimestamp',
  count: 'deprecatedCount',
  controller: 'reportingController',
};

function eventPrinter(fields: EventFields): Printer {
  return {
    columns: columns(
      'Last Seen',
      'Type',
      'Reason',
      'Object',
      'Subobject*',
      'Source*',
      'Message',
      'First Seen*',
      'Count*',
      'Name*',
    ),
    row(event, nowMs) {
      const object = at(event, fields.object);
      const series = at(event, 'series');
      const first = age(text(event, fields.first) || text(event, 'eventTime'), nowMs);
      const lastTimestamp = text(event, fields.last);
      const last = lastTimestamp === '' ? first : age(lastTimestamp, nowMs);
      const name = text(object, 'name');
      const kind = text(object, 'kind').toLowerCase();
      return [
        series === undefined ? last : age(text(series, 'lastObservedTime'), nowMs),
        text(event, 'type'),
        text(event, 'reason'),
        name === '' ? kind : `${kind}/${name}`,
        text(object, 'fieldPath'),
        sourceText(event, fields),
        text(event, fields.message).trim(),
        first,
        series === undefined ? int(event, fields.count) || 1 : int(series, 'count'),
        nameOf(event),
      ];
    },
  };
}

function sourceText(event: JsonObject, fields: EventFields): string {
  const source = at(event, fields.source);
  const component = text(source, 'component') || text(event, fields.controller);
  const host = text(source, 'host') || text(event, 'reportingInstance');
  return host === '' ? component : `${component}, ${host}`;
}

export const coreEventPrinter = eventPrinter(core);
export const eventsEventPrinter = eventPrinter(events);
