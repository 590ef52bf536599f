import type { Client } from '@opwright/client';
import {
  builtinResource,
  formatMicroTime,
  formatTime,
  isNotFound,
  type KubeObject,
  type ObjectKey,
  type ObjectMetaInput,
  StatusError,
} from '@opwright/machinery';

/** An event as the recorder keeps it: the words of events.k8s.io. */
export interface EventFields {
  /** ms since the epoch. */
  readonly at: number;
  readonly reportingController: string;
  readonly reportingInstance: string;
  readonly reason: string;
  readonly note: string;
  readonly type: string;
  readonly regarding: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly resourceVersion: string;
  };
}

/** How often an event was repeated. */
export interface Repetitions {
  readonly count: number;
  /** ms since the epoch. */
  readonly lastAt: number;
}

/** Writes events in the form that the server has. */
export interface EventWriter {
  create(key: Required<ObjectKey>, event: EventFields, repeated: Repetitions, signal: AbortSignal): Promise<void>;
  repeat(key: Required<ObjectKey>, repeated: Repetitions, signal: AbortSignal): Promise<void>;
}

type EventInput = { readonly metadata: ObjectMetaInput } & Readonly<Record<string, unknown>>;
const form = <ApiVersion extends string>(apiVersion: ApiVersion) =>
  builtinResource<ApiVersion, 'Event', KubeObject, EventInput>({ apiVersion, kind: 'Event', plural: 'events' });

const Modern = form('events.k8s.io/v1');
const Legacy = form('v1');

/**
 * Writes to events.k8s.io/v1; to the core group where the server does not have it (before Kubernetes 1.19; the manifests do
 * not ask for that right). Both are the same objects.
 */
export function createEventWriter(client: Client): EventWriter {
  let isLegacy = false;

  /** Asks for the modern form, and if that does not exist for the other one from then on. */
  async function either(modern: () => Promise<unknown>, legacy: () => Promise<unknown>): Promise<void> {
    if (!isLegacy) {
      try {
        await modern();
        return;
      } catch (error) {
        if (!isUnknownResource(error)) throw error;
        isLegacy = true;
      }
    }
    await legacy();
  }

  return {
    create: ({ name, namespace }, event, repeated, signal) =>
      either(
        () => client.create(Modern, { metadata: { name, namespace }, ...modernFields(event, repeated) }, { signal }),
        () => client.create(Legacy, { metadata: { name, namespace }, ...legacyFields(event, repeated) }, { signal }),
      ),
    repeat: (key, repeated, signal) =>
      either(
        () => client.patch(Modern, key, { type: 'merge', patch: modernSeries(repeated) }, { signal }),
        () => client.patch(Legacy, key, { type: 'merge', patch: legacySeries(repeated) }, { signal }),
      ),
  };
}

/** Not an object or its namespace is missing, but the path. */
function isUnknownResource(error: unknown): boolean {
  return error instanceof StatusError && isNotFound(error) && error.status.details?.name === undefined;
}

function modernFields({ at, ...event }: EventFields, repeated: Repetitions) {
  // An action is required by the API; what a controller does is to reconcile.
  return {
    eventTime: formatMicroTime(at),
    action: 'Reconcile',
    ...event,
    ...(repeated.count > 1 && modernSeries(repeated)),
  };
}

function modernSeries({ count, lastAt }: Repetitions) {
  return { series: { count, lastObservedTime: formatMicroTime(lastAt) } };
}

function legacyFields(event: EventFields, repeated: Repetitions) {
  const { at, reportingController, reportingInstance, reason, note, type, regarding } = event;
  return {
    involvedObject: regarding,
    reason,
    message: note,
    type,
    source: { component: reportingController },
    reportingComponent: reportingController,
    reportingInstance,
    firstTimestamp: formatTime(at),
    ...legacySeries(repeated),
  };
}

function legacySeries({ count, lastAt }: Repetitions) {
  return { count, lastTimestamp: formatTime(lastAt) };
}
