import { getOwn, isPlainObject, type JsonObject } from '@opwright/machinery';
import type { CustomResourceVersion } from '@opwright/schema';
import type { StoredObject } from '../store/object.ts';

export const DEFINITIONS = 'customresourcedefinitions.apiextensions.k8s.io';

/** The parts of a stored CustomResourceDefinition that the server works with. */
export interface Definition {
  readonly name: string;
  readonly group: string;
  readonly scope: 'Namespaced' | 'Cluster';
  readonly names: DefinitionNames;
  readonly versions: readonly CustomResourceVersion[];
  readonly isTerminating: boolean;
  /** The clientConfig of the webhook that converts between the versions, if one does. */
  readonly conversionWebhook?: JsonObject;
}

export interface DefinitionNames {
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly listKind: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
}

/** Reads a definition that the server has accepted. */
export function readDefinition(object: StoredObject): Definition {
  const spec = objectAt(object, 'spec');
  const conversion = objectAt(spec, 'conversion');
  return {
    name: object.metadata.name,
    group: textAt(spec, 'group'),
    scope: textAt(spec, 'scope') === 'Cluster' ? 'Cluster' : 'Namespaced',
    names: readNames(objectAt(spec, 'names')),
    versions: (getOwn(spec, 'versions') ?? []) as readonly CustomResourceVersion[],
    isTerminating: object.metadata.deletionTimestamp !== undefined,
    ...(textAt(conversion, 'strategy') === 'Webhook' && {
      conversionWebhook: objectAt(objectAt(conversion, 'webhook'), 'clientConfig'),
    }),
  };
}

export function readNames(names: JsonObject): DefinitionNames {
  const kind = textAt(names, 'kind');
  return {
    plural: textAt(names, 'plural'),
    singular: textAt(names, 'singular'),
    kind,
    listKind: textAt(names, 'listKind'),
    shortNames: textsAt(names, 'shortNames'),
    categories: textsAt(names, 'categories'),
  };
}

export function objectAt(object: JsonObject, key: string): JsonObject {
  const value = getOwn(object, key);
  return isPlainObject(value) ? (value as JsonObject) : {};
}

export function textAt(object: JsonObject, key: string): string {
  const value = getOwn(object, key);
  return typeof value === 'string' ? value : '';
}

export function textsAt(object: JsonObject, key: string): readonly string[] {
  const value = getOwn(object, key);
  return Array.isArray(value) ? (value as string[]) : [];
}
