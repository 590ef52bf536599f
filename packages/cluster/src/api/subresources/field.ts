import { getOwn, isPlainObject, mutableCopy } from '@opwright/machinery';
import type { MutableObject, ServedKind } from '../../kinds/kind.ts';
import { type Endpoint, keepAllBut } from '../endpoint.ts';
import { metadataOf } from '../metadata.ts';

/**
 * A subresource that takes whole objects and changes one field of them: `[spec, ephemeralContainers]`.
 * @param keepsMetadata metadata stays, and with it who owns what
 */
export function fieldEndpoint(
  kind: ServedKind,
  subresource: string,
  [part, field]: readonly [string, string],
  keepsMetadata = false,
): Endpoint {
  return {
    subresource,
    bodies: kind,
    prepareForUpdate(object, old) {
      const given = getOwn(object, part);
      const value = isPlainObject(given) ? getOwn(given, field) : undefined;
      keepAllBut(object, old, part);
      const { resourceVersion } = metadataOf(object);
      if (keepsMetadata) object.metadata = { ...old.metadata, resourceVersion };
      const before = getOwn(old, part);
      const kept = mutableCopy(isPlainObject(before) ? before : {}) as MutableObject;
      delete kept[field];
      object[part] = value === undefined ? kept : { ...kept, [field]: value };
    },
  };
}
