import { getOwn, isPlainObject, type JsonObject } from '@opwright/machinery';
import type { WebhookCaller } from '../api/admission/webhooks/caller.ts';
import { rawError } from '../api/errors.ts';
import type { ServedKind } from '../kinds/kind.ts';

const TIMEOUT_SECONDS = 30;

/**
 * Converts objects by a webhook: one review for all objects of a version.
 *
 * @see https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/#webhook-conversion
 */
export function webhookConversion(clientConfig: JsonObject, caller: WebhookCaller): NonNullable<ServedKind['convert']> {
  return async (objects, apiVersion) => {
    const results = [...objects];
    const others = objects.flatMap((object, index) => (object.apiVersion === apiVersion ? [] : [index]));
    for (const version of new Set(others.map((index) => objects[index]?.apiVersion))) {
      const indexes = others.filter((index) => objects[index]?.apiVersion === version);
      const sent = indexes.map((index) => withoutVersion(objects[index]!));
      const converted = await ask(clientConfig, caller, sent, apiVersion);
      for (const [position, index] of indexes.entries()) results[index] = converted[position]!;
    }
    return results;
  };
}

/** @throws StatusError 500 in the API server's words */
async function ask(
  clientConfig: JsonObject,
  caller: WebhookCaller,
  objects: readonly JsonObject[],
  apiVersion: string,
): Promise<readonly JsonObject[]> {
  const [first] = objects;
  const what = `conversion webhook for ${String(first?.apiVersion)}, Kind=${String(first?.kind)}`;
  const uid = caller.uid();
  const review = {
    kind: 'ConversionReview',
    apiVersion: 'apiextensions.k8s.io/v1',
    request: { uid, desiredAPIVersion: apiVersion, objects },
    response: { uid: '', convertedObjects: null, result: { metadata: {} } },
  };
  let answer: readonly unknown[];
  try {
    answer = convertedObjects(await caller.call(clientConfig, review, TIMEOUT_SECONDS), uid);
  } catch (error) {
    throw rawError(`${what} failed: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (answer.length !== objects.length) {
    throw rawError(`${what} returned ${answer.length} objects, expected ${objects.length}`);
  }
  return answer.map((object, index) => checked(what, objects[index]!, object, apiVersion));
}

function convertedObjects({ response }: { [key: string]: unknown }, uid: string): readonly unknown[] {
  if (!isPlainObject(response)) throw new Error('no response provided');
  if (response.uid !== uid) throw new Error(`expected response.uid="${uid}", got "${String(response.uid ?? '')}"`);
  const result = isPlainObject(response.result) ? response.result : {};
  const status = typeof result.status === 'string' ? result.status : '';
  if (status !== 'Success') {
    const message = typeof result.message === 'string' ? result.message : '';
    throw new Error(message || `response.result.status was '${status}', not 'Success'`);
  }
  return Array.isArray(response.convertedObjects) ? response.convertedObjects : [];
}

/** What came back for an object; of metadata only labels and annotations may differ. */
function checked(what: string, sent: JsonObject, converted: unknown, apiVersion: string): JsonObject {
  const invalid = (why: string) => rawError(`${what} returned invalid ${why}`);
  const expected = (of: string, wanted: unknown, got: unknown) =>
    invalid(`object at index 0: invalid ${of} (expected ${String(wanted)}, received ${String(got)})`);
  if (!isPlainObject(converted)) throw invalid('object at index 0: it is no object');
  if (converted.apiVersion !== apiVersion) throw expected('groupVersion', apiVersion, converted.apiVersion);
  if (converted.kind !== sent.kind) throw expected('kind', sent.kind, converted.kind);
  const metadata: JsonObject = isPlainObject(converted.metadata) ? (converted.metadata as JsonObject) : {};
  const original = sent.metadata as JsonObject;
  for (const [key, name] of Object.entries({ name: 'name', namespace: 'namespace', uid: 'UID' })) {
    const [before, after] = [getOwn(original, key) ?? '', getOwn(metadata, key) ?? ''];
    if (before !== after) throw invalid(`object: must have the same ${name}: ${before} != ${after}`);
  }
  const { labels: _labels, annotations: _annotations, ...kept } = original;
  return {
    ...(converted as JsonObject),
    metadata: { ...kept, ...pick(metadata, 'labels'), ...pick(metadata, 'annotations') },
  };
}

function pick(metadata: JsonObject, key: string): JsonObject {
  const value = getOwn(metadata, key) as JsonObject | undefined;
  return value === undefined ? {} : { [key]: value };
}

/** As it lies in the store. */
function withoutVersion(object: JsonObject): JsonObject {
  const { resourceVersion: _version, ...metadata } = object.metadata as JsonObject;
  return { ...object, metadata };
}
