import type { JsonObject } from '@opwright/machinery';
import type { MutableObject, ServedKind } from '../../kinds/kind.ts';
import type { StoredObject } from '../../store/object.ts';
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
  /** Texts for Warning headers. */
  readonly warn: (text: string) => void;
}

/** One stage that may change or refuse a write. Refusing is throwing a StatusError. */
export interface AdmissionPlugin {
  readonly name: string;
  /** Changes the object in place. `object` is undefined for DELETE. */
  mutate?(attributes: AdmissionAttributes, object: MutableObject | undefined): void | Promise<void>;
  /** Sees the object as it would be stored. */
  validate?(attributes: AdmissionAttributes, object: JsonObject | undefined): void | Promise<void>;
}

/** The plugins as one: all mutate in turn, then, in the second phase, all validate in turn. */
export function admissionChain(plugins: readonly AdmissionPlugin[]): Required<AdmissionPlugin> {
  return {
    name: 'chain',
    async mutate(attributes, object) {
      for (const plugin of plugins) await plugin.mutate?.(attributes, object);
    },
    async validate(attributes, object) {
      for (const plugin of plugins) await plugin.validate?.(attributes, object);
    },
  };
}
