import { type FieldError, invalidValue, type JsonObject } from '@opwright/machinery';
import { field } from '../tree.ts';
import { baselineChecks } from './baseline.ts';
import type { Check, PodLike, Verify, Violation } from './check.ts';
import { restrictedChecks } from './restricted.ts';

/** From the least to the most strict. */
const LEVELS = ['privileged', 'baseline', 'restricted'] as const;
export type Level = (typeof LEVELS)[number];

/** A level as it was at a version of Kubernetes. */
export interface Standard {
  readonly level: Level;
  /** Minor version; infinite for the latest. */
  readonly version: number;
}

/** What a namespace demands of its pods. */
export interface PodSecurityPolicy {
  readonly enforce: Standard;
  readonly audit: Standard;
  readonly warn: Standard;
  /** Labels that say nothing; they count as the strictest. */
  readonly errors: readonly FieldError[];
}

const PREFIX = 'pod-security.kubernetes.io/';
const NONE: Standard = { level: 'privileged', version: Number.POSITIVE_INFINITY };
const PRIVILEGED: PodSecurityPolicy = { enforce: NONE, audit: NONE, warn: NONE, errors: [] };

/** Reads a namespace's labels. */
export function policyOf(labels: JsonObject | undefined): PodSecurityPolicy {
  if (labels === undefined || !Object.keys(labels).some((key) => key.startsWith(PREFIX))) return PRIVILEGED;
  const errors: FieldError[] = [];
  const read = <T>(mode: string, parse: (text: string) => T | string): T | 'bad' | undefined => {
    const label = `${PREFIX}${mode}`;
    const value = field(labels, label);
    if (typeof value !== 'string') return undefined;
    const parsed = parse(value);
    if (typeof parsed !== 'string' || (LEVELS as readonly string[]).includes(parsed)) return parsed as T;
    errors.push(invalidValue(`metadata.labels[${label}]`, value, parsed));
    return 'bad';
  };
  const level = (mode: string) => read<Level>(mode, parseLevel);
  const version = (mode: string) => {
    const found = read<number>(`${mode}-version`, parseVersion);
    return found === 'bad' ? NONE.version : found;
  };
  const enforced = level('enforce');
  const enforce: Standard = {
    level: enforced === 'bad' ? 'restricted' : (enforced ?? 'privileged'),
    version: version('enforce') ?? NONE.version,
  };
  const audited = level('audit');
  const audit: Standard = {
    level: audited === 'bad' ? 'privileged' : (audited ?? 'privileged'),
    version: version('audit') ?? NONE.version,
  };
  const warned = level('warn');
  const warnVersion = version('warn');
  // Who enforces a level wants to hear of it, too.
  const follows = warned === undefined && enforced !== undefined && enforced !== 'bad' && enforced !== 'privileged';
  const warn: Standard = follows
    ? { level: enforced, version: warnVersion ?? enforce.version }
    : { level: warned === 'bad' ? 'privileged' : (warned ?? 'privileged'), version: warnVersion ?? NONE.version };
  return { enforce, audit, warn, errors };
}

/** The level, or what is wrong with it. */
function parseLevel(text: string): Level | string {
  return (LEVELS as readonly string[]).includes(text) ? text : `must be one of ${LEVELS.join(', ')}`;
}

function parseVersion(text: string): number | string {
  if (text === 'latest') return Number.POSITIVE_INFINITY;
  const match = /^v1\.([0-9]|[1-9][0-9]*)$/.exec(text);
  return match === null ? 'must be "latest" or "v1.x"' : Number(match[1]);
}

export function isSameStandard(a: Standard, b: Standard): boolean {
  return a.level === b.level && a.version === b.version;
}

/** Negative, zero or positive, as the first level is less strict, the same or stricter. */
export function compareLevels(a: Level, b: Level): number {
  return LEVELS.indexOf(a) - LEVELS.indexOf(b);
}

/** `restricted:latest`, for messages. */
export function standardName({ level, version }: Standard): string {
  return `${level}:${version === Number.POSITIVE_INFINITY ? 'latest' : `v1.${version}`}`;
}

/** What a standard has against a pod. */
export function violations({ level, version }: Standard, pod: PodLike): readonly Violation[] {
  if (level === 'privileged') return [];
  const restricted = level === 'restricted' ? activeChecks(restrictedChecks, version) : [];
  const replaced = new Set(restricted.map(({ check }) => check.replaces));
  const baseline = activeChecks(baselineChecks, version).filter(({ check }) => !replaced.has(check.id));
  return [...baseline, ...restricted].flatMap(({ verify }) => verify(pod) ?? []);
}

function activeChecks(
  checks: readonly Check[],
  version: number,
): readonly { readonly check: Check; readonly verify: Verify }[] {
  return checks.flatMap((check) => {
    const verify = check.versions.filter(([since]) => since <= version).at(-1)?.[1];
    return verify === undefined ? [] : [{ check, verify }];
  });
}

/** All of them with their details, for a message. */
export function details(found: readonly Violation[]): string {
  return found.map(({ reason, detail }) => (detail === '' ? reason : `${reason} (${detail})`)).join(', ');
}
