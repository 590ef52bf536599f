import { encodeJson, type JsonObject, type StatusError, type VersionConverter } from '@opwright/machinery';
import type { Call } from './context.ts';
import { withVersion } from './conversion.ts';
import { rawError } from './errors.ts';

/*
 * Who owns a field is found out in the version that its manager wrote, into which both states of an object are converted. Where a
 * webhook does that, the comparison, which waits for nothing, begins again until all that it asks for is there.
 */

/** What a webhook has made of the objects that a request is about to write, or why it could not. */
type Conversions = Map<string, JsonObject | ConversionFailed>;

const conversions = new WeakMap<Call, Conversions>();

/** A webhook could not convert the state before a write or the one after it. */
export class ConversionFailed extends Error {
  override readonly name = 'ConversionFailed';
}

class NotConvertedYet extends Error {
  readonly object: JsonObject;
  readonly apiVersion: string;

  constructor(object: JsonObject, apiVersion: string) {
    super('not converted yet');
    this.object = object;
    this.apiVersion = apiVersion;
  }
}

/**
 * For steps within {@link withConversions}. Undefined where the versions of a kind have the same fields.
 * The converter throws ConversionFailed.
 */
export function versionConverter(call: Call): VersionConverter | undefined {
  const { convert, typeIn } = call.kind;
  if (convert === undefined || typeIn === undefined) return undefined;
  return (object, apiVersion) => {
    const type = typeIn(apiVersion);
    if (type === undefined) return undefined;
    // What does not exist yet is nothing in every version.
    if (object.apiVersion === undefined || object.apiVersion === apiVersion) return { object, type };
    const found = conversions.get(call)?.get(keyOf(object, apiVersion));
    if (found === undefined) throw new NotConvertedYet(object, apiVersion);
    if (found instanceof ConversionFailed) throw found;
    return { object: found, type };
  };
}

/** Runs a step that may ask for conversions, and again with each that it lacks. @throws StatusError 500 in the webhook's words */
export function withConversions<T>(call: Call, step: () => T | Promise<T>): T | Promise<T> {
  return call.kind.convert === undefined ? step() : repeated(call, step);
}

async function repeated<T>(call: Call, step: () => T | Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await step();
    } catch (error) {
      if (error instanceof ConversionFailed) throw rawError(error.message);
      if (!(error instanceof NotConvertedYet)) throw error;
      const known = conversions.get(call) ?? new Map();
      conversions.set(call, known);
      // The state before is what is asked for first.
      const which = known.size === 0 ? 'old' : 'new';
      known.set(keyOf(error.object, error.apiVersion), await converted(call, error, which));
    }
  }
}

async function converted(
  { kind }: Call,
  { object, apiVersion }: NotConvertedYet,
  which: 'old' | 'new',
): Promise<JsonObject | ConversionFailed> {
  try {
    const [result] = await kind.convert!([object], apiVersion);
    return withVersion(result!, (object.metadata as JsonObject).resourceVersion);
  } catch (error) {
    return new ConversionFailed(`failed to convert ${which} object: ${(error as StatusError).message}`);
  }
}

function keyOf(object: JsonObject, apiVersion: string): string {
  return `${apiVersion} ${encodeJson(object)}`;
}
