import { notAcceptable, unknownMediaType } from './errors.ts';
import type { ServerRequest } from './http-types.ts';
import { queryOf } from './request-info.ts';

export const PROTOBUF = 'application/vnd.kubernetes.protobuf';

export type MediaType = 'application/json' | 'application/yaml' | typeof PROTOBUF;

/** The form in which an answer goes out. */
export interface Negotiated {
  readonly mediaType: MediaType;
  /** Objects are to be turned into this before. */
  readonly as?: Transform;
  readonly pretty: boolean;
}

export interface Transform {
  readonly kind: 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList';
  /** Of meta.k8s.io. */
  readonly version: 'v1' | 'v1beta1';
}

interface Clause {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly quality: number;
}

const TRANSFORMS = new Set(['Table', 'PartialObjectMetadata', 'PartialObjectMetadataList']);
/** What bodies may be, in both directions. */
export const RESOURCE_TYPES = ['application/json', 'application/yaml', PROTOBUF];
export const WATCH_TYPES = ['application/json;stream=watch', `${PROTOBUF};stream=watch`];

/** JSON, in no other form: what answers when there was nothing to negotiate. */
export function plainJson(request: ServerRequest): Negotiated {
  return { mediaType: 'application/json', pretty: isPretty(request) };
}

/** What is asked about. */
export interface Offer {
  readonly isWatch?: boolean;
  /** The objects have no protobuf form; their metadata has. */
  readonly isCustom?: boolean;
  /** Objects are shown as tables, too; default: yes. */
  readonly hasTables?: boolean;
  /** What the answer can be, as refusals name it; default: what objects can be. */
  readonly available?: readonly string[];
}

/**
 * Chooses the form of the answer by the Accept header.
 *
 * @throws StatusError 406
 */
export function negotiate(
  request: ServerRequest,
  { isWatch = false, isCustom = false, hasTables = true, available = RESOURCE_TYPES }: Offer = {},
): Negotiated {
  const clauses = acceptClauses(header(request, 'accept'));
  if (clauses.length === 0) return plainJson(request);
  const pretty = isPretty(request);
  let known = false;
  for (const { type, parameters } of clauses) {
    const mediaType = mediaTypeOf(type, isWatch);
    known ||= type === '*/*' || available.includes(type);
    if (mediaType === undefined) continue;
    const as = parameters.get('as');
    if (as === undefined) {
      if (isCustom && mediaType === PROTOBUF) continue;
      return { mediaType, pretty: pretty || parameters.get('pretty') === '1' };
    }
    if (as === 'Table' && (mediaType === PROTOBUF || !hasTables)) continue;
    const version = parameters.get('v');
    if (TRANSFORMS.has(as) && parameters.get('g') === 'meta.k8s.io' && (version === 'v1' || version === 'v1beta1')) {
      return { mediaType, as: { kind: as as Transform['kind'], version }, pretty };
    }
  }
  if (!known) {
    throw unknownMediaType(406, available.join(', '));
  }
  // What would not do for a list either is refused as for a list.
  if (isWatch) negotiate(request, { isCustom });
  throw notAcceptable(isWatch ? WATCH_TYPES : RESOURCE_TYPES);
}

/** The form of an error; undefined where the client accepts none, and gets to read it all the same. */
export function negotiateError(request: ServerRequest): Negotiated | undefined {
  const clauses = acceptClauses(header(request, 'accept'));
  if (clauses.length === 0) return plainJson(request);
  for (const { type, parameters } of clauses) {
    const mediaType = type === 'application/*' ? 'application/json' : mediaTypeOf(type, false);
    if (mediaType !== undefined && !parameters.has('as')) return { mediaType, pretty: isPretty(request) };
  }
  return undefined;
}

// Clients have few Accept headers; what is kept of those of strange ones is bounded.
const parsedHeaders = new Map<string, readonly Clause[]>();
const PARSED_LIMIT = 100;

function mediaTypeOf(type: string, isWatch: boolean): MediaType | undefined {
  if (type === 'application/json' || type === '*/*') return 'application/json';
  if (type === PROTOBUF) return type;
  return type === 'application/yaml' && !isWatch ? 'application/yaml' : undefined;
}

/** The clauses of an Accept header, the best first. */
export function acceptClauses(accept: string | undefined): readonly Clause[] {
  if (accept === undefined || accept === '') return NO_CLAUSES;
  let clauses = parsedHeaders.get(accept);
  if (clauses === undefined) {
    clauses = parseAccept(accept);
    if (parsedHeaders.size >= PARSED_LIMIT) parsedHeaders.clear();
    parsedHeaders.set(accept, clauses);
  }
  return clauses;
}

const NO_CLAUSES: readonly Clause[] = [];

function parseAccept(accept: string): readonly Clause[] {
  return accept
    .split(',')
    .map((text) => {
      const [type = '', ...rest] = text.split(';').map((part) => part.trim());
      const parameters = new Map<string, string>();
      for (const parameter of rest) {
        const equals = parameter.indexOf('=');
        if (equals > 0)
          parameters.set(parameter.slice(0, equals).toLowerCase(), parameter.slice(equals + 1).replaceAll('"', ''));
      }
      return { type: type.toLowerCase(), parameters, quality: Number(parameters.get('q') ?? 1) };
    })
    .filter((clause) => clause.type !== '' && clause.quality > 0)
    .sort((a, b) => b.quality - a.quality);
}

/** `?pretty=1`, or a person's tool that said nothing about it. */
export function isPretty(request: ServerRequest): boolean {
  const pretty = queryOf(request.path).get('pretty');
  if (pretty !== null) return pretty === '1' || pretty === 'true';
  return /^(curl|Wget|Mozilla\/)/.test(header(request, 'user-agent') ?? '');
}

/** The first value of a header. */
export function header(request: ServerRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' || value === undefined ? value : value.join(',');
}
