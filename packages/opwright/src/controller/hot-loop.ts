import { type AnyResource, type Clock, type KubeObject, keyString, type ObjectKey } from '@opwright/machinery';
import type { Triggers } from '../queue/triggers.ts';
import { changedPaths } from './changed-paths.ts';

/** An object that is reconciled again and again by what its own reconciles write. */
export interface HotLoop {
  readonly runs: number;
  readonly seconds: number;
  /** What the runs keep writing: `ConfigMap default/a: data.time`, most often first; with `in <cluster>` where it is in another one. */
  readonly fields: readonly string[];
}

export type Before = KubeObject | undefined | 'unknown';

/** What one run writes: begun with its first write. */
export interface RunWrites {
  /**
   * @param before what readers saw until then: undefined = nothing, 'unknown' = the kind is not read
   * @param after undefined = deleted
   * @param cluster its name, when it is not that of the reconciled object
   */
  wrote(
    resource: AnyResource,
    key: ObjectKey,
    before: Before,
    after: KubeObject | undefined,
    cluster: string | undefined,
  ): void;
  /** Returns a loop that people should hear of. */
  end(): HotLoop | undefined;
}

export interface HotLoopDetector {
  /** Whether a run for the key has written this version; `cluster` as for {@link RunWrites.wrote}. */
  isOwn(key: string, resourceVersion: string, cluster: string | undefined): boolean;
  begin(key: string, triggers: Triggers): RunWrites;
  /** A run of the key has ended that wrote nothing. */
  rested(key: string): void;
  forget(key: string): void;
}

/** A loop is told of at this length, and then each time it has doubled. */
const LOOP_RUNS = 10;
/** A run this long after the one before is a slow repetition, which does no harm. */
const LOOP_GAP_MS = 30_000;
const MAX_KEYS = 10_000;
const MAX_VERSIONS = 16;
const MAX_FIELDS = 5;
const MAX_PATHS = 50;

interface History {
  /** The last versions that runs of the key have written. */
  readonly versions: string[];
  /** How often a path was written in the present streak, and what was written there last. */
  paths: Map<string, { count: number; value: string }>;
  runs: number;
  startedAt: number;
  endedAt: number;
}

/**
 * Notices keys whose runs feed themselves: each run writes, and it is either caused by nothing but own writes, or writes what
 * an earlier one has written and somebody else keeps undoing.
 */
export function createHotLoopDetector(clock: Clock): HotLoopDetector {
  const histories = new Map<string, History>();

  function historyOf(key: string): History {
    const known = histories.get(key);
    histories.delete(key);
    const history = known ?? { versions: [], paths: new Map(), runs: 0, startedAt: 0, endedAt: 0 };
    histories.set(key, history);
    // A map keeps the order of insertion: the first has been quiet for longest.
    for (const quiet of histories.keys()) {
      if (histories.size <= MAX_KEYS) break;
      histories.delete(quiet);
    }
    return history;
  }

  /** Whether a write of the key goes on with a streak. What the first of one has changed is not worth a comparison. */
  function isLooping(key: string): boolean {
    const history = histories.get(key);
    return history !== undefined && history.runs > 0 && clock.monotonic() - history.endedAt <= LOOP_GAP_MS;
  }

  function isOwn(key: string, resourceVersion: string, cluster: string | undefined): boolean {
    return histories.get(key)?.versions.includes(versionIn(cluster, resourceVersion)) ?? false;
  }

  function rested(key: string): void {
    const history = histories.get(key);
    if (history) startOver(history, clock.monotonic());
  }

  return {
    isOwn,
    forget: (key) => histories.delete(key),
    rested,
    begin(key, triggers) {
      const feedsItself = triggers.length > 0 && triggers.every(({ own }) => own);
      const written = new Map<string, string>();
      let hasOther = false;
      return {
        wrote(resource, objectKey, before, after, cluster) {
          const name = `${resource.kind} ${keyString(objectKey)}${cluster === undefined ? '' : ` in ${cluster}`}`;
          if (!after) written.set(`${name}: deleted`, '');
          else if (before === 'unknown') {
            // A write that changed nothing answers with the version that was there.
            if (isOwn(key, after.metadata.resourceVersion, cluster)) return;
            written.set(`${name}: written`, '');
          } else if (!before || before.metadata.uid !== after.metadata.uid) written.set(`${name}: created`, '');
          else if (before.metadata.resourceVersion === after.metadata.resourceVersion) return;
          else if (!isLooping(key)) hasOther = true;
          else
            for (const { path, value } of changedPaths(before, after)) written.set(`${name}: ${path}`, textOf(value));
          if (!after) return;
          const { versions } = historyOf(key);
          versions.push(versionIn(cluster, after.metadata.resourceVersion));
          if (versions.length > MAX_VERSIONS) versions.shift();
        },
        end() {
          if (written.size === 0 && !hasOther) {
            rested(key);
            return undefined;
          }
          const now = clock.monotonic();
          const history = historyOf(key);
          const repeats = [...written].some(([path, value]) => history.paths.get(path)?.value === value);
          const goesOn = (feedsItself || repeats) && now - history.endedAt <= LOOP_GAP_MS;
          if (goesOn) history.endedAt = now;
          else startOver(history, now);
          history.runs += 1;
          for (const [path, value] of written) {
            if (history.paths.size >= MAX_PATHS && !history.paths.has(path)) continue;
            history.paths.set(path, { count: (history.paths.get(path)?.count ?? 0) + 1, value });
          }
          const length = history.runs / LOOP_RUNS;
          if (length < 1 || !Number.isInteger(Math.log2(length))) return undefined;
          const fields = [...history.paths]
            .sort(([, a], [, b]) => b.count - a.count)
            .slice(0, MAX_FIELDS)
            .map(([path]) => path);
          return { runs: history.runs, seconds: Math.round((now - history.startedAt) / 100) / 10, fields };
        },
      };
    },
  };
}

/** Two clusters may have the same version of different objects. */
function versionIn(cluster: string | undefined, resourceVersion: string): string {
  return cluster === undefined ? resourceVersion : `${cluster}//${resourceVersion}`;
}

function startOver(history: History, now: number): void {
  history.runs = 0;
  history.startedAt = now;
  history.endedAt = now;
  history.paths = new Map();
}

/** Enough of a value to recognize it. */
function textOf(value: unknown): string {
  return (JSON.stringify(value) ?? '').slice(0, 256);
}
