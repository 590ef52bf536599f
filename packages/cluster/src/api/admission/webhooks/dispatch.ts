import type { JsonObject } from '@opwright/machinery';
import type { ServedKind } from '../../../kinds/kind.ts';
import type { Registry } from '../../../kinds/registry.ts';
import type { Store } from '../../../store/store.ts';
import type { Authorizer } from '../../authorize.ts';
import { badRequest, forbidden, internalError } from '../../errors.ts';
import type { AdmissionAttributes } from '../admission.ts';
import { deciding } from '../expressions/authorizer.ts';
import { expressionInput } from '../expressions/input.ts';
import { conditionsMatch } from '../expressions/match-conditions.ts';
import { type Form, formFor } from '../form.ts';
import { matchedKind } from '../match.ts';
import type { WebhookCaller } from './caller.ts';
import { conditionCompiler, type Webhook } from './configuration.ts';
import { type ReviewVersion, refusal, reviewOf, type Verdict, verdictOf } from './review.ts';

/** What the two webhook plugins work with. */
export interface WebhookSurroundings {
  readonly store: Store;
  readonly registry: Registry;
  readonly caller: WebhookCaller;
  /** Answers what match conditions ask of it. */
  readonly authorizer: Authorizer;
}

/** A webhook that a write concerns, and the form in which it wants to see the write. */
export interface Invocation {
  readonly webhook: Webhook;
  readonly kind: ServedKind;
  readonly form: Form;
}

/**
 * Whether a webhook is to be called for a write.
 *
 * @throws StatusError 500 when the object cannot be converted; 403 when one of its match conditions cannot be evaluated and its failurePolicy is Fail
 */
export async function invocationOf(
  webhook: Webhook,
  attributes: AdmissionAttributes,
  object: JsonObject | undefined,
  surroundings: WebhookSurroundings,
): Promise<Invocation | undefined> {
  const kind = matchedKind(webhook, attributes, object, surroundings);
  if (kind === undefined) return undefined;
  const form = await formFor(attributes, kind, object);
  if (webhook.matchConditions.length > 0) {
    const input = expressionInput(attributes, kind, form, object);
    const outcome = await deciding(
      surroundings.authorizer,
      attributes.user,
    )((decide) => conditionsMatch(webhook.matchConditions, conditionCompiler, { ...input, decide }));
    if (outcome === false) return undefined;
    if (outcome !== true) {
      if (webhook.failurePolicy === 'Ignore') return undefined;
      throw forbidden(attributes.kind, attributes.name, outcome.error);
    }
  }
  return { webhook, kind, form };
}

/**
 * Asks one webhook. Undefined when it could not be asked and its failurePolicy says to go on without it.
 *
 * @throws StatusError when it refuses, or when it could not be asked
 */
export async function ask(
  { webhook, kind, form }: Invocation,
  attributes: AdmissionAttributes,
  object: JsonObject | undefined,
  mutating: boolean,
  { caller }: WebhookSurroundings,
): Promise<Verdict | undefined> {
  if (attributes.dryRun && !['None', 'NoneOnDryRun'].includes(webhook.sideEffects)) {
    throw badRequest(`admission webhook "${webhook.name}" does not support dry run`);
  }
  let verdict: Verdict;
  try {
    const version = reviewVersion(webhook);
    const uid = caller.uid();
    const review = reviewOf(version, uid, attributes, kind, form, object);
    const answer = await failing('failed to call webhook', () =>
      caller.call(webhook.clientConfig, review, webhook.timeoutSeconds),
    );
    verdict = await failing('received invalid webhook response', () => verdictOf(answer, version, uid, mutating));
  } catch (error) {
    if (webhook.failurePolicy === 'Ignore') return undefined;
    throw internalError(`failed calling webhook "${webhook.name}": ${messageOf(error)}`);
  }
  for (const warning of verdict.warnings) attributes.warn(warning);
  if (!verdict.allowed) throw refusal(webhook.name, verdict.status);
  return verdict;
}

function reviewVersion({ reviewVersions }: Webhook): ReviewVersion {
  for (const version of reviewVersions) if (version === 'v1' || version === 'v1beta1') return version;
  throw new Error('webhook does not accept known AdmissionReview versions (v1, v1beta1)');
}

async function failing<T>(what: string, action: () => T | Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw new Error(`${what}: ${messageOf(error)}`, { cause: error });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
