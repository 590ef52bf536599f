import type { JsonObject } from '@opwright/machinery';

/** Where the API server finds the webhooks of an operator. */
export type WebhookTarget = {
  /** PEM of the authorities to trust. Absent: the running operator writes it, or cert-manager. */
  readonly caBundle?: string;
  /** `cert-manager.io/inject-ca-from: namespace/certificate`. */
  readonly annotations?: Readonly<Record<string, string>>;
} & (
  | { readonly url: string }
  /** `port` is that of the service, default 443. */
  | { readonly service: { readonly namespace: string; readonly name: string; readonly port?: number } }
);

/** The clientConfig of a webhook that is served at `path`. */
export function clientConfig(path: string, target: WebhookTarget) {
  const trust = target.caBundle === undefined ? {} : { caBundle: Buffer.from(target.caBundle).toString('base64') };
  if ('url' in target) return { url: `${target.url}${path}`, ...trust };
  const { namespace, name, port = 443 } = target.service;
  return { service: { namespace, name, port, path }, ...trust };
}

/** What a CRD says about a resource whose versions the operator converts. */
export function conversionBy(target: WebhookTarget) {
  return {
    strategy: 'Webhook',
    webhook: { conversionReviewVersions: ['v1'], clientConfig: clientConfig(CONVERT_PATH, target) },
  } as const satisfies JsonObject;
}

/** Where all conversions are served: controller-runtime's path. */
export const CONVERT_PATH = '/convert';
