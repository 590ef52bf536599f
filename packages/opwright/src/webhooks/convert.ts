import { type Clock, isPlainObject, type JsonObject, splitApiVersion } from '@opwright/machinery';
import { type AnyCustomResource, convertObject } from '@opwright/schema';
import { isDefect } from '../defect.ts';
import type { Logger } from '../manager/logger.ts';
import { timeSlice } from '../time-slice.ts';

/** A question of an API server (apiextensions.k8s.io ConversionReview). */
interface ConversionRequest {
  readonly uid: string;
  readonly desiredAPIVersion: string;
  readonly objects: readonly JsonObject[];
}

const VERSIONS = ['apiextensions.k8s.io/v1', 'apiextensions.k8s.io/v1beta1'];

/**
 * Answers conversion reviews for these resources: every object in its place, in whatever version it came. The API server
 * takes all objects or none, so the first that cannot be converted fails the review; its name is in the message. A long
 * list leaves everything else its turn between two objects.
 *
 * @see https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/#write-a-conversion-webhook-server
 */
export function convertReviews(
  resources: readonly AnyCustomResource[],
  onDefect: () => void,
  clock: Clock,
): (body: string, log: Logger) => Promise<string> {
  return async (body, log) => {
    let apiVersion = VERSIONS[0];
    let uid = '';
    try {
      const review = readReview(body);
      apiVersion = review.apiVersion;
      uid = review.request.uid;
      const { objects, desiredAPIVersion } = review.request;
      const convertedObjects: JsonObject[] = [];
      const slice = timeSlice(clock);
      for (const object of objects) {
        convertedObjects.push(convertObject(resourceOf(resources, object), object, desiredAPIVersion));
        await slice.pause();
      }
      return answer(apiVersion, { uid, convertedObjects, result: { status: 'Success' } });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      log.error('Conversion failed', { requestID: uid, error });
      if (error instanceof Error && isDefect(error.cause)) onDefect();
      return answer(apiVersion, { uid, convertedObjects: [], result: { status: 'Failure', message } });
    }
  };
}

function readReview(text: string): { readonly apiVersion: string; readonly request: ConversionRequest } {
  const value: unknown = JSON.parse(text);
  if (!isPlainObject(value) || value.kind !== 'ConversionReview' || !VERSIONS.includes(String(value.apiVersion))) {
    throw new Error(`expected a ConversionReview of ${VERSIONS.join(' or ')}`);
  }
  const { request } = value;
  if (!isPlainObject(request) || typeof request.uid !== 'string' || !Array.isArray(request.objects)) {
    throw new Error('the ConversionReview has no request with objects');
  }
  return { apiVersion: String(value.apiVersion), request: request as unknown as ConversionRequest };
}

function resourceOf(resources: readonly AnyCustomResource[], object: unknown): AnyCustomResource {
  const { apiVersion, kind } = isPlainObject(object) ? object : {};
  const [group] = splitApiVersion(String(apiVersion));
  const found = resources.find((resource) => resource.group === group && resource.kind === kind);
  if (!found) throw new Error(`this operator does not convert ${String(kind)} of ${String(apiVersion)}`);
  return found;
}

function answer(apiVersion: string | undefined, response: object): string {
  return JSON.stringify({ kind: 'ConversionReview', apiVersion, response });
}
