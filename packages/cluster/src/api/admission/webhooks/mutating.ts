import {
  applyJsonPatch,
  deepEqual,
  isPlainObject,
  isStatusError,
  type JsonObject,
  mutableCopy,
  parseJson,
} from '@opwright/machinery';
import type { MutableObject } from '../../../kinds/kind.ts';
import { internalError } from '../../errors.ts';
import type { AdmissionAttributes, AdmissionPlugin, MutationRound } from '../admission.ts';
import type { Form } from '../form.ts';
import { isExempt } from '../match.ts';
import { reinvocations, wantAgain } from '../reinvocation.ts';
import { configuredWebhooks, type Webhook } from './configuration.ts';
import { ask, invocationOf, type WebhookSurroundings } from './dispatch.ts';
import type { Verdict } from './review.ts';

/**
 * Calls the mutating webhooks in turn, each with what the ones before have made. Those with reinvocationPolicy IfNeeded
 * are called once more when something after them has changed the object.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#reinvocation-policy
 */
export function mutatingWebhooks(surroundings: WebhookSurroundings): AdmissionPlugin {
  const configured = configuredWebhooks(surroundings.store, 'MutatingWebhookConfiguration');
  const progressOf = reinvocations();
  const callAll = async (
    webhooks: readonly Webhook[],
    attributes: AdmissionAttributes,
    object: MutableObject | undefined,
    round: MutationRound,
  ): Promise<void> => {
    const progress = progressOf(attributes);
    if (round.second && !deepEqual(progress.last, object)) wantAgain(progress);
    for (const webhook of webhooks) {
      if (round.second && !progress.due.has(webhook.id)) continue;
      const invocation = await invocationOf(webhook, attributes, object as JsonObject | undefined, surroundings);
      if (invocation === undefined) continue;
      const verdict = await ask(invocation, attributes, object as JsonObject | undefined, true, surroundings);
      if (verdict?.patch !== undefined && (await applyPatch(verdict.patch, webhook, invocation.form, object))) {
        wantAgain(progress);
        round.secondWanted = true;
      }
      if (webhook.reinvocationPolicy === 'IfNeeded') progress.called.add(webhook.id);
    }
    progress.last = mutableCopy(object as unknown);
  };
  return {
    name: 'MutatingAdmissionWebhook',
    mutate(attributes, object, round) {
      if (isExempt(attributes)) return;
      const webhooks = configured();
      if (webhooks.length > 0) return callAll(webhooks, attributes, object, round);
    },
  };
}

/** Whether the patch has changed the object. @throws StatusError 500 when it does not apply */
async function applyPatch(
  patch: NonNullable<Verdict['patch']>,
  { name, failurePolicy }: Webhook,
  form: Form,
  object: MutableObject | undefined,
): Promise<boolean> {
  try {
    const operations = parseJson(patch.text).value;
    if (!Array.isArray(operations)) {
      const type = isPlainObject(operations) ? 'object' : typeof operations === 'boolean' ? 'bool' : typeof operations;
      throw new Error(`json: cannot unmarshal ${type} into Go value of type jsonpatch.Patch`);
    }
    if (operations.length === 0) return false;
    if (object === undefined) {
      const why = 'attempted to modify the object, which is not supported for this operation';
      throw new Error(`admission webhook "${name}" ${why}`);
    }
    if (patch.type !== 'JSONPatch') {
      if (failurePolicy === 'Ignore') return false;
      throw new Error(`failed calling webhook "${name}": unsupported patch type "${patch.type}"`);
    }
    const before = mutableCopy(object);
    await form.take(applyJsonPatch(form.show(object as JsonObject), operations as object[]), object);
    return !deepEqual(before, object);
  } catch (error) {
    if (isStatusError(error)) throw error;
    throw internalError(error instanceof Error ? error.message : String(error));
  }
}
