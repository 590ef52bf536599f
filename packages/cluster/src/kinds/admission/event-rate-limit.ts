import type { Clock, JsonObject } from '@opwright/machinery';
import type { AdmissionAttributes, AdmissionPlugin } from '../../api/admission/admission.ts';
import { tooManyRequests } from '../../api/errors.ts';
import { at, text } from '../tree.ts';

/** The configuration of EventRateLimit. */
export interface EventRateLimits {
  readonly limits: readonly EventRateLimit[];
}

export interface EventRateLimit {
  /** Whose events share the limit. */
  readonly type: 'Server' | 'Namespace' | 'User' | 'SourceAndObject';
  /** Events per second, in the long run. */
  readonly qps: number;
  /** Events at once. */
  readonly burst: number;
  /** Sharers that are remembered; default 4096. */
  readonly cacheSize?: number;
}

/**
 * Events beyond a rate are refused (EventRateLimit).
 *
 * @throws Error naming the limit that makes no sense
 */
export function eventRateLimit(clock: Clock, configuration: Partial<EventRateLimits> = {}): AdmissionPlugin {
  const { limits = [] } = configuration;
  if (limits.length === 0) throw new Error('EventRateLimit: limits: must not be empty');
  const enforcers = limits.map((limit, index) => enforcer(limit, `EventRateLimit: limits[${index}]`, clock));
  return {
    name: 'EventRateLimit',
    validate(attributes, event) {
      const { operation, kind, dryRun } = attributes;
      if ((operation !== 'CREATE' && operation !== 'UPDATE') || kind.storage !== 'events' || dryRun) return;
      // Every limit counts the event, also after another one has refused it.
      const problems = enforcers.flatMap((accept) => accept(attributes, event) ?? []);
      if (problems.length === 0) return;
      const texts = [...new Set(problems)];
      throw tooManyRequests(`Too many requests: ${texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`}`);
    },
  };
}

type Accept = (attributes: AdmissionAttributes, event: JsonObject | undefined) => string | undefined;

function enforcer(limit: EventRateLimit, where: string, clock: Clock): Accept {
  const { type, qps, burst, cacheSize = 0 } = limit;
  const keyOf = KEYS[type];
  if (keyOf === undefined) throw new Error(`${where}.type: ${type}: use ${Object.keys(KEYS).join(', ')}`);
  for (const [name, value] of Object.entries({ qps, burst })) {
    if (!(value > 0)) throw new Error(`${where}.${name}: ${value}: must be positive`);
  }
  const buckets = new Map<string, { tokens: number; at: number }>();
  return (attributes, event) => {
    const key = keyOf(attributes, event);
    const now = clock.monotonic();
    const { tokens, at } = buckets.get(key) ?? { tokens: burst, at: now };
    const filled = Math.min(burst, tokens + ((now - at) / 1000) * qps);
    const isAllowed = filled >= 1;
    buckets.delete(key);
    buckets.set(key, { tokens: isAllowed ? filled - 1 : filled, at: now });
    // The one that was not asked for longest is forgotten.
    if (buckets.size > (cacheSize || 4096)) buckets.delete(buckets.keys().next().value ?? '');
    return isAllowed ? undefined : `limit reached on type ${type} for key ${key}`;
  };
}

const KEYS: Readonly<Record<string, (attributes: AdmissionAttributes, event: JsonObject | undefined) => string>> = {
  Server: () => '',
  Namespace: ({ namespace }) => namespace,
  User: ({ user }) => user.name,
  SourceAndObject(_attributes, event) {
    const [source, involved] = [at(event, 'source'), at(event, 'involvedObject')];
    const of = (object: JsonObject | undefined, ...keys: readonly string[]) => keys.map((key) => text(object, key));
    return [...of(source, 'component', 'host'), ...of(involved, 'kind', 'namespace', 'name', 'uid', 'apiVersion')].join(
      '',
    );
  },
};
