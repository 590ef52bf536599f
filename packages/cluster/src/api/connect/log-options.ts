import { forbiddenValue, invalidValue, parseTime } from '@opwright/machinery';
import type { FieldError } from '../../kinds/kind.ts';
import { badRequest, goQuote, invalid } from '../errors.ts';
import { booleanParameter, type ResourceRequest } from '../request-info.ts';

/** Which part of a log is wanted, and how. */
export interface LogOptions {
  readonly container: string;
  readonly follow: boolean;
  readonly previous: boolean;
  readonly timestamps: boolean;
  /** Lines since then, in ms since the epoch. */
  readonly sinceMs?: number;
  /** The last lines only. */
  readonly tailLines?: number;
  readonly limitBytes?: number;
}

/**
 * PodLogOptions in a query.
 * @throws StatusError 400 for numbers and times that are none, 422 for values that make no sense
 */
export function logOptions({ query, name }: ResourceRequest, nowMs: number): LogOptions {
  const number = (parameter: string): number | undefined => integer(query.get(parameter));
  const [tailLines, limitBytes] = [number('tailLines'), number('limitBytes')];
  const [sinceSeconds, sinceTime] = [number('sinceSeconds'), time(query.get('sinceTime'))];
  const errors: FieldError[] = [];
  if (tailLines !== undefined && tailLines < 0) {
    errors.push(invalidValue('tailLines', tailLines, 'must be greater than or equal to 0'));
  }
  if (limitBytes !== undefined && limitBytes < 1) {
    errors.push(invalidValue('limitBytes', limitBytes, 'must be greater than 0'));
  }
  if (sinceSeconds !== undefined && sinceTime !== undefined) {
    errors.push(forbiddenValue('[]', 'at most one of `sinceTime` or `sinceSeconds` may be specified'));
  } else if (sinceSeconds !== undefined && sinceSeconds < 1) {
    errors.push(invalidValue('sinceSeconds', sinceSeconds, 'must be greater than 0'));
  }
  if (query.has('stream')) errors.push(forbiddenValue('stream', 'may not be specified'));
  if (errors.length > 0) throw invalid({ group: '', kind: 'PodLogOptions' }, name, errors);
  const sinceMs = sinceTime ?? (sinceSeconds === undefined ? undefined : nowMs - sinceSeconds * 1000);
  return {
    container: query.get('container') ?? '',
    follow: booleanParameter(query, 'follow'),
    previous: booleanParameter(query, 'previous'),
    timestamps: booleanParameter(query, 'timestamps'),
    ...(sinceMs !== undefined && { sinceMs }),
    ...(tailLines !== undefined && { tailLines }),
    ...(limitBytes !== undefined && { limitBytes }),
  };
}

function integer(value: string | null): number | undefined {
  if (value === null) return undefined;
  if (!/^[+-]?\d+$/.test(value)) {
    throw badRequest(`strconv.ParseInt: parsing ${goQuote(value)}: invalid syntax`);
  }
  return Number(value);
}

function time(value: string | null): number | undefined {
  if (value === null || value === '') return undefined;
  const ms = parseTime(value);
  if (ms !== undefined) return ms;
  const layout = '2006-01-02T15:04:05Z07:00';
  throw badRequest(`parsing time ${goQuote(value)} as ${goQuote(layout)}: cannot parse ${goQuote(value)} as "2006"`);
}
