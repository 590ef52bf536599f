import { isStatusError } from '@opwright/machinery';
import type { FeatureGates } from '../kinds/feature-gates.ts';
import type { FieldError } from '../kinds/kind.ts';
import { badRequest, goQuote, invalid, rawError } from './errors.ts';
import { booleanParameter } from './request-info.ts';
import { checkSelectors } from './selection.ts';

/** Options that every write has. */
export interface WriteOptions {
  readonly dryRun: boolean;
  readonly fieldManager: string;
  readonly fieldValidation: FieldValidation;
  /** What the client said of it, for admission; '' for nothing. */
  readonly givenFieldValidation: string;
}

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

export interface PatchOptions extends WriteOptions {
  readonly force: boolean | undefined;
}

export interface ListOptions {
  readonly labelSelector: string;
  readonly fieldSelector: string;
  /** undefined = unset. @throws StatusError 500 when asked for and malformed: selectors are looked at before */
  readonly resourceVersion: number | undefined;
  /** As it was written; '' = unset. */
  readonly givenResourceVersion: string;
  readonly resourceVersionMatch: '' | 'Exact' | 'NotOlderThan';
  /** 0 = none. */
  readonly limit: number;
  readonly continue: string;
  readonly allowWatchBookmarks: boolean;
  readonly sendInitialEvents: boolean | undefined;
  readonly timeoutSeconds: number | undefined;
}

const META = 'meta.k8s.io';

/** @throws StatusError 422 on `CreateOptions`, `UpdateOptions` or `PatchOptions` */
export function writeOptions(
  kind: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions',
  query: URLSearchParams,
): WriteOptions {
  const errors: FieldError[] = [];
  const options = readWriteOptions(query, errors);
  if (errors.length > 0) throw invalid({ group: META, kind }, '', errors);
  return options;
}

/** @throws StatusError 422; `isApply` makes the field manager obligatory and `force` legal */
export function patchOptions(query: URLSearchParams, isApply: boolean): PatchOptions {
  const errors: FieldError[] = [];
  const force = query.has('force') ? booleanParameter(query, 'force') : undefined;
  if (isApply && (query.get('fieldManager') ?? '') === '') {
    errors.push({
      field: 'fieldManager',
      reason: 'FieldValueRequired',
      message: 'Required value: is required for apply patch',
    });
  }
  if (!isApply && force !== undefined) {
    errors.push({
      field: 'force',
      reason: 'FieldValueForbidden',
      message: 'Forbidden: may not be specified for non-apply patch',
    });
  }
  const options = readWriteOptions(query, errors);
  if (errors.length > 0) throw invalid({ group: META, kind: 'PatchOptions' }, '', errors);
  return { ...options, force };
}

function readWriteOptions(query: URLSearchParams, errors: FieldError[]): WriteOptions {
  const fieldManager = query.get('fieldManager') ?? '';
  const fieldValidation = query.get('fieldValidation') ?? '';
  if (Buffer.byteLength(fieldManager) > 128) {
    errors.push({
      field: 'fieldManager',
      reason: 'FieldValueTooLong',
      message: 'Too long: may not be more than 128 bytes',
    });
  } else {
    const at = [...fieldManager].findIndex((char) => /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(char));
    if (at >= 0) errors.push(unprintable(fieldManager, at));
  }
  const dryRun = readDryRun(query.getAll('dryRun'), errors);
  if (
    fieldValidation !== '' &&
    fieldValidation !== 'Ignore' &&
    fieldValidation !== 'Warn' &&
    fieldValidation !== 'Strict'
  ) {
    errors.push({
      field: 'fieldValidation',
      reason: 'FieldValueNotSupported',
      message: `Unsupported value: ${JSON.stringify(fieldValidation)}: supported values: "", "Ignore", "Strict", "Warn"`,
    });
    return { dryRun, fieldManager, fieldValidation: 'Warn', givenFieldValidation: fieldValidation };
  }
  return {
    dryRun,
    fieldManager,
    fieldValidation: fieldValidation === '' ? 'Warn' : fieldValidation,
    givenFieldValidation: fieldValidation,
  };
}

function unprintable(manager: string, at: number): FieldError {
  const code = [...manager][at]?.codePointAt(0) ?? 0;
  const shown = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  const message = `Invalid value: ${goQuote(manager)}: invalid character ${shown} (at position ${at})`;
  return { field: 'fieldManager', reason: 'FieldValueInvalid', message };
}

/** Reads `dryRun`, whose only legal value is `All`. */
export function readDryRun(values: readonly string[], errors: FieldError[]): boolean {
  const given = values;
  if (given.some((value) => value !== 'All')) {
    errors.push({
      field: 'dryRun',
      reason: 'FieldValueNotSupported',
      message: `Unsupported value: []string{${given.map((value) => JSON.stringify(value)).join(', ')}}: supported values: "All"`,
    });
  }
  return given.length > 0;
}

/** @throws StatusError 422, 400 for a malformed number, 500 for a malformed resourceVersion */
export function listOptions(
  query: URLSearchParams,
  isWatch: boolean,
  { WatchList: hasWatchList = true }: FeatureGates = {},
): ListOptions {
  const timeoutSeconds = integerParameter(query, 'timeoutSeconds');
  const limit = integerParameter(query, 'limit') ?? 0;
  const match = query.get('resourceVersionMatch') ?? '';
  const version = query.get('resourceVersion') ?? '';
  const sendInitialEvents = query.has('sendInitialEvents') ? booleanParameter(query, 'sendInitialEvents') : undefined;
  checkSelectors(query);
  const errors = matchErrors(isWatch, version, match, sendInitialEvents, query.get('continue') ?? '', hasWatchList);
  if (errors.length > 0) throw invalid({ group: META, kind: 'ListOptions' }, '', errors);
  return {
    labelSelector: query.get('labelSelector') ?? '',
    fieldSelector: query.get('fieldSelector') ?? '',
    get resourceVersion() {
      return parseResourceVersion(version);
    },
    givenResourceVersion: version,
    resourceVersionMatch: match as ListOptions['resourceVersionMatch'],
    limit: Math.max(0, limit),
    continue: query.get('continue') ?? '',
    allowWatchBookmarks: booleanParameter(query, 'allowWatchBookmarks'),
    sendInitialEvents,
    timeoutSeconds,
  };
}

function matchErrors(
  isWatch: boolean,
  version: string,
  match: string,
  sendInitialEvents: boolean | undefined,
  token: string,
  hasWatchList: boolean,
): FieldError[] {
  const errors: FieldError[] = [];
  const forbid = (field: string, why: string) =>
    errors.push({ field, reason: 'FieldValueForbidden', message: `Forbidden: ${why}` });
  const unsupportedMatch = () =>
    errors.push({
      field: 'resourceVersionMatch',
      reason: 'FieldValueNotSupported',
      message: `Unsupported value: ${goQuote(match)}: supported values: "NotOlderThan"`,
    });
  if (isWatch && token !== '') {
    forbid('resourceVersionMatch', 'resourceVersionMatch is forbidden when continue is provided');
    return errors;
  }
  if (isWatch && sendInitialEvents !== undefined) {
    if (match !== 'NotOlderThan') {
      forbid('resourceVersionMatch', 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan');
    }
    if (!hasWatchList) {
      const why = 'sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled';
      forbid('sendInitialEvents', why);
    }
    if (match !== 'NotOlderThan' && match !== '') unsupportedMatch();
    return errors;
  }
  if (match !== '') {
    if (isWatch) {
      forbid(
        'resourceVersionMatch',
        'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
      );
      if (match !== 'NotOlderThan') unsupportedMatch();
      return errors;
    }
    if (version === '')
      forbid('resourceVersionMatch', 'resourceVersionMatch is forbidden unless resourceVersion is provided');
    if (token !== '') forbid('resourceVersionMatch', 'resourceVersionMatch is forbidden when continue is provided');
    if (match !== 'Exact' && match !== 'NotOlderThan') {
      errors.push({
        field: 'resourceVersionMatch',
        reason: 'FieldValueNotSupported',
        message: `Unsupported value: ${JSON.stringify(match)}: supported values: "Exact", "NotOlderThan", ""`,
      });
    }
    if (match === 'Exact' && version === '0') {
      forbid('resourceVersionMatch', 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
    }
  }
  if (!isWatch && sendInitialEvents !== undefined) {
    forbid('sendInitialEvents', 'sendInitialEvents is forbidden for list');
  }
  return errors;
}

/** A resourceVersion of a query. @throws StatusError 500, as the storage layer words it */
export function parseResourceVersion(text: string): number | undefined {
  if (text === '') return undefined;
  if (!/^\d+$/.test(text)) {
    throw rawError(
      `resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`,
    );
  }
  return Number(text);
}

/** What `read` gives. What is not in the watch cache is refused in other words. @throws StatusError 400 */
export function versionInEtcd(read: () => number | undefined): number | undefined {
  try {
    return read();
  } catch (error) {
    throw isStatusError(error) ? badRequest(`invalid resource version: ${error.message}`) : error;
  }
}

/** @throws StatusError 400 */
export function integerParameter(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (!/^[+-]?\d+$/.test(text)) {
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  if (BigInt.asIntN(64, BigInt(text)) !== BigInt(text)) {
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: value out of range`);
  }
  return Number(text);
}
