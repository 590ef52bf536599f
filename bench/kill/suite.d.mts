export interface KillReport {
  readonly kills: number;
  /** Of them, those that hit a start. */
  readonly during: number;
  readonly acknowledged: number;
  readonly revision: number;
  /** Watches from revisions of some time ago: those that got the same events again, and those that got 410. */
  readonly replays: { readonly same: number; readonly gone: number };
  /** How often the watch that goes on got 410. */
  readonly expired: number;
  /** Milliseconds from the start of the process until it answers. */
  readonly starts: readonly number[];
  readonly violations: readonly string[];
}

export function runKills(options: {
  readonly kills: number;
  readonly seed: string | number;
  readonly onKill?: (kill: number) => void;
}): Promise<KillReport>;
