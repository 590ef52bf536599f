import { isPlainObject, type JsonObject } from '@opwright/machinery';

/** The question of an API server (admission.k8s.io/v1 AdmissionRequest), as it was sent. */
export interface AdmissionRequest {
  readonly uid: string;
  readonly kind: { readonly group: string; readonly version: string; readonly kind: string };
  readonly resource: { readonly group: string; readonly version: string; readonly resource: string };
  readonly subResource?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  readonly userInfo: { readonly username?: string; readonly uid?: string; readonly groups?: readonly string[] };
  readonly object: JsonObject | null;
  readonly oldObject: JsonObject | null;
  readonly dryRun?: boolean;
  readonly options?: JsonObject | null;
}

/** The answer, without what belongs to the envelope. */
export interface AdmissionResponse {
  readonly allowed: boolean;
  readonly status?: object;
  /** Base64 of a JSON patch. */
  readonly patch?: string;
  readonly patchType?: 'JSONPatch';
  readonly warnings?: readonly string[];
}

/** A review that came in: the version in which it is to be answered, and the question. */
export interface Review {
  readonly apiVersion: string;
  readonly request: AdmissionRequest;
}

const VERSIONS = ['admission.k8s.io/v1', 'admission.k8s.io/v1beta1'];

/** @throws Error that says what the text lacks */
export function readReview(text: string): Review {
  const value: unknown = JSON.parse(text);
  if (!isPlainObject(value) || value.kind !== 'AdmissionReview' || !VERSIONS.includes(String(value.apiVersion))) {
    throw new Error(`expected an AdmissionReview of ${VERSIONS.join(' or ')}`);
  }
  const { request } = value;
  if (!isPlainObject(request) || typeof request.uid !== 'string') throw new Error('the AdmissionReview has no request');
  return { apiVersion: String(value.apiVersion), request: request as unknown as AdmissionRequest };
}

/** The review that answers another one: its version and its uid. */
export function answerReview(
  { apiVersion, request }: { apiVersion: string; request: { uid: string } },
  response: AdmissionResponse,
): string {
  return JSON.stringify({ kind: 'AdmissionReview', apiVersion, response: { uid: request.uid, ...response } });
}

export const allowed: AdmissionResponse = { allowed: true, status: { code: 200 } };

/** The request could not be judged. */
export function errored(code: number, message: string): AdmissionResponse {
  return { allowed: false, status: { code, message } };
}
