import { getOwn, isPlainObject, JsonSyntaxError, jsonTypeName, parseJson } from '@opwright/machinery';
import type { FieldError } from '../kinds/kind.ts';
import type { Call } from './context.ts';
import { BODY_LIMIT, contentType, parseYaml, YamlError } from './decode.ts';
import { goQuote, invalid, rawError, tooLarge, unsupportedMediaType } from './errors.ts';
import { RESOURCE_TYPES } from './negotiate.ts';
import { integerParameter, readDryRun } from './options.ts';
import { booleanParameter } from './request-info.ts';

/** Options of DELETE, from its body or its query. */
export interface DeleteOptions {
  readonly dryRun: boolean;
  /** Seconds; undefined: the kind's default. */
  readonly gracePeriodSeconds: number | undefined;
  readonly propagationPolicy: 'Background' | 'Foreground' | 'Orphan' | undefined;
  /** The predecessor of propagationPolicy. */
  readonly orphanDependents: boolean | undefined;
  readonly preconditions: { readonly uid?: string; readonly resourceVersion?: string };
}

const SCHEME = 'k8s.io/apimachinery/pkg/apis/meta/internalversion/scheme/register.go:27';
const POLICIES = ['Foreground', 'Background', 'Orphan'];

/** @throws StatusError 422; 500 (sic) for a body that is no DeleteOptions */
export function deleteOptions(call: Call): DeleteOptions {
  const body = optionsBody(call);
  const source = body === undefined ? fromQuery(call.info.query) : fromBody(body);
  const errors: FieldError[] = [];
  const dryRun = readDryRun(source.dryRun, errors);
  const { propagationPolicy, orphanDependents } = source;
  if (propagationPolicy !== undefined && orphanDependents !== undefined) {
    errors.push({
      field: 'propagationPolicy',
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${goQuote(propagationPolicy)}: orphanDependents and deletionPropagation cannot be both set`,
    });
  } else if (propagationPolicy !== undefined && !POLICIES.includes(propagationPolicy)) {
    errors.push({
      field: 'propagationPolicy',
      reason: 'FieldValueNotSupported',
      message: `Unsupported value: ${goQuote(propagationPolicy)}: supported values: "Foreground", "Background", "Orphan", "nil"`,
    });
  }
  if (errors.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', errors);
  const grace = source.gracePeriodSeconds;
  return {
    dryRun,
    gracePeriodSeconds: grace !== undefined && grace < 0 ? 1 : grace,
    propagationPolicy: propagationPolicy as DeleteOptions['propagationPolicy'],
    orphanDependents,
    preconditions: source.preconditions,
  };
}

interface Source {
  readonly dryRun: readonly string[];
  readonly gracePeriodSeconds: number | undefined;
  readonly propagationPolicy: string | undefined;
  readonly orphanDependents: boolean | undefined;
  readonly preconditions: DeleteOptions['preconditions'];
}

function fromQuery(query: URLSearchParams): Source {
  return {
    dryRun: query.getAll('dryRun'),
    gracePeriodSeconds: integerParameter(query, 'gracePeriodSeconds'),
    propagationPolicy: query.get('propagationPolicy') ?? undefined,
    orphanDependents: query.has('orphanDependents') ? booleanParameter(query, 'orphanDependents') : undefined,
    preconditions: {},
  };
}

function fromBody(body: { [key: string]: unknown }): Source {
  const preconditions = getOwn(body, 'preconditions');
  const given = isPlainObject(preconditions) ? preconditions : {};
  const policy = getOwn(body, 'propagationPolicy');
  const grace = getOwn(body, 'gracePeriodSeconds');
  if (grace !== undefined && grace !== null && typeof grace !== 'number') {
    const into = 'Go struct field DeleteOptions.gracePeriodSeconds of type int64';
    throw rawError(`json: cannot unmarshal ${jsonTypeName(grace)} into ${into}`);
  }
  const orphan = getOwn(body, 'orphanDependents');
  const dryRun = getOwn(body, 'dryRun');
  return {
    dryRun: Array.isArray(dryRun) ? dryRun.map(String) : [],
    gracePeriodSeconds: typeof grace === 'number' ? grace : undefined,
    propagationPolicy: typeof policy === 'string' ? policy : undefined,
    orphanDependents: typeof orphan === 'boolean' ? orphan : undefined,
    preconditions: {
      ...(typeof given.uid === 'string' ? { uid: given.uid } : {}),
      ...(typeof given.resourceVersion === 'string' ? { resourceVersion: given.resourceVersion } : {}),
    },
  };
}

/** The body as an object; undefined when there is none. */
function optionsBody({ request, server, kind }: Call): { [key: string]: unknown } | undefined {
  const body = request.body;
  if (body === undefined || ('bytes' in body && body.bytes.length === 0)) return undefined;
  let value: unknown;
  if ('json' in body) {
    value = body.json;
  } else if (body.bytes.length > BODY_LIMIT) {
    throw tooLarge(BODY_LIMIT);
  } else if (contentType(request) === 'application/vnd.kubernetes.protobuf') {
    try {
      value = server.protobuf(body.bytes, { group: kind.group, version: kind.version, kind: 'DeleteOptions' });
    } catch (error) {
      throw rawError(error instanceof Error ? error.message : String(error));
    }
  } else {
    const type = contentType(request);
    if (!['', 'application/json', 'application/yaml'].includes(type)) throw unsupportedMediaType(RESOURCE_TYPES);
    value = parseText(Buffer.from(body.bytes).toString('utf8'), type);
  }
  if (!isPlainObject(value))
    throw rawError("couldn't get version/kind; json parse error: json: cannot unmarshal into Go value");
  const wanted = getOwn(value, 'kind');
  if (wanted !== undefined && wanted !== '' && wanted !== 'DeleteOptions') {
    const version = String(getOwn(value, 'apiVersion') ?? '');
    throw rawError(
      `no kind ${goQuote(String(wanted))} is registered for version ${goQuote(version)} in scheme "${SCHEME}"`,
    );
  }
  return value;
}

function parseText(text: string, type: string): unknown {
  try {
    return type === 'application/yaml' ? parseYaml(text).value : parseJson(text).value;
  } catch (error) {
    if (!(error instanceof JsonSyntaxError || error instanceof YamlError)) throw error;
    throw rawError(`couldn't get version/kind; json parse error: ${error.message}`);
  }
}
