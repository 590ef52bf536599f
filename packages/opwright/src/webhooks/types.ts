import type { AnyResource, DeepMutable, FieldError, Infer } from '@opwright/machinery';
import type { Logger } from '../manager/logger.ts';
import type { AdmissionRequest } from './review.ts';

/** The object of a write, to be changed in place. What is not touched stays as it came, known to the types or not. */
export type Draft<R extends AnyResource> = DeepMutable<Infer<R>>;

/** What a webhook's function knows beside the object. */
export interface WebhookContext {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
  /** Nothing will be stored: there must be no side effects. */
  readonly dryRun: boolean;
  /** Who writes. */
  readonly user: { readonly username: string; readonly groups: readonly string[] };
  /** The request as the API server sent it. */
  readonly request: AdmissionRequest;
  /** Shows a warning to whoever writes; at most 120 characters are sure to arrive. */
  warn(text: string): void;
  readonly log: Logger;
}

/**
 * What is wrong with an object: a problem per field, made by {@link invalidValue}, {@link requiredValue} and their like.
 * Nothing, or none: the object is fine.
 */
// biome-ignore lint/suspicious/noConfusingVoidType: functions that return nothing are the usual ones
export type Findings = readonly FieldError[] | void;

export type Defaulter<R extends AnyResource> = (draft: Draft<R>, ctx: WebhookContext) => void | Promise<void>;

export type Validator<R extends AnyResource> = (
  object: Infer<R>,
  old: Infer<R> | undefined,
  ctx: WebhookContext,
) => Findings | Promise<Findings>;

export type DeletionValidator<R extends AnyResource> = (
  object: Infer<R>,
  ctx: WebhookContext,
) => Findings | Promise<Findings>;

/** When the API server asks, and what it does without an answer. */
export interface WebhookOptions {
  /** Default `Fail`: no write without an answer. */
  readonly failurePolicy?: 'Fail' | 'Ignore';
  /** 1 to 30; default 10. */
  readonly timeoutSeconds?: number;
  /** Only objects with such labels. */
  readonly objectSelector?: LabelSelectorInput;
  /**
   * Only objects in namespaces with such labels. Webhooks of built-in kinds never see the namespace of the operator itself
   * where they are reached by a Service: its own pod could not start without them.
   */
  readonly namespaceSelector?: LabelSelectorInput;
  /** CEL expressions over `object`, `oldObject` and `request`, by name; all must hold. */
  readonly matchConditions?: Readonly<Record<string, string>>;
  /** Default `Equivalent`: writes to other versions of the resource are converted. */
  readonly matchPolicy?: 'Equivalent' | 'Exact';
  /** Of a defaulting webhook: `IfNeeded` calls it again when later webhooks have changed the object. Default `Never`. */
  readonly reinvocationPolicy?: 'Never' | 'IfNeeded';
}

export interface LabelSelectorInput {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
    readonly values?: readonly string[];
  }[];
}
