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
  const source = `${String(first?.apiVersion)}, Kind=${String(first?.kind)}`;
  const uid = caller.uid();
  const review = {
    kind: 'ConversionReview',
    apiVersion: 'apiextensions.k8s.io/v1',
    request: { uid, desiredAPIVersion: apiVersion, objects },
    response: { uid: '', convertedObjects: null, result: { metadata: {} } },
  };
  try {
    const converted = convertedObjects(await caller.call(clientConfig, review, TIMEOUT_SECONDS), uid);
    if (converted.length !== objects.length) {
      throw new Error(`returned ${converted.length} objects, expected ${objects.length}`);
    }
    return converted.map((object, index) => checked(objects[index]!, object, apiVersion, index));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw rawError(`conversion webhook for ${source} failed: ${why}`);
  }
}

function convertedObjects({ response }: { [key: string]: unknown }, uid: string): readonly unknown[] {
  if (!isPlainObject(response)) throw new Error('webhook response was absent');
  if (response.uid !== uid) throw new Error(`expected response.uid="${uid}", got "${String(response.uid ?? '')}"`);
  const result = isPlainObject(response.result) ? response.result : {};
  if (result.status !== 'Success') {
    const { message } = result;
    throw new Error(
      typeof message === 'string' && message !== ''
        ? message
        : 'request to conversion webhook failed without an explanation',
    );
  }
  return Array.isArray(response.convertedObjects) ? response.convertedObjects : [];
}

/** What came back for an object; of metadata only labels and annotations may differ. */
function checked(sent: JsonObject, converted: unknown, apiVersion: string, index: number): JsonObject {
  const invalid = (why: string) => new Error(`returned invalid converted object at index ${index}: ${why}`);
  if (!isPlainObject(converted)) throw invalid('it is no object');
  if (converted.apiVersion !== apiVersion) {
    throw invalid(`invalid groupVersion (expected ${apiVersion}, received ${String(converted.apiVersion)})`);
  }
  if (converted.kind !== sent.kind) {
    throw invalid(`invalid kind (expected ${String(sent.kind)}, received ${String(converted.kind)})`);
  }
  const metadata = converted.metadata;
  if (!isPlainObject(metadata)) throw invalid('invalid metadata of type <nil> in input object');
  const original = sent.metadata as JsonObject;
  for (const key of ['name', 'namespace', 'uid']) {
    if (getOwn(metadata, key) !== getOwn(original, key))
      throw invalid('must not change metadata other than labels and annotations');
  }
  const { labels: _labels, annotations: _annotations, ...kept } = original;
  return {
    ...(converted as JsonObject),
    metadata: {
      ...kept,
      ...pick(metadata as JsonObject, 'labels'),
      ...pick(metadata as JsonObject, 'annotations'),
    },
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
