import type { LeaderElectionLostError } from '../election/elector.ts';
import { createElector, type Elector, type ElectorOptions } from '../election/elector.ts';
import type { EventRecorder } from '../events/recorder.ts';
import type { ElectionMetrics } from '../metrics/election.ts';

export interface CampaignOptions extends Omit<ElectorOptions, 'onSlowRenewal'> {
  readonly recorder: EventRecorder;
  /** Who reports the events. */
  readonly reporter: string;
  readonly metrics: ElectionMetrics;
  /** Aborts when the manager stops: who is not leader by then does not become it. */
  readonly stopping: AbortSignal;
  /** Aborts when there is no time left to end in order. */
  readonly killed: AbortSignal;
}

/** A manager's part in an election, from the first attempt to the release. */
export interface Campaign extends Pick<Elector, 'isLeader' | 'fencingToken' | 'problem'> {
  /**
   * Calls `onElected` when this replica is leader, and `onLost` at once when it is none any more. Begins a life that
   * `end` ends.
   */
  run(onElected: () => void, onLost: (error: LeaderElectionLostError) => void): void;
  /** To be called when all work has ended: stops renewing and releases the lease, unless it is lost. */
  end(): Promise<void>;
}

export function createCampaign(options: CampaignOptions): Campaign {
  const { recorder, reporter, metrics, election, stopping, killed } = options;
  const elector = createElector({ ...options, onSlowRenewal: metrics.renewedSlowly });
  const ended = new AbortController();
  const endNow = () => ended.abort();
  let running: Promise<void> = Promise.resolve();
  let led = false;
  let isLost = false;

  function say(what: string): void {
    if (!elector.lease) return;
    const message = `${election.identity} ${what}`;
    recorder.record(elector.lease, { reason: 'LeaderElection', message }, reporter);
  }

  return {
    isLeader: () => elector.isLeader(),
    get fencingToken() {
      return elector.fencingToken;
    },
    get problem() {
      return elector.problem;
    },
    run(onElected, onLost) {
      killed.addEventListener('abort', endNow);
      running = (async () => {
        if (!(await elector.acquire(stopping)) || stopping.aborted) return;
        led = true;
        metrics.leading(true);
        say('became leader');
        onElected();
        const lost = await elector.hold(ended.signal);
        metrics.leading(false);
        isLost = lost !== undefined;
        if (lost) onLost(lost);
      })();
    },
    async end() {
      endNow();
      await running;
      killed.removeEventListener('abort', endNow);
      if (isLost) return;
      if (led) say('stopped leading');
      if (election.releaseOnStop) await elector.release(killed);
    },
  };
}
