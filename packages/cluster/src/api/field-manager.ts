import {
  type Clock,
  type FieldManagerRequest,
  type FieldSet,
  fitsType,
  formatTime,
  type JsonObject,
  type ManagedFieldsEntry,
  managedFieldsAfter,
  managedFieldsOf,
  namedFields,
  updateWithManager,
  withManagedFields,
} from '@opwright/machinery';
import type { MutableObject, ServedKind } from '../kinds/kind.ts';
import type { StoredObject } from '../store/object.ts';
import type { Call } from './context.ts';
import type { Endpoint } from './endpoint.ts';
import { metadataOf } from './metadata.ts';
import { header } from './negotiate.ts';
import type { ExpectedKind } from './read-body.ts';
import { ConversionFailed, versionConverter } from './version-converter.ts';

/** The part of a server-side apply or tracked update that follows from the request. */
export function fieldManagerRequest(call: Call, fieldManager: string, subresource: string): FieldManagerRequest {
  const convert = versionConverter(call);
  const request = oneVersionRequest(call, fieldManager, subresource);
  return convert === undefined ? request : { ...request, convert };
}

/** The same for forms of an object that are the same in all its versions. */
function oneVersionRequest(call: Call, fieldManager: string, subresource: string): FieldManagerRequest {
  const { kind, server } = call;
  const resetFields = resetFieldsOf(kind, subresource);
  return {
    type: kind.type,
    manager: fieldManager === '' ? defaultManager(call) : fieldManager,
    apiVersion: kind.apiVersion,
    subresource: subresource === '' ? undefined : subresource,
    now: formatTime(server.clock.now()),
    resetFields,
  };
}

/**
 * Records in the new state of an object who changed what; in place. An object that does not fit its type has no owners any
 * more: it can be stored where the endpoint takes back what does not fit (a custom resource's spec through its status, its
 * status through the object).
 */
export function trackUpdate(
  call: Call,
  fieldManager: string,
  subresource: string,
  live: StoredObject | undefined,
  next: MutableObject,
): void {
  const request = fieldManagerRequest(call, fieldManager, subresource);
  if (losesParts(call.kind, subresource, next) && !fitsType(request.type, next as JsonObject)) {
    delete metadataOf(next).managedFields;
    return;
  }
  recordManagedFields(next, ownersAfter(request, live, next));
}

/** Nobody owns anything any more when a webhook cannot tell who does. */
function ownersAfter(request: FieldManagerRequest, live: StoredObject | undefined, next: MutableObject) {
  try {
    return managedFieldsAfter(request, live, next as JsonObject);
  } catch (error) {
    if (error instanceof ConversionFailed) return undefined;
    throw error;
  }
}

/** Whether a part of what was sent is not for the endpoint to write: nobody validates it. */
function losesParts(kind: ServedKind, subresource: string, next: MutableObject): boolean {
  if (!kind.custom) return false;
  return subresource !== '' || (next.status !== undefined && kind.subresources.some(({ name }) => name === 'status'));
}

/** In a copy of the metadata, of which the object may share what is stored. */
function recordManagedFields(next: MutableObject, managedFields: readonly ManagedFieldsEntry[] | undefined): void {
  const metadata = metadataOf(next);
  if (managedFields !== undefined) {
    // A spread with one more property would have a hidden class of its own, which makes every later access slow.
    next.metadata = Object.assign({}, metadata, { managedFields });
  } else {
    const { managedFields: _, ...others } = metadata;
    next.metadata = others;
  }
}

/** The same for what is created through a subresource and has a kind of its own. */
export function trackBody(
  call: Call,
  { type, apiVersion }: ExpectedKind,
  fieldManager: string,
  subresource: string,
  body: MutableObject,
): void {
  const request = { ...oneVersionRequest(call, fieldManager, subresource), type, apiVersion };
  recordManagedFields(body, managedFieldsAfter(request, undefined, body as JsonObject));
}

/**
 * {@link trackUpdate} through an endpoint that may show the object in another form: who owns what is found out in that
 * form, and recorded on the object.
 *
 * @param form the new state in the endpoint's form
 */
export function trackThrough(
  call: Call,
  fieldManager: string,
  endpoint: Endpoint,
  live: StoredObject | undefined,
  form: MutableObject,
  next: MutableObject,
): void {
  const { owners, subresource } = endpoint;
  if (owners === undefined || live === undefined) {
    trackUpdate(call, fieldManager, subresource, live, next);
    return;
  }
  const tracked = updateWithManager({
    ...formManagerRequest(call, fieldManager, endpoint),
    live: liveForm(endpoint, live),
    next: form as JsonObject,
  });
  recordOwners(endpoint, live, tracked, next);
}

/** The part of an apply or tracked update in the form of an endpoint that follows from the request. */
export function formManagerRequest(call: Call, fieldManager: string, { bodies, subresource }: Endpoint) {
  const { type, apiVersion } = bodies;
  return { ...oneVersionRequest(call, fieldManager, subresource), type, apiVersion };
}

/** An object in the form of an endpoint, with the owners that it has there. */
export function liveForm({ view, owners }: Endpoint, live: StoredObject): JsonObject {
  const form = view!(live);
  return withManagedFields(form as JsonObject, owners!.ofForm(live.metadata.managedFields ?? []));
}

/** Records on the object who owns what of its form. */
export function recordOwners({ owners }: Endpoint, live: StoredObject, form: JsonObject, next: MutableObject): void {
  const managedFields = owners!.ofObject(live.metadata.managedFields ?? [], managedFieldsOf(form) ?? []);
  const { managedFields: _, ...metadata } = next.metadata as MutableObject;
  next.metadata = managedFields.length === 0 ? metadata : { ...metadata, managedFields };
}

/** The same for a change that the server makes of itself, through a subresource. */
export function trackServerUpdate(
  kind: ServedKind,
  manager: string,
  subresource: string,
  clock: Clock,
  live: StoredObject,
  next: MutableObject,
): void {
  const request: FieldManagerRequest = {
    type: kind.type,
    manager,
    apiVersion: kind.apiVersion,
    subresource,
    now: formatTime(clock.now()),
    resetFields: resetFieldsOf(kind, subresource),
  };
  recordManagedFields(next, managedFieldsAfter(request, live, next as JsonObject));
}

/** Managers by User-Agent, for clients have few; what is kept of strange ones is bounded. */
const managersByAgent = new Map<string, string>();
const AGENTS_LIMIT = 100;

/** Who changes what, where the request does not name a manager. */
function defaultManager({ request }: Call): string {
  const agent = header(request, 'user-agent') ?? '';
  let manager = managersByAgent.get(agent);
  if (manager === undefined) {
    manager = programOf(agent);
    if (managersByAgent.size >= AGENTS_LIMIT) managersByAgent.clear();
    managersByAgent.set(agent, manager);
  }
  return manager;
}

/** The name of a client's program: its User-Agent up to the first slash. */
function programOf(agent: string): string {
  const [program = ''] = agent.split('/', 1);
  if (/^[!-~]{1,128}$/.test(program)) return program;
  const printable = program.replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, '');
  return (
    Buffer.from(printable)
      .subarray(0, 128)
      .toString()
      .replace(/\ufffd$/, '') || 'unknown'
  );
}

const STATUS = namedFields('status');
const SPEC = namedFields('spec');

/** What an endpoint takes back to the stored state, and so nobody can own through it. */
function resetFieldsOf(kind: ServedKind, subresource: string): FieldSet | undefined {
  const own = kind.resetFields?.[subresource];
  if (own !== undefined) return namedFields(...own);
  if (subresource === 'status') {
    const kept = kind.statusKeepsMetadata;
    if (kept === undefined || kept === 'all') return SPEC;
    return namedFields('spec', ...kept.map((field) => `metadata.${field}`));
  }
  const hasStatus = kind.subresources.some((other) => other.name === 'status');
  return subresource === '' && hasStatus ? STATUS : undefined;
}
