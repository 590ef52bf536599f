/** What an API server asks of a webhook that converts. */
export interface ConversionRequest {
  readonly desiredAPIVersion: string;
  readonly objects: readonly ConvertedObject[];
}

export interface ConvertedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** null or absent when an apply has dropped all of it. */
  readonly spec?: Readonly<Record<string, unknown>> | null;
}

/**
 * Renames a field of the spec. The field `mode` of an object makes the webhook go wrong about it, or about all that it was asked
 * for together with it.
 *
 * @param names of the field, by version
 */
export function convert({ desiredAPIVersion, objects }: ConversionRequest, names: Readonly<Record<string, string>>) {
  const modes = objects.map(({ spec }) => String(spec?.mode));
  if (modes.includes('fails')) return { result: { status: 'Failure', message: 'cannot convert it' } };
  if (modes.includes('fails without a word')) return { result: { status: 'Failure' } };
  if (modes.includes('says nothing')) return {};
  if (modes.includes('takes another uid')) return { uid: 'other', result: { status: 'Success' }, convertedObjects: [] };
  const convertedObjects = objects.map((object) => convertOne(object, desiredAPIVersion, names));
  if (modes.includes('loses one')) convertedObjects.pop();
  return { result: { status: 'Success' }, convertedObjects };
}

function convertOne(object: ConvertedObject, apiVersion: string, names: Readonly<Record<string, string>>): unknown {
  const nameIn = (version: string) => names[version.split('/')[1] ?? ''] ?? '';
  if (!object.spec) return { ...object, apiVersion };
  const { [nameIn(object.apiVersion)]: value, ...rest } = object.spec;
  const spec = { ...rest, ...(value !== undefined && { [nameIn(apiVersion)]: value }) };
  const converted = { ...object, apiVersion, spec };
  const { metadata } = object;
  switch (object.spec.mode) {
    case 'keeps the version':
      return object;
    case 'changes the kind':
      return { ...converted, kind: 'Other' };
    case 'changes the name':
      return { ...converted, metadata: { ...metadata, name: 'other' } };
    case 'changes finalizers':
      return { ...converted, metadata: { ...metadata, finalizers: ['example.com/f'] } };
    case 'adds labels':
      return { ...converted, metadata: { ...metadata, labels: { by: 'webhook' }, annotations: { a: 'b' } } };
    case 'loses metadata':
      return { apiVersion, kind: object.kind, spec };
    default:
      return converted;
  }
}
