import type { Client } from '@opwright/client';
import type { AnyResource, Clock, KubeObject, ObjectKey, Random } from '@opwright/machinery';
import { type ChildController, childOf } from '../abort.ts';
import type { Cache } from '../cache/cache.ts';
import { viewKey } from '../cache/kind-key.ts';
import type { EventRecorder } from '../events/recorder.ts';
import type { Logger } from '../manager/logger.ts';
import { type Triggers, triggersOf } from '../queue/triggers.ts';
import type { QueueItem } from '../queue/work-queue.ts';
import { type Activity, createActivity } from './activity.ts';
import type { ClusterKinds } from './context.ts';
import type { DeclaredKinds } from './declared.ts';
import type { ErasedReadContext } from './erased.ts';
import type { HotLoop, HotLoopDetector, RunWrites } from './hot-loop.ts';
import { reach } from './reach.ts';
import type { ReadGate } from './read-gate.ts';
import type { StatusTarget } from './status.ts';
import type { Watched } from './watchdog.ts';
import type { AppliedMemory, WriteSurroundings } from './writes.ts';

/** What all runs of a controller have in common. */
export interface RunSurroundings {
  readonly controllerName: string;
  readonly kinds: DeclaredKinds;
  /** The name of the cluster of `kinds`. */
  readonly cluster: string;
  /** Another cluster. @throws Error when there is none of the name */
  readonly other: (cluster: string) => ClusterKinds;
  readonly polled: ErasedReadContext['polled'];
  readonly client: Client;
  readonly cache: Cache;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly recorder: EventRecorder;
  readonly fieldManager: string;
  readonly applied: AppliedMemory;
  readonly hotLoops: HotLoopDetector;
  readonly gate: ReadGate;
  /** Runs may be aborted one by one. */
  readonly hasTimeLimit: boolean;
  readonly stopping: AbortSignal;
  readonly killed: AbortSignal;
}

/** What a run is about. */
export interface RunSubject {
  readonly item: QueueItem;
  readonly key: ObjectKey;
  /** From the cache. */
  readonly object: KubeObject;
  readonly fencingToken: number | undefined;
}

/**
 * One reconcile of one object, from when its key is taken until it has an outcome.
 *
 * Most reconciles find everything as it should be. What the others need, such as signals, a logger with names, a client
 * that tells what it does, is made when it is asked for; hence a class, whose getters cost a run nothing.
 */
export class Run implements Watched, WriteSurroundings {
  readonly controller: RunSurroundings;
  readonly subject: RunSubject;
  readonly startedAt: number;
  #reconcileID: string | undefined;
  #log: Logger | undefined;
  #triggers: Triggers | undefined;
  #activity: Activity | undefined;
  #work: ChildController | undefined;
  #requests: ChildController | undefined;
  #abortReason: Error | undefined;
  #own: ClusterKinds | undefined;
  #writes: RunWrites | undefined;
  #ended = false;

  constructor(controller: RunSurroundings, subject: RunSubject, startedAt: number) {
    this.controller = controller;
    this.subject = subject;
    this.startedAt = startedAt;
  }

  /** Names the run in logs and spans. */
  get reconcileID(): string {
    this.#reconcileID ??= this.controller.random.uuid();
    return this.#reconcileID;
  }

  get log(): Logger {
    const { key } = this.subject;
    this.#log ??= this.controller.log.child({
      [this.kinds.primary.kind]: key,
      ...(key.namespace && { namespace: key.namespace }),
      name: key.name,
      reconcileID: this.reconcileID,
    });
    return this.#log;
  }

  get triggers(): Triggers {
    const { key, causes } = this.subject.item;
    this.#triggers ??= triggersOf(causes, (version, cluster) => this.controller.hotLoops.isOwn(key, version, cluster));
    return this.#triggers;
  }

  /** Aborts when the manager stops, or the time of the run is up. */
  get signal(): AbortSignal {
    this.#work ??= this.#childOf(this.controller.stopping, this.controller.killed);
    return this.#work.controller.signal;
  }

  /** Later than `signal`, so that what was begun can be finished when the manager stops. */
  get requestSignal(): AbortSignal {
    // Requests let go of their signal when they end.
    if (!this.controller.hasTimeLimit) return this.controller.killed;
    this.#requests ??= this.#childOf(this.controller.killed);
    return this.#requests.controller.signal;
  }

  #childOf(...signals: AbortSignal[]): ChildController {
    // What a run has left behind when it ends follows nobody any more.
    const child = this.#ended ? childOf() : childOf(...signals);
    if (this.#abortReason) child.controller.abort(this.#abortReason);
    return child;
  }

  abort(reason: Error): void {
    this.#abortReason = reason;
    this.#work?.controller.abort(reason);
    this.#requests?.controller.abort(reason);
  }

  awaiting(): string {
    return this.#activities.describe();
  }

  get #activities(): Activity {
    this.#activity ??= createActivity(this.controller.clock);
    return this.#activity;
  }

  get kinds(): DeclaredKinds {
    return this.controller.kinds;
  }

  get controllerName(): string {
    return this.controller.controllerName;
  }

  get fieldManager(): string {
    return this.controller.fieldManager;
  }

  get applied(): AppliedMemory {
    return this.controller.applied;
  }

  /** Tells what it does to whoever asks what the run waits for. */
  get client(): Client {
    return this.#here.client;
  }

  /** The object as the cache has it by now. */
  current(): KubeObject | undefined {
    return this.kinds.readable.get(viewKey(this.kinds.primary))?.get(this.subject.key);
  }

  /** How the status and the finalizers of the object are written. */
  get target(): StatusTarget {
    const { client, fieldManager, requestSignal: signal } = this;
    const resource = this.kinds.primary;
    const { managedFieldsOf } = this.controller.cache;
    const options = { fieldManager, signal, ...(managedFieldsOf && { managedFieldsOf }) };
    return { client, resource, options, wrote: (object) => this.wrote(resource, object) };
  }

  /** Another cluster. @throws Error when there is none of the name */
  other(cluster: string): ClusterKinds {
    const there = this.controller.other(cluster);
    return this.#reach(there, cluster === this.controller.cluster ? undefined : cluster);
  }

  wrote(kind: AnyResource, written: KubeObject): KubeObject {
    return this.#here.wrote(kind, written);
  }

  deleted(kind: AnyResource, key: ObjectKey, uid: string): void {
    this.#here.deleted(kind, key, uid);
  }

  /** The cluster of the reconciled object. */
  get #here(): ClusterKinds {
    if (this.#own) return this.#own;
    const { kinds, client, applied, cache } = this.controller;
    const here = { kinds, client, applied, wrote: cache.wrote, deleted: cache.deleted };
    this.#own = this.#reach(here, undefined);
    return this.#own;
  }

  #reach(there: ClusterKinds, cluster: string | undefined): ClusterKinds {
    const { key } = this.subject.item;
    return reach(there, cluster, {
      key,
      activity: this.#activities,
      gate: this.controller.gate,
      written: () => this.#written,
    });
  }

  get #written(): RunWrites {
    this.#writes ??= this.controller.hotLoops.begin(this.subject.item.key, this.triggers);
    return this.#writes;
  }

  /** To be called when the outcome is known. Returns a loop that people should hear of. */
  end(): HotLoop | undefined {
    this.#ended = true;
    this.#work?.release();
    this.#requests?.release();
    const { hotLoops } = this.controller;
    if (this.#writes) return this.#writes.end();
    hotLoops.rested(this.subject.item.key);
    return undefined;
  }
}
