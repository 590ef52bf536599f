import type { AnyResource, KubeObject } from '@opwright/machinery';
import type { Defaulter, DeletionValidator, Findings, Validator, WebhookContext, WebhookOptions } from './types.ts';

/** The webhooks of one resource as the manager serves them; types are gone. */
export interface WebhooksDefinition {
  readonly resource: AnyResource;
  readonly options: WebhookOptions;
  readonly default?: (draft: { [key: string]: unknown }, ctx: WebhookContext) => void | Promise<void>;
  readonly validate?: (
    object: KubeObject,
    old: KubeObject | undefined,
    ctx: WebhookContext,
  ) => Findings | Promise<Findings>;
  readonly validateDelete?: (object: KubeObject, ctx: WebhookContext) => Findings | Promise<Findings>;
}

/** Something with a definition: what `defineOperator` takes. */
export interface Webhooks {
  readonly definition: WebhooksDefinition;
}

/** The webhooks of a resource under construction. Every method returns a new one. */
export interface WebhooksBuilder<R extends AnyResource> extends Webhooks {
  /**
   * Completes objects before they are validated and stored, on create and on update. Only what the function changes is
   * sent back, so that fields it does not know stay. Must be idempotent: it may see an object twice.
   */
  default(defaulter: Defaulter<R>): WebhooksBuilder<R>;
  /** Judges objects on create (`old` is undefined) and on update. A thrown error refuses the write with its message. */
  validate(validator: Validator<R>): WebhooksBuilder<R>;
  /** Judges whether an object may be deleted. */
  validateDelete(validator: DeletionValidator<R>): WebhooksBuilder<R>;
}

/**
 * Starts the definition of the webhooks of a resource, an own one or a built-in one:
 * `webhooks(Foo).default((foo) => …).validate((foo, old) => …)`.
 *
 * @param options hold for all webhooks of the resource
 */
export function webhooks<R extends AnyResource>(resource: R, options: WebhookOptions = {}): WebhooksBuilder<R> {
  return builder<R>({ resource, options });
}

function builder<R extends AnyResource>(definition: WebhooksDefinition): WebhooksBuilder<R> {
  // The compiler cannot know that the runtime only ever passes objects of the resource.
  const extended = (part: unknown) => builder<R>({ ...definition, ...(part as Partial<WebhooksDefinition>) });
  return Object.freeze({
    definition: Object.freeze(definition),
    default: (defaulter: Defaulter<R>) => extended({ default: defaulter }),
    validate: (validator: Validator<R>) => extended({ validate: validator }),
    validateDelete: (validator: DeletionValidator<R>) => extended({ validateDelete: validator }),
  });
}
