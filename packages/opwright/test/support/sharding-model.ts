import type { Random } from '@opwright/machinery';
import { type Group, type Member, rosterName } from '../../src/sharding/leases.ts';
import { createMemberRules, type MemberRules } from '../../src/sharding/member.ts';

/*
 * A model of members that follow the rules, in steps of one second: an API server with preconditions, a watch that shows
 * each process a past of its own, requests that arrive late or never, clocks of different speed, processes that stand
 * still. No promise and no timer, so that thousands of courses can be tried.
 */

export const LEASE = 15;
const DEADLINE = 10;
const RETRY = 2;
const REQUEST = 5;
const LATEST = 4;
/** How long a reconcile takes at most. */
const LONGEST = 8;
const KEYS = Array.from({ length: 24 }, (_, index) => `default/foo-${index}`);

/** The most that may pass between the last disturbance and the moment at which every key is worked on again. */
export const model = { bound: LATEST + Math.ceil((LEASE + REQUEST + RETRY) / 0.82) + 4 * LATEST + 2 * LONGEST };

export type Deviation =
  | 'acknowledges before its reconciles have ended'
  | 'takes keys without acknowledgements'
  | 'works past its deadline'
  | 'evicts nobody';

export interface Disturbance {
  readonly after: number;
  readonly who: number;
  readonly what: 'pause' | 'resume' | 'cut' | 'deaf' | 'slow' | 'connect' | 'join' | 'leave' | 'kill' | 'delete-roster';
}

interface Process {
  readonly name: string;
  readonly rules: MemberRules;
  readonly rate: number;
  /** Its monotonic clock. */
  time: number;
  paused: boolean;
  /** `cut`: nothing arrives; `deaf`: requests do, the watch does not; `slow`: both are late. */
  link: 'fine' | 'cut' | 'deaf' | 'slow';
  state: 'joining' | 'member' | 'leaving' | 'ended';
  /** Which revision of the store its watch has shown. */
  view: number;
  version: string;
  renewed: number;
  triedAt: number;
  /** What it works on, and for how long it still does. */
  readonly work: Map<string, number>;
}

export interface Model {
  join(): void;
  disturb(what: Disturbance['what'], who: number): void;
  pass(steps: number): void;
  /** All is well: nobody is paused or cut off. */
  settle(): void;
  /** Keys that nobody who is alive owns. */
  idle(): string[];
}

export function createModel({
  random,
  rates,
  deviation,
}: {
  readonly random: Random;
  readonly rates: readonly number[];
  readonly deviation?: Deviation | undefined;
}): Model {
  const history: Group[] = [{ roster: undefined, members: [] }];
  const processes: Process[] = [];
  const late: { at: number; readonly run: () => void }[] = [];
  let now = 0;
  let lines = 0;
  let names = 0;

  const latest = () => history.at(-1)!;
  const chance = (probability: number) => random.next() < probability;
  const upTo = (most: number) => Math.floor(random.next() * (most + 1));
  const write = (next: Partial<Group>) => history.push({ ...latest(), ...next });
  const leaseOf = (name: string) => latest().members.find((member) => member.name === name);
  const mayWrite = ({ time, renewed }: Process) => deviation === 'works past its deadline' || time - renewed < DEADLINE;
  const alive = () => processes.filter(({ state }) => state !== 'ended');

  /** Sends something to the server: it arrives now, later or never, and so does the answer, to a process that runs. */
  function send<T>(from: Process, call: () => T, answer: (result: T) => void): void {
    const { link } = from;
    if (link === 'cut' && chance(0.7)) return;
    const delay = link === 'fine' ? 0 : upTo(LATEST);
    late.push({
      at: now + delay,
      run() {
        const result = call();
        if (link === 'cut' || (link === 'slow' && chance(0.2))) return;
        const arrive = () => {
          if (from.paused) late.push({ at: now + 1, run: arrive });
          else if (from.state !== 'ended') answer(result);
        };
        late.push({ at: now + (link === 'fine' ? 0 : upTo(LATEST)), run: arrive });
      },
    });
  }

  function join(): void {
    names += 1;
    const name = `op-${names}`;
    processes.push({
      name,
      rules: createMemberRules(name),
      rate: rates[names % rates.length]!,
      time: names * 1000,
      paused: false,
      link: 'fine',
      state: 'joining',
      view: 0,
      version: '',
      renewed: Number.NEGATIVE_INFINITY,
      triedAt: Number.NEGATIVE_INFINITY,
      work: new Map(),
    });
  }

  function end(process: Process): void {
    process.state = 'ended';
    process.work.clear();
  }

  /** As the server does an update: only over the version that was read. */
  function put(name: string, version: string, acknowledged: string): Member | 'conflict' | 'gone' {
    const { members } = latest();
    const found = leaseOf(name);
    if (version !== '' && !found) return 'gone';
    if (found && found.resourceVersion !== version) return 'conflict';
    const stored = {
      name,
      uid: name,
      resourceVersion: String(history.length),
      identity: name,
      durationMs: LEASE,
      acknowledged,
    };
    write({ members: [...members.filter((member) => member.name !== name), stored] });
    return stored;
  }

  function renew(process: Process): void {
    const { rules, name, version, time } = process;
    process.triedAt = time;
    send(
      process,
      () => put(name, version, rules.acknowledged),
      (result) => {
        if (result === 'gone') end(process);
        else if (result === 'conflict') {
          const found = leaseOf(name);
          if (!found) return end(process);
          process.version = found.resourceVersion;
          process.triedAt = Number.NEGATIVE_INFINITY;
        } else if (Number(result.resourceVersion) > Number(process.version)) {
          process.version = result.resourceVersion;
          process.renewed = Math.max(process.renewed, time);
          if (process.state === 'joining') process.state = 'member';
        }
      },
    );
  }

  function publish(process: Process): void {
    const found = latest().roster;
    send(
      process,
      () => latest().members.map(({ name }) => name),
      (members) =>
        send(
          process,
          () => {
            const { roster } = latest();
            if (roster?.line !== found?.line || roster?.number !== found?.number) return;
            if (roster === undefined) lines += 1;
            const line = roster?.line ?? `${rosterName('op')}-${lines}`;
            write({ roster: { line, number: (roster?.number ?? 0) + 1, members: [...members].sort() } });
          },
          () => {},
        ),
    );
  }

  function evict(process: Process, { name, resourceVersion }: Member): void {
    const drop = () => {
      if (leaseOf(name)?.resourceVersion !== resourceVersion) return;
      write({ members: latest().members.filter((member) => member.name !== name) });
    };
    send(process, drop, () => {});
  }

  /** What its watch shows. */
  function look(process: Process): void {
    const { rules, link } = process;
    if (link === 'cut' || link === 'deaf') return;
    const behind = history.length - 1 - process.view;
    process.view += link === 'slow' ? upTo(Math.min(behind, 3)) : behind;
    let group = history[process.view]!;
    if (deviation === 'takes keys without acknowledgements' && group.roster) {
      const acknowledged = `${group.roster.line}/${group.roster.number}`;
      group = { ...group, members: group.members.map((member) => ({ ...member, acknowledged })) };
    }
    rules.observe(group, process.time);
  }

  function workOn(process: Process): void {
    const { rules, work } = process;
    for (const [key, left] of work) {
      if (left > 0) work.set(key, left - 1);
      else work.delete(key);
    }
    for (let workers = 0; workers < 4; workers += 1) {
      const key = KEYS[upTo(KEYS.length - 1)]!;
      if (process.state === 'member' && rules.owns(key) && !work.has(key)) work.set(key, upTo(LONGEST));
    }
  }

  function step(process: Process): void {
    const { rules, work } = process;
    if (process.state !== 'joining' && process.time - process.renewed >= DEADLINE && !mayWrite(process)) {
      end(process);
      return;
    }
    look(process);
    workOn(process);
    const busy = [...work.keys()].some((key) => !rules.owns(key));
    const before = rules.acknowledged;
    if (!busy || deviation === 'acknowledges before its reconciles have ended') rules.drained();
    rules.take();
    if (process.state === 'leaving' && work.size === 0) {
      const { name } = process;
      send(
        process,
        () => write({ members: latest().members.filter((member) => member.name !== name) }),
        () => end(process),
      );
      return;
    }
    const due = process.time - process.triedAt >= RETRY || rules.acknowledged !== before;
    if (due) renew(process);
    if (process.state !== 'member') return;
    if (deviation !== 'evicts nobody') for (const member of rules.expired(process.time)) evict(process, member);
    if (rules.needsRoster() && chance(0.5)) publish(process);
  }

  /** The promise: of those who run and may write, at most one works on a key. */
  function check(): void {
    for (const key of KEYS) {
      const acting = processes.filter((process) => !process.paused && mayWrite(process) && process.work.has(key));
      if (acting.length > 1) {
        throw new Error(`${key} is worked on by ${acting.map(({ name }) => name).join(' and ')}, step ${now}`);
      }
    }
  }

  function tick(): void {
    now += 1;
    for (const process of alive()) {
      process.time += process.rate;
      if (!process.paused) step(process);
    }
    for (;;) {
      const index = late.findIndex(({ at }) => at <= now);
      if (index < 0) break;
      late.splice(index, 1)[0]!.run();
    }
    check();
  }

  return {
    join,
    disturb(what, who) {
      if (what === 'join') return join();
      if (what === 'delete-roster') return void write({ roster: undefined });
      const running = alive();
      const process = running[who % running.length];
      if (!process) return;
      if (what === 'pause') process.paused = true;
      else if (what === 'resume') process.paused = false;
      else if (what === 'cut' || what === 'deaf' || what === 'slow') process.link = what;
      else if (what === 'connect') process.link = 'fine';
      else if (what === 'leave' && process.state === 'member') process.state = 'leaving';
      else if (what === 'kill') end(process);
    },
    pass(steps) {
      for (let step = 0; step < steps; step += 1) tick();
    },
    settle() {
      for (const process of alive()) {
        process.paused = false;
        process.link = 'fine';
      }
      if (!alive().some(({ state }) => state !== 'leaving')) join();
    },
    idle: () =>
      KEYS.filter((key) => !processes.some((process) => process.state === 'member' && process.rules.owns(key))),
  };
}

/** Lets all be well. @returns how many steps it took until every key was owned, and stayed so */
export function calm(group: Model): number {
  let last = 0;
  for (let step = 1; step <= 2 * model.bound; step += 1) {
    group.settle();
    group.pass(1);
    if (group.idle().length > 0) last = step;
  }
  return last;
}
