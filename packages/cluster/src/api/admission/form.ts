import { typeOf } from '@opwright/kubernetes/data';
import {
  decodeObject,
  isPlainObject,
  type JsonObject,
  orderFields,
  type StatusError,
  setOwn,
} from '@opwright/machinery';
import type { MutableObject, ServedKind } from '../../kinds/kind.ts';
import { keepManagerReset } from '../decode.ts';
import { rawError } from '../errors.ts';
import type { ExpectedKind } from '../read-body.ts';
import type { AdmissionAttributes } from './admission.ts';

/** The object of a write as one webhook sees it: in the version of its rules, or as a subresource shows it. */
export interface Form {
  /** Of the objects. */
  readonly kind: ExpectedKind;
  show(object: JsonObject | undefined): JsonObject | null;
  /**
   * Brings an object, in place, to what a webhook made of the form of it: fitted into its type, defaults filled in.
   *
   * @throws Error when it does not fit; StatusError 500 when it is another kind
   */
  take(value: unknown, object: MutableObject): Promise<void>;
}

/**
 * @param kind the version of the resource that the webhook wants to see
 * @throws StatusError 500 when a conversion webhook has to make it and fails
 */
export async function formFor(
  attributes: AdmissionAttributes,
  kind: ServedKind,
  object: JsonObject | undefined,
): Promise<Form> {
  const { endpoint, kind: own, old, posted } = attributes;
  if (posted !== undefined) {
    return {
      kind: posted,
      show: (object) => (object === undefined ? null : shown(posted, object)),
      take: async (value, object) => replace(object, decoded(value, posted)),
    };
  }
  if (endpoint?.view !== undefined && endpoint.merge !== undefined && old !== undefined) {
    const { bodies } = endpoint;
    return {
      kind: bodies,
      show: (object) => (object === undefined ? null : (endpoint.view!(object as typeof old) as JsonObject)),
      take: async (value, object) => replace(object, endpoint.merge!(decoded(value, bodies), old)),
    };
  }
  if (kind !== own && kind.convert !== undefined) return formByWebhook(kind, own, object, old);
  return {
    kind,
    show: (object) => (object === undefined ? null : shown(kind, converted(object, own, kind))),
    async take(value, object) {
      const next = decoded(value, kind);
      kind.setDefaults(next);
      replace(object, converted(next as JsonObject, kind, own) as MutableObject);
    },
  };
}

/** The version that a conversion webhook makes. What it makes is made here, since showing takes no time. */
async function formByWebhook(
  kind: ServedKind,
  own: ServedKind,
  object: JsonObject | undefined,
  old: JsonObject | undefined,
): Promise<Form> {
  const convert = kind.convert!;
  const [newForm, oldForm] = await Promise.all(
    [object, old].map(async (given) => (given === undefined ? null : (await convert([given], kind.apiVersion))[0]!)),
  );
  return {
    kind,
    show: (given) => (given === undefined ? null : ((given === old ? oldForm : newForm) ?? null)),
    async take(value, given) {
      const next = decoded(value, kind);
      kind.setDefaults(next);
      const [back] = await convert([next as JsonObject], own.apiVersion);
      replace(given, back as MutableObject);
    },
  };
}

function converted(object: JsonObject, from: ServedKind, to: ServedKind): JsonObject {
  if (from === to) return object;
  const stored = from.toStorage === undefined ? object : (from.toStorage({ ...object }) as JsonObject);
  return to.fromStorage === undefined ? stored : to.fromStorage(stored);
}

/** As its Go struct is encoded: a time that is not set is null there. */
function shown(kind: ExpectedKind, object: JsonObject): JsonObject {
  const metadata = object.metadata as JsonObject | undefined;
  const complete =
    !hasMetadata(kind) || metadata?.creationTimestamp !== undefined
      ? object
      : { ...object, metadata: { ...metadata, creationTimestamp: null } };
  return orderFields(kind.type, complete) as JsonObject;
}

/** Custom resources are shown as they are; options have none. */
function hasMetadata({ custom, type }: ExpectedKind): boolean {
  return !custom && type.node === 'struct' && type.fields.has('metadata');
}

function decoded(value: unknown, kind: ExpectedKind): MutableObject {
  if (!isPlainObject(value)) throw new Error(`the patched object is no ${kind.kind}`);
  if (value.apiVersion !== kind.apiVersion || value.kind !== kind.kind) {
    if (!kind.custom && typeOf(String(value.apiVersion), String(value.kind)) !== undefined)
      throw noConversion(value, kind);
    throw new Error(
      `a patch may not turn ${kind.apiVersion}, Kind=${kind.kind} into ${String(value.apiVersion)}, Kind=${String(value.kind)}`,
    );
  }
  const object: MutableObject = decodeObject(kind.type, value).object;
  keepManagerReset(value, object);
  return object;
}

/** Of what has become another kind that there is. */
function noConversion(
  { apiVersion, kind: became }: { [key: string]: unknown },
  { group, kind }: ExpectedKind,
): StatusError {
  const version = String(apiVersion).split('/').at(-1);
  const home = group.split('.', 1)[0] || 'core';
  return rawError(`converting (${version}.${String(became)}) to (${home}.${kind}): unknown conversion`);
}

function replace(object: MutableObject, wanted: MutableObject): void {
  for (const key of Object.keys(object)) if (!Object.hasOwn(wanted, key)) delete object[key];
  for (const key of Object.keys(wanted)) setOwn(object, key, wanted[key]);
}
