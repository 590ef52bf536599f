import type { JsonObject } from '@opwright/machinery';
import type { Conversion } from '../behaviour.ts';
import type { MutableObject } from '../kind.ts';

/** core/v1 and events.k8s.io/v1 events are one resource under two names; the core form is stored. */
const renamed: readonly (readonly [core: string, events: string])[] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
  ['reportingComponent', 'reportingController'],
];

const toEvents = new Map(renamed);
const toCore = new Map(renamed.map(([core, events]) => [events, core] as const));

function rename(object: JsonObject, names: ReadonlyMap<string, string>, apiVersion: string): MutableObject {
  const result: MutableObject = {};
  for (const key of Object.keys(object)) result[names.get(key) ?? key] = object[key];
  result.apiVersion = apiVersion;
  return result;
}

export const eventsConversion: Conversion = {
  storage: 'events',
  storedAs: 'v1',
  fromStorage: (stored) => rename(stored, toEvents, 'events.k8s.io/v1') as JsonObject,
  toStorage: (object) => rename(object, toCore, 'v1'),
};
