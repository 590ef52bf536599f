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
export const PRIVILEGED: PodSecurityPolicy = { enforce: NONE, audit: NONE, warn: NONE, errors: [] };

/** Reads a namespace's labels. @param defaults for what they do not say */
export function policyOf(labels: JsonObject | undefined, defaults = PRIVILEGED): PodSecurityPolicy {
  if (labels === undefined || !Object.keys(labels).some((key) => key.startsWith(PREFIX))) return defaults;
  const errors: FieldError[] = [];
  const read = <T>(mode: string, parse: (text: string) => T | string): T | 'bad' | undefined => {
    const label = `${PREFIX}${mode}`;
    const value = field(labels, label);
    if (typeof value !== 'string') return undefined;
    const parsed = parse(value);
    if (typeof parsed !== 'string' || isLevel(parsed)) return parsed as T;
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
    level: enforced === 'bad' ? 'restricted' : (enforced ?? defaults.enforce.level),
    version: version('enforce') ?? defaults.enforce.version,
  };
  const audited = level('audit');
  const audit: Standard = {
    level: audited === 'bad' ? 'privileged' : (audited ?? defaults.audit.level),
    version: version('audit') ?? defaults.audit.version,
  };
  const warned = level('warn');
  const warnVersion = version('warn');
  // Who enforces a level that is stricter wants to hear of it, too.
  const follows =
    warned === undefined &&
    enforced !== undefined &&
    enforced !== 'bad' &&
    compareLevels(enforced, defaults.warn.level) > 0;
  const warn: Standard = follows
    ? { level: enforced, version: warnVersion ?? enforce.version }
    : {
        level: warned === 'bad' ? 'privileged' : (warned ?? defaults.warn.level),
        version: warnVersion ?? defaults.warn.version,
      };
  return { enforce, audit, warn, errors };
}

/** What is demanded where a namespace says nothing: `enforce`, `enforce-version` and so on. */
export type PodSecurityDefaults = { readonly [Key in Mode | `${Mode}-version`]?: string };

const MODES = ['enforce', 'audit', 'warn'] as const;
type Mode = (typeof MODES)[number];

/** @throws Error naming what is no level or version */
export function policyByDefault(defaults: PodSecurityDefaults = {}): PodSecurityPolicy {
  const standard = (mode: Mode): Standard => {
    const level = parseLevel(defaults[mode] || NONE.level);
    const version = parseVersion(defaults[`${mode}-version`] || 'latest');
    if (!isLevel(level)) throw new Error(`PodSecurity: defaults.${mode}: ${level}`);
    if (typeof version === 'string') throw new Error(`PodSecurity: defaults.${mode}-version: ${version}`);
    return { level, version };
  };
  return { enforce: standard('enforce'), audit: standard('audit'), warn: standard('warn'), errors: [] };
}

/** Whether two policies come to the same. */
export function isSamePolicy(a: PodSecurityPolicy, b: PodSecurityPolicy): boolean {
  return MODES.every(
    (mode) => isSameStandard(a[mode], b[mode]) || (a[mode].level === 'privileged' && b[mode].level === 'privileged'),
  );
}

/** What labels of a namespace demand, beside what goes without saying: `enforce=baseline:latest, warn=restricted:v1.30`. */
export function policyText(policy: PodSecurityPolicy, labels: JsonObject | undefined): string {
  const says = (mode: Mode) =>
    [mode, `${mode}-version`].some((label) => field(labels, `${PREFIX}${label}`) !== undefined);
  return MODES.filter((mode) => policy[mode].level !== 'privileged' && says(mode))
    .map((mode) => `${mode}=${standardName(policy[mode])}`)
    .join(', ');
}

function isLevel(text: string): text is Level {
  return (LEVELS as readonly string[]).includes(text);
}

/** The level, or what is wrong with it. */
function parseLevel(text: string): Level | string {
  return isLevel(text) ? text : `must be one of ${LEVELS.join(', ')}`;
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
