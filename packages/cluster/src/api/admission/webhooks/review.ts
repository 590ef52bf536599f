import {
  decodeBase64,
  isPlainObject,
  type JsonObject,
  type Status,
  type StatusDetails,
  StatusError,
} from '@opwright/machinery';
import type { ServedKind } from '../../../kinds/kind.ts';
import type { UserInfo } from '../../http-types.ts';
import type { AdmissionAttributes, Operation } from '../admission.ts';
import type { Form } from '../form.ts';

const OPTIONS: Readonly<Record<Exclude<Operation, 'CONNECT'>, string>> = {
  CREATE: 'CreateOptions',
  UPDATE: 'UpdateOptions',
  DELETE: 'DeleteOptions',
};

export type ReviewVersion = 'v1' | 'v1beta1';

/**
 * The AdmissionReview that asks a webhook about a write, fields in the order in which the API server sends them.
 *
 * @param kind the version of the resource that the webhook is asked about; that of the request may be another
 */
export function reviewOf(
  version: ReviewVersion,
  uid: string,
  attributes: AdmissionAttributes,
  kind: ServedKind,
  form: Form,
  object: JsonObject | undefined,
): JsonObject {
  const {
    kind: own,
    endpoint,
    subresource,
    name,
    namespace,
    operation,
    user,
    dryRun,
    options,
    old,
    posted,
  } = attributes;
  const bodies = posted ?? endpoint?.bodies ?? own;
  const within = namespaceOf(own, namespace, name);
  return {
    kind: 'AdmissionReview',
    apiVersion: `admission.k8s.io/${version}`,
    request: {
      uid,
      kind: groupVersionKind(form.kind),
      resource: groupVersionResource(kind),
      ...(subresource === '' ? {} : { subResource: subresource }),
      requestKind: groupVersionKind(bodies),
      requestResource: groupVersionResource(own),
      ...(subresource === '' ? {} : { requestSubResource: subresource }),
      ...(name === '' ? {} : { name }),
      ...(within === '' ? {} : { namespace: within }),
      operation,
      userInfo: userInfo(user),
      object: form.show(object),
      oldObject: form.show(old),
      dryRun,
      options: operation === 'CONNECT' ? null : { ...options, kind: OPTIONS[operation] },
    },
  };
}

/** A namespace is in itself. */
export function namespaceOf({ group, plural }: ServedKind, namespace: string, name: string): string {
  return group === '' && plural === 'namespaces' ? name : namespace;
}

function groupVersionKind({ group, version, kind }: Pick<ServedKind, 'group' | 'version' | 'kind'>): JsonObject {
  return { group, version, kind };
}

function groupVersionResource({ group, version, plural }: ServedKind): JsonObject {
  return { group, version, resource: plural };
}

function userInfo({ name, uid, groups, extra }: UserInfo): JsonObject {
  return {
    username: name,
    ...(uid === undefined || uid === '' ? {} : { uid }),
    ...(groups.length === 0 ? {} : { groups }),
    ...(extra === undefined || Object.keys(extra).length === 0 ? {} : { extra }),
  };
}

/** A webhook's verdict, checked. */
export interface Verdict {
  readonly allowed: boolean;
  /** Of a refusal, as the webhook sent it. */
  readonly status: Partial<Status>;
  readonly warnings: readonly string[];
  readonly patch?: { readonly type: string; readonly text: string };
}

/**
 * Reads a webhook's answer.
 *
 * @throws Error in the API server's words when it is none that counts
 */
export function verdictOf(review: unknown, version: ReviewVersion, uid: string, mutating: boolean): Verdict {
  const { response, kind, apiVersion } = review as { response?: unknown; kind?: unknown; apiVersion?: unknown };
  if (!isPlainObject(response)) throw new Error('webhook response was absent');
  const answered = textOf(response.uid);
  if (version === 'v1') {
    if (answered !== uid) throw new Error(`expected response.uid="${uid}", got "${answered}"`);
    if (kind !== 'AdmissionReview' || apiVersion !== 'admission.k8s.io/v1') {
      const got = `${groupVersion(textOf(apiVersion))}, Kind=${textOf(kind)}`;
      throw new Error(`expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got ${got}`);
    }
  }
  const patch = patchOf(response, version, mutating);
  return {
    allowed: response.allowed === true,
    status: isPlainObject(response.status) ? (response.status as Partial<Status>) : {},
    warnings: Array.isArray(response.warnings)
      ? response.warnings.filter((warning) => typeof warning === 'string')
      : [],
    ...(patch === undefined ? {} : { patch }),
  };
}

function patchOf(
  response: { [key: string]: unknown },
  version: ReviewVersion,
  mutating: boolean,
): Verdict['patch'] | undefined {
  const encoded = textOf(response.patch);
  const type = response.patchType;
  const typed = type !== undefined && type !== null;
  // In the first version of reviews nobody looked.
  const strict = version === 'v1';
  if (!mutating) {
    if (strict && encoded !== '') throw new Error('validating webhook may not return response.patch');
    if (strict && typed) throw new Error('validating webhook may not return response.patchType');
    return undefined;
  }
  if (strict) {
    if (encoded !== '' && !typed) throw new Error('webhook returned response.patch but not response.patchType');
    if (encoded === '' && typed) throw new Error('webhook returned response.patchType but not response.patch');
    if (type === '') throw new Error('webhook returned invalid response.patchType of ""');
  }
  if (encoded === '') return undefined;
  return { type: strict ? textOf(type) : 'JSONPatch', text: Buffer.from(decodeBase64(encoded)).toString('utf8') };
}

/** The answer to a write that a webhook has refused. */
export function refusal(webhook: string, status: Partial<Status>): StatusError {
  const said = textOf(status.message) || textOf(status.reason);
  const why = said === '' ? ' without explanation' : `: ${said}`;
  const { reason, details } = status;
  return new StatusError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `admission webhook "${webhook}" denied the request${why}`,
    ...(reason === undefined ? {} : { reason }),
    ...(details === undefined ? {} : { details: orderedDetails(details) }),
    code: typeof status.code === 'number' && status.code >= 400 ? status.code : 400,
  });
}

const DETAILS = ['name', 'group', 'kind', 'uid', 'causes', 'retryAfterSeconds'] as const;
const CAUSE = ['reason', 'message', 'field'] as const;

/** In the order in which the API server writes its own. */
function orderedDetails(details: StatusDetails): StatusDetails {
  const { causes } = details;
  const ordered = pick(details, DETAILS);
  return causes === undefined ? ordered : { ...ordered, causes: causes.map((cause) => pick(cause, CAUSE)) };
}

function pick<T extends object>(from: T, keys: readonly string[]): T {
  return Object.fromEntries(
    Object.entries(from)
      .filter(([key]) => keys.includes(key))
      .sort(([a], [b]) => keys.indexOf(a) - keys.indexOf(b)),
  ) as T;
}

function groupVersion(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion : `/${apiVersion}`;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
