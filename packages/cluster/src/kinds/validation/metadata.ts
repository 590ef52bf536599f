import {
  type FieldError,
  invalidValue,
  isPlainObject,
  validateAnnotationKey,
  validateLabelKey,
  validateLabelValue,
} from '@opwright/machinery';

const ANNOTATIONS_LIMIT = 256 * 1024;

/** Errors of a map of labels. */
export function labelErrors(labels: unknown, field: string): FieldError[] {
  if (!isPlainObject(labels)) return [];
  const errors: FieldError[] = [];
  for (const key of Object.keys(labels).sort()) {
    for (const why of validateLabelKey(key)) errors.push(invalidValue(field, key, why));
    for (const why of validateLabelValue(String(labels[key])))
      errors.push(invalidValue(field, String(labels[key]), why));
  }
  return errors;
}

/** Errors of a map of annotations. */
export function annotationErrors(annotations: unknown, field: string): FieldError[] {
  if (!isPlainObject(annotations)) return [];
  const errors: FieldError[] = [];
  let bytes = 0;
  for (const key of Object.keys(annotations).sort()) {
    for (const why of validateAnnotationKey(key)) errors.push(invalidValue(field, key, why));
    bytes += Buffer.byteLength(key) + Buffer.byteLength(String(annotations[key]));
  }
  if (bytes > ANNOTATIONS_LIMIT) {
    errors.push({
      field,
      reason: 'FieldValueTooLong',
      message: `Too long: may not be more than ${ANNOTATIONS_LIMIT} bytes`,
    });
  }
  return errors;
}
