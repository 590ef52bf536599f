import { encodeJson, JsonSyntaxError, parseJson, type TypeNode } from '@opwright/machinery';
import { badRequest, tooLarge, unsupportedMediaType } from './errors.ts';
import type { ServerRequest } from './http-types.ts';
import { header, RESOURCE_TYPES } from './negotiate.ts';
import { parseYamlOrJson, YamlError } from './read-yaml.ts';

/** Bytes of a request body. */
export const BODY_LIMIT = 3 * 1024 * 1024;

/** A body as a JSON value, before it is fitted into a type. */
export interface RawBody {
  readonly value: unknown;
  /** Paths of keys that occurred twice. */
  readonly duplicates: readonly string[];
  /** What strict reading of YAML finds besides. */
  readonly problems?: readonly string[];
  /** The text, for messages. */
  text(): string;
}

/** What a body is to be decoded as: the kind that the URL means, or the foreign kind of a subresource. */
export interface ExpectedKind {
  readonly group: string;
  readonly version: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly type: TypeNode;
  readonly custom: boolean;
  /** Bodies may be of a version that is not served any more. */
  readonly acceptsRetired?: true;
}

/** Decodes protobuf bodies (`application/vnd.kubernetes.protobuf`) to JSON; throws an Error with Go's message. */
export type ProtobufDecoder = (
  bytes: Uint8Array,
  expected: Pick<ExpectedKind, 'group' | 'version' | 'kind'>,
) => unknown;

/** @throws StatusError 400, 413, 415 */
export function readBody(request: ServerRequest, expected: ExpectedKind, protobuf: ProtobufDecoder): RawBody {
  const body = request.body;
  if (body !== undefined && 'json' in body) {
    return { value: body.json, duplicates: [], text: () => encodeJson(body.json) };
  }
  const bytes = body?.bytes ?? new Uint8Array();
  if (bytes.length > BODY_LIMIT) throw tooLarge(BODY_LIMIT);
  const mediaType = contentType(request);
  switch (mediaType) {
    case '':
    case 'application/json':
    case 'application/yaml': {
      const text = Buffer.from(bytes).toString('utf8');
      try {
        const parsed =
          mediaType === 'application/yaml'
            ? parseYamlOrJson(text)
            : parseJson(text, { mergesDuplicates: !expected.custom });
        return { ...parsed, text: () => text };
      } catch (error) {
        if (error instanceof YamlError) throw unrecognizedText(expected, text, error.message);
        if (!(error instanceof JsonSyntaxError)) throw error;
        throw unrecognizedText(expected, text, `couldn't get version/kind; json parse error: ${error.message}`);
      }
    }
    case 'application/vnd.kubernetes.protobuf':
      try {
        return { value: protobuf(bytes, expected), duplicates: [], text: () => '' };
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        const empty = bytes.length === 0 ? 'empty data' : bytes.length === 4 ? 'empty body' : why;
        throw unrecognizedText(expected, bytes, empty);
      }
    default:
      throw unsupportedMediaType(RESOURCE_TYPES);
  }
}

export function hasBody({ body }: ServerRequest): boolean {
  return body !== undefined && (!('bytes' in body) || body.bytes.length > 0);
}

/** The media type of the body without parameters, '' where the client names none. */
export function contentType(request: ServerRequest): string {
  return (header(request, 'content-type') ?? '').split(';', 1)[0]!.trim().toLowerCase();
}

export function unrecognized(expected: ExpectedKind, body: RawBody, why: string) {
  return unrecognizedText(expected, body.text(), why);
}

function unrecognizedText(expected: ExpectedKind, body: string | Uint8Array, why: string) {
  return badRequest(
    `the object provided is unrecognized (must be of type ${expected.kind}): ${why} (${summary(body)})`,
  );
}

/** The start of a body as messages show it: text that looks like JSON as it is, anything else in hex. */
function summary(body: string | Uint8Array): string {
  const limit = 30;
  if (body.length === 0) return '<empty>';
  const bytes = Buffer.from(body);
  const start = bytes.subarray(0, limit);
  const shown = start.toString('latin1', 0, 1) === '{' ? start.toString() : start.toString('hex');
  return bytes.length > limit ? `${shown} ...` : shown;
}
