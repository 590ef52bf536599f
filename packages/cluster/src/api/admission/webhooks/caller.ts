import { posix } from 'node:path';
import {
  type Clock,
  encodeJson,
  isPlainObject,
  type JsonObject,
  JsonSyntaxError,
  parseJson,
  type Random,
} from '@opwright/machinery';
import { at, int, text } from '../../../kinds/tree.ts';
import type { WebhookAnswer, WebhookClient } from '../../../server/webhook-client.ts';
import { parseYamlOrJson, YamlError } from '../../read-yaml.ts';
import type { ServiceAddress, ServiceResolver } from './services.ts';

/** What calling webhooks takes from the server. */
export interface WebhookCallerOptions {
  readonly client: WebhookClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly services: ServiceResolver;
}

/** Posts reviews to what a clientConfig names, of webhooks for admission and for conversion alike. */
export interface WebhookCaller {
  /**
   * The answer, an object of any kind.
   *
   * @throws Error in the API server's words: no connection, no answer in time, an error of the webhook, no object
   */
  call(clientConfig: JsonObject, review: JsonObject, timeoutSeconds: number): Promise<{ [key: string]: unknown }>;
  /** A uid for the next review. */
  uid(): string;
}

export function webhookCaller({ client, clock, random, services }: WebhookCallerOptions): WebhookCaller {
  return {
    uid: () => random.uuid(),
    async call(clientConfig, review, timeoutSeconds) {
      const url = `${baseUrl(clientConfig)}?timeout=${timeoutSeconds}s`;
      const expiry = new AbortController();
      const timer = clock.setTimeout(() => expiry.abort(), timeoutSeconds * 1000);
      try {
        const address = serviceAddress(clientConfig, services);
        const bundle = text(clientConfig, 'caBundle');
        const answer = await client.post({
          url,
          ...(address === undefined ? {} : { address }),
          ...(bundle === '' ? {} : { ca: Buffer.from(bundle, 'base64').toString('utf8') }),
          body: `${encodeJson(review)}\n`,
          signal: expiry.signal,
        });
        if (answer.status < 200 || answer.status > 206) throw new ServerError(errorText(answer));
        return answeredObject(answer.body);
      } catch (error) {
        if (error instanceof ServerError) throw error;
        throw new Error(`Post "${url}": ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      } finally {
        timer.cancel();
      }
    },
  };
}

/** The webhook has answered, but with an error or nonsense: the URL is not the problem. */
class ServerError extends Error {
  override readonly name = 'ServerError';
}

function baseUrl(clientConfig: JsonObject): string {
  const url = text(clientConfig, 'url');
  if (url !== '') {
    // Not by a URL object, which would drop the default port.
    const [, origin = url, path = ''] = /^([^/]*\/\/[^/]*)(.*)$/.exec(url) ?? [];
    return origin + cleanPath(path);
  }
  const service = at(clientConfig, 'service');
  const host = `${text(service, 'name')}.${text(service, 'namespace')}.svc:${int(service, 'port') || 443}`;
  return `https://${host}${cleanPath(text(service, 'path'))}`;
}

/** As Go's client asks for it: rooted, without empty parts (envtest's URLs have one) and without a slash at its end. */
function cleanPath(path: string): string {
  const clean = posix.join('/', path);
  return clean === '/' ? clean : clean.replace(/\/$/, '');
}

function serviceAddress(clientConfig: JsonObject, services: ServiceResolver): ServiceAddress | undefined {
  const service = at(clientConfig, 'service');
  if (service === undefined) return undefined;
  return services({
    namespace: text(service, 'namespace'),
    name: text(service, 'name'),
    port: int(service, 'port') || 443,
  });
}

const TYPE_META =
  'Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

function answeredObject(body: string): { [key: string]: unknown } {
  const value = parsed(body);
  if (isPlainObject(value)) return value;
  const type = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  throw new ServerError(
    `couldn't get version/kind; json parse error: json: cannot unmarshal ${type} into ${TYPE_META}`,
  );
}

/** What is not JSON is taken for YAML. */
function parsed(body: string): unknown {
  try {
    return parseJson(body).value;
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
  }
  try {
    return parseYamlOrJson(body).value;
  } catch (error) {
    if (!(error instanceof YamlError || error instanceof JsonSyntaxError)) throw error;
    throw new ServerError(`couldn't get version/kind; json parse error: ${error.message}`);
  }
}

/** How Go's client words an answer that is an error. */
function errorText({ status, contentType, body: sent }: WebhookAnswer): string {
  const said = statusMessage(sent);
  if (said !== undefined) return said;
  // Only text is repeated.
  const body = contentType === '' || contentType.startsWith('text/') ? sent : '';
  switch (status) {
    case 401:
      return 'the server has asked for the client to provide credentials';
    case 403:
      return body.trim() === '' ? 'forbidden' : body.trim();
    case 404:
      return 'the server could not find the requested resource';
    case 405:
      return 'the server does not allow this method on the requested resource';
    case 429:
      return 'the server has received too many requests and has asked us to try again later';
    case 503:
      return 'the server is currently unable to handle the request';
    default:
      return status >= 500
        ? `an error on the server (${JSON.stringify(body.trim() || 'unknown')}) has prevented the request from succeeding`
        : `the server responded with the status code ${status} but did not return more information`;
  }
}

function statusMessage(body: string): string | undefined {
  try {
    const { value } = parseJson(body);
    if (isPlainObject(value) && value.kind === 'Status' && typeof value.message === 'string') return value.message;
  } catch {
    // Not every error is an object.
  }
  return undefined;
}
