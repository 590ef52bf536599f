import {
  createJsonPatch,
  deepFreeze,
  type FieldError,
  invalid,
  isStatusError,
  type KubeObject,
  mutableCopy,
} from '@opwright/machinery';
import { isDefect } from '../defect.ts';
import type { Logger } from '../manager/logger.ts';
import type { WebhooksDefinition } from './builder.ts';
import { type AdmissionRequest, type AdmissionResponse, allowed } from './review.ts';
import type { WebhookContext } from './types.ts';

/** Judges one request. Programming errors are thrown on. */
export type Admit = (request: AdmissionRequest, log: Logger) => Promise<AdmissionResponse>;

/** Lets the defaulter change the object and answers with a patch of exactly what it changed. */
export function admitByDefaulting(definition: WebhooksDefinition): Admit {
  return (request, log) =>
    judged(request, log, async (ctx) => {
      const { object } = request;
      if (definition.default === undefined || object === null || request.operation === 'DELETE') return allowed;
      // The object is what was sent and never passes through a type, so nothing can get lost on the way.
      const draft = mutableCopy(object) as { [key: string]: unknown };
      await definition.default(draft, ctx);
      const operations = createJsonPatch(object, draft);
      if (operations.length === 0) return allowed;
      return { ...allowed, patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(operations)).toString('base64') };
    });
}

/** Lets the validator of the operation look at the object; problems with fields are the 422 of an API server. */
export function admitByValidating(definition: WebhooksDefinition): Admit {
  return (request, log) =>
    judged(request, log, async (ctx) => {
      const { operation } = request;
      const object = frozen(request.object);
      const old = frozen(request.oldObject);
      if (operation === 'DELETE') {
        return old === undefined ? allowed : verdict(request, (await definition.validateDelete?.(old, ctx)) ?? []);
      }
      return object === undefined ? allowed : verdict(request, (await definition.validate?.(object, old, ctx)) ?? []);
    });
}

function verdict({ kind, name, object }: AdmissionRequest, errors: readonly FieldError[]): AdmissionResponse {
  if (errors.length === 0) return allowed;
  const metadata = object?.metadata as { readonly name?: string } | undefined;
  return { allowed: false, status: invalid(kind, name ?? metadata?.name ?? '', errors) };
}

async function judged(
  request: AdmissionRequest,
  log: Logger,
  judge: (ctx: WebhookContext) => Promise<AdmissionResponse>,
): Promise<AdmissionResponse> {
  const warnings: string[] = [];
  const ctx: WebhookContext = {
    operation: request.operation as WebhookContext['operation'],
    dryRun: request.dryRun === true,
    user: { username: request.userInfo.username ?? '', groups: request.userInfo.groups ?? [] },
    request,
    warn: (text) => void warnings.push(text),
    log,
  };
  const response = await judge(ctx).catch(refusal);
  return warnings.length === 0 ? response : { ...response, warnings };
}

/** Errors of the API keep their status, others are a plain refusal; defects are not for the user to read. */
function refusal(error: unknown): AdmissionResponse {
  if (isStatusError(error)) return { allowed: false, status: error.status };
  if (!(error instanceof Error) || isDefect(error)) throw error;
  return { allowed: false, status: { code: 403, reason: 'Forbidden', message: error.message } };
}

function frozen(object: AdmissionRequest['object']): KubeObject | undefined {
  return object === null || object === undefined ? undefined : (deepFreeze(object) as unknown as KubeObject);
}
