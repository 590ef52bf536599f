import { encodeJson, type JsonObject, orderFields } from '@opwright/machinery';
import type { FieldError, MutableObject, ServedKind, StrategyContext } from '../kinds/kind.ts';
import type { StoredObject } from '../store/object.ts';
import type { AdmissionAttributes, Operation } from './admission/admission.ts';
import type { ApiServer, Call } from './context.ts';
import { invalid, rawError } from './errors.ts';
import { metadataOf, metaText } from './metadata.ts';

/*
 * The stages between decoding and the store, which all writes share: admit, prepare, validate, admit, store.
 */

/** Objects of which Kubernetes would have stored less than it shows, see {@link ServedKind.defaultOnRead}. */
export const partlyStored = new WeakSet<StoredObject>();

export interface WriteRequest {
  readonly dryRun: boolean;
  /** CreateOptions, UpdateOptions or PatchOptions as admission sees them. */
  readonly admissionOptions: JsonObject;
  /** Admission has seen the write already, in the form in which it was asked for. */
  readonly isAdmitted?: true;
}

/** Bytes of one object that etcd takes. */
const STORED_LIMIT = 1.5 * 1024 * 1024;
/** No smaller body makes an object too large, but for one that is so nearly. */
const LARGE_BODY = 256 * 1024;

/** @throws StatusError 500 as etcd's refusal is one */
export function refuseLarge({ request }: Call, form: MutableObject): void {
  const { body } = request;
  if (body === undefined || !('bytes' in body) || body.bytes.length < LARGE_BODY) return;
  if (encodeJson(form).length > STORED_LIMIT) throw rawError('etcdserver: request is too large');
}

/** The form in which an object goes into the store, which owns it then: its fields in order, ready to get its version. */
export function storedForm(kind: ServedKind, draft: MutableObject): MutableObject {
  const metadata = metadataOf(draft);
  // What is stored already may be part of the draft.
  const own = Object.isFrozen(metadata) ? { ...draft, metadata: { ...metadata } } : draft;
  metadataOf(own).resourceVersion = '0';
  const ordered = orderFields(kind.type, own);
  if (kind.toStorage === undefined) return ordered;
  const form = kind.toStorage(ordered);
  // Converting may share what it was given: the version is written into a copy.
  return { ...form, metadata: { ...metadataOf(form) } };
}

/** What admission gets to know about a write. */
export function admissionAttributes(
  call: Call,
  operation: Operation,
  subresource: string,
  name: string,
  { dryRun, admissionOptions }: { readonly dryRun: boolean; readonly admissionOptions: JsonObject | null },
): AdmissionAttributes {
  const { kind, info, user } = call;
  return {
    operation,
    kind,
    subresource,
    namespace: kind.scope === 'Namespaced' ? info.namespace : '',
    name,
    user,
    dryRun,
    options: admissionOptions,
    warn: (text) => addWarnings(call, [text]),
  };
}

/** Lets what hangs on a kind's objects catch up before the client knows of the write. */
export function runHooks({ kind, server }: Call, name: string): void | Promise<void> {
  if (server.hooks.some((hook) => hook.storage === kind.storage)) return runHooksOf(kind, server, name);
}

async function runHooksOf({ storage }: ServedKind, { hooks }: ApiServer, name: string): Promise<void> {
  for (const hook of hooks) if (hook.storage === storage) await hook.afterWrite(name);
}

export function refuseInvalid(kind: ServedKind, draft: MutableObject, errors: readonly FieldError[]): void {
  if (errors.length === 0) return;
  // A resource that two groups have is named by the one that stores it.
  const [, group = ''] = /^[^.]*\.?(.*)$/.exec(kind.storage) ?? [];
  throw invalid({ group, kind: kind.kind }, metaText(draft, 'name'), errors);
}

export function strategyContext(call: Call, dryRun: boolean): StrategyContext {
  const { info, server, user } = call;
  const { subresource } = info;
  const warn = (text: string) => addWarnings(call, [text]);
  const newUid = () => server.random.uuid();
  return { nowMs: server.clock.now(), user, allocator: server.allocator, dryRun, newUid, subresource, warn };
}

export function addWarnings({ warnings }: Call, texts: readonly string[]): void {
  for (const text of texts) if (!warnings.includes(text)) warnings.push(text);
}
