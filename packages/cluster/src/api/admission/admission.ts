import { type JsonObject, type StatusCause, StatusError } from '@opwright/machinery';
import type { MutableObject, ServedKind } from '../../kinds/kind.ts';
import { at, text } from '../../kinds/tree.ts';
import type { StoredObject } from '../../store/object.ts';
import type { ExpectedKind } from '../decode.ts';
import type { Endpoint } from '../endpoint.ts';
import { forbidden } from '../errors.ts';
import type { UserInfo } from '../http-types.ts';

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';

/** The write that is to be admitted. */
export interface AdmissionAttributes {
  readonly operation: Operation;
  readonly kind: ServedKind;
  readonly subresource: string;
  readonly namespace: string;
  /** '' for a create with generateName and for the request of a deletecollection. */
  readonly name: string;
  readonly user: UserInfo;
  readonly dryRun: boolean;
  /** CreateOptions, UpdateOptions or DeleteOptions, as JSON. */
  readonly options: JsonObject;
  /** The state before; absent for CREATE. */
  readonly old?: StoredObject;
  /** The face of the object that is written, where the write is not to the object as a whole. */
  readonly endpoint?: Endpoint;
  /** What the object is where it is none of the resource: a Binding, an Eviction. */
  readonly posted?: ExpectedKind;
  /** Texts for Warning headers. */
  readonly warn: (text: string) => void;
  /** What the mutating phase knows of itself; absent in the validating one. */
  readonly rounds?: MutationRounds;
}

/** The mutating phase runs once, and once more when a plugin that has run should see what later ones did. */
export interface MutationRounds {
  readonly second: boolean;
  secondWanted: boolean;
  /** The same in both rounds; plugins remember by it what they did. */
  readonly write: object;
}

/** One stage that may change or refuse a write. Refusing is throwing a StatusError. */
export interface AdmissionPlugin {
  readonly name: string;
  /** Changes the object in place. `object` is undefined for DELETE. */
  mutate?(attributes: AdmissionAttributes, object: MutableObject | undefined): void | Promise<void>;
  /** Sees the object as it would be stored. */
  validate?(attributes: AdmissionAttributes, object: JsonObject | undefined): void | Promise<void>;
}

/**
 * The 403 of a plugin. The write is called by the name of its object, before that has one by the beginning of it.
 *
 * @param instead what the answer says instead of Forbidden
 */
export function refused(
  { kind, name }: AdmissionAttributes,
  object: JsonObject | undefined,
  why: string,
  instead: { readonly reason?: string; readonly code?: number; readonly causes?: readonly StatusCause[] } = {},
): StatusError {
  const metadata = at(object, 'metadata');
  const called = name || text(metadata, 'name') || text(metadata, 'generateName') || 'Unknown';
  const { causes, ...rest } = instead;
  return new StatusError({ ...forbidden(kind, called, why, causes).status, ...rest });
}

/**
 * The plugins as one: all mutate in turn, a second time if one of them asks for it, then, in the second phase, all
 * validate in turn. Plugins must bear to be called twice.
 */
export function admissionChain(plugins: readonly AdmissionPlugin[]): Required<AdmissionPlugin> {
  return {
    name: 'chain',
    async mutate(attributes, object) {
      const rounds = (second: boolean): MutationRounds => ({ second, secondWanted: false, write: attributes });
      const first = { ...attributes, rounds: rounds(false) };
      for (const plugin of plugins) await plugin.mutate?.(first, object);
      if (!first.rounds.secondWanted) return;
      const again = { ...attributes, rounds: rounds(true) };
      for (const plugin of plugins) await plugin.mutate?.(again, object);
    },
    async validate(attributes, object) {
      for (const plugin of plugins) await plugin.validate?.(attributes, object);
    },
  };
}
