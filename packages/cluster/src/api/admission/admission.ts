import { type JsonObject, type StatusCause, StatusError } from '@opwright/machinery';
import type { MutableObject, ServedKind } from '../../kinds/kind.ts';
import { at, text } from '../../kinds/tree.ts';
import type { StoredObject } from '../../store/object.ts';
import type { Endpoint } from '../endpoint.ts';
import { forbidden } from '../errors.ts';
import type { UserInfo } from '../http-types.ts';
import type { ExpectedKind } from '../read-body.ts';

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
  /** CreateOptions, UpdateOptions or DeleteOptions, as JSON; null for CONNECT, whose object is its options. */
  readonly options: JsonObject | null;
  /** The state before; absent for CREATE. */
  readonly old?: StoredObject;
  /** The face of the object that is written, where the write is not to the object as a whole. */
  readonly endpoint?: Endpoint;
  /** What the object is where it is none of the resource: a Binding, an Eviction, PodExecOptions. */
  readonly posted?: ExpectedKind;
  /** Texts for Warning headers. */
  readonly warn: (text: string) => void;
}

/** The mutating phase runs once, and once more when a plugin that has run should see what later ones did. */
export interface MutationRound {
  readonly second: boolean;
  /** To be set in the first round. */
  secondWanted: boolean;
}

/** One stage that may change or refuse a write. Refusing is throwing a StatusError. */
export interface AdmissionPlugin {
  readonly name: string;
  /** Changes the object in place. `object` is undefined for DELETE. Both rounds of a write have the same attributes. */
  mutate?(
    attributes: AdmissionAttributes,
    object: MutableObject | undefined,
    round: MutationRound,
  ): void | Promise<void>;
  /** Sees the object as it would be stored. */
  validate?(attributes: AdmissionAttributes, object: JsonObject | undefined): void | Promise<void>;
}

/** All plugins as one. */
export interface AdmissionChain {
  /** @returns a promise if there is something to wait for: most plugins decide at once */
  mutate(attributes: AdmissionAttributes, object: MutableObject | undefined): void | Promise<void>;
  validate(attributes: AdmissionAttributes, object: JsonObject | undefined): void | Promise<void>;
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
export function admissionChain(plugins: readonly AdmissionPlugin[]): AdmissionChain {
  const mutating = plugins.filter((plugin) => plugin.mutate !== undefined);
  const validating = plugins.filter((plugin) => plugin.validate !== undefined);
  return {
    mutate(attributes, object) {
      const first: MutationRound = { second: false, secondWanted: false };
      const again = () => {
        if (!first.secondWanted) return;
        const second: MutationRound = { second: true, secondWanted: false };
        return inTurn(mutating, (plugin) => plugin.mutate?.(attributes, object, second));
      };
      const pending = inTurn(mutating, (plugin) => plugin.mutate?.(attributes, object, first));
      return pending === undefined ? again() : pending.then(again);
    },
    validate: (attributes, object) => inTurn(validating, (plugin) => plugin.validate?.(attributes, object)),
  };
}

/** Calls one after the other, and waits only for those that take time. */
function inTurn<T>(items: readonly T[], call: (item: T) => void | Promise<void>, from = 0): void | Promise<void> {
  for (let i = from; i < items.length; i++) {
    const pending = call(items[i]!);
    if (pending !== undefined) return pending.then(() => inTurn(items, call, i + 1));
  }
}
