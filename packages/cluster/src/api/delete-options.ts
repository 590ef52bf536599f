import { typeOf } from '@opwright/kubernetes/data';
import {
  DecodeError,
  decodeObject,
  getOwn,
  isPlainObject,
  JsonSyntaxError,
  jsonTypeName,
  parseJson,
} from '@opwright/machinery';
import type { FieldError } from '../kinds/kind.ts';
import type { Call } from './context.ts';
import { notAnObject } from './decode.ts';
import { goQuote, invalid, rawError, tooLarge, unsupportedMediaType } from './errors.ts';
import { RESOURCE_TYPES } from './negotiate.ts';
import { integerParameter, readDryRun } from './options.ts';
import { BODY_LIMIT, contentType } from './read-body.ts';
import { parseYamlOrJson, YamlError } from './read-yaml.ts';
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
const OPTIONS_TYPE = typeOf('v1', 'DeleteOptions')!;
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
  }
  if (propagationPolicy !== undefined && !POLICIES.includes(propagationPolicy)) {
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
  const { dryRun, gracePeriodSeconds, propagationPolicy, orphanDependents, preconditions } = decodeOptions(body);
  return {
    dryRun: dryRun ?? [],
    gracePeriodSeconds,
    propagationPolicy,
    orphanDependents,
    preconditions: preconditions ?? {},
  };
}

/** @throws StatusError 500 (sic) for a value of the wrong type */
function decodeOptions(body: { [key: string]: unknown }): Partial<Source> {
  try {
    return decodeObject(OPTIONS_TYPE, body).object;
  } catch (error) {
    if (error instanceof DecodeError) throw rawError(error.message);
    throw error;
  }
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
  if (value === null) return {};
  if (!isPlainObject(value)) throw rawError(notAnObject(value));
  for (const key of ['apiVersion', 'kind']) {
    const found = getOwn(value, key) ?? '';
    if (typeof found === 'string') continue;
    const why = `json: cannot unmarshal ${jsonTypeName(found)} into Go struct field .${key} of type string`;
    throw rawError(`couldn't get version/kind; json parse error: ${why}`);
  }
  const wanted = String(getOwn(value, 'kind') ?? '');
  if (wanted !== '' && wanted !== 'DeleteOptions') {
    const version = String(getOwn(value, 'apiVersion') ?? '') || 'meta.k8s.io/v1';
    throw rawError(`no kind ${goQuote(wanted)} is registered for version ${goQuote(version)} in scheme "${SCHEME}"`);
  }
  return value;
}

function parseText(text: string, type: string): unknown {
  try {
    return type === 'application/yaml' ? parseYamlOrJson(text).value : parseJson(text).value;
  } catch (error) {
    if (!(error instanceof JsonSyntaxError || error instanceof YamlError)) throw error;
    throw rawError(`couldn't get version/kind; json parse error: ${error.message}`);
  }
}
