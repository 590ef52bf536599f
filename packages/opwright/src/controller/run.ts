import type { Client } from '@opwright/client';
import {
  type AnyResource,
  type Clock,
  type KubeObject,
  keyString,
  type ObjectKey,
  type Random,
} from '@opwright/machinery';
import { type ChildController, childOf } from '../abort.ts';
import type { Cache } from '../cache/cache.ts';
import { isSameKind, kindKey, viewKey } from '../cache/kind-key.ts';
import type { EventRecorder } from '../events/recorder.ts';
import type { Logger } from '../manager/logger.ts';
import { type Triggers, triggersOf } from '../queue/triggers.ts';
import type { QueueItem } from '../queue/work-queue.ts';
import { type Activity, createActivity, tracked } from './activity.ts';
import type { ClusterKinds } from './context.ts';
import type { DeclaredKinds } from './declared.ts';
import type { Before, HotLoop, HotLoopDetector, RunWrites } from './hot-loop.ts';
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
  #client: Client | undefined;
  #work: ChildController | undefined;
  #requests: ChildController | undefined;
  #abortReason: Error | undefined;
  /** What was there when the request was sent: the event of a write may come before the answer. */
  #before: Map<string, Before> | undefined;
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
    this.#triggers ??= triggersOf(causes, (version) => this.controller.hotLoops.isOwn(key, version));
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
    this.#client ??= tracked(this.controller.client, this.#activities, (kind, key) => {
      const view = this.kinds.readable.get(viewKey(kind));
      this.#before ??= new Map();
      this.#before.set(`${kindKey(kind)} ${keyString(key)}`, view ? view.get(key) : 'unknown');
    });
    return this.#client;
  }

  /** The object as the cache has it by now. */
  current(): KubeObject | undefined {
    return this.kinds.readable.get(viewKey(this.kinds.primary))?.get(this.subject.key);
  }

  /** How the status and the finalizers of the object are written. */
  get target(): StatusTarget {
    const { client, fieldManager, requestSignal: signal } = this;
    const resource = this.kinds.primary;
    return { client, resource, fieldManager, signal, wrote: (object) => this.wrote(resource, object) };
  }

  /** Another cluster, whose writes are awaited as well. @throws Error when there is none of the name */
  other(cluster: string): ClusterKinds {
    const there = this.controller.other(cluster);
    return {
      ...there,
      wrote: (kind, written) => {
        const shown = there.wrote(kind, written);
        this.#awaitReads(there.kinds, kind, written.metadata);
        return shown;
      },
      deleted: (kind, key, uid) => {
        there.deleted(kind, key, uid);
        this.#awaitReads(there.kinds, kind, key);
      },
    };
  }

  wrote(kind: AnyResource, written: KubeObject): KubeObject {
    const { metadata } = written;
    const shown = this.controller.cache.wrote(kind, written);
    this.#awaitReads(this.kinds, kind, metadata);
    this.#written.wrote(kind, metadata, this.#before?.get(`${kindKey(kind)} ${keyString(metadata)}`), shown);
    return shown;
  }

  deleted(kind: AnyResource, key: ObjectKey, uid: string): void {
    this.#written.wrote(kind, key, undefined, undefined);
    this.controller.cache.deleted(kind, key, uid);
    this.#awaitReads(this.kinds, kind, key);
  }

  get #written(): RunWrites {
    this.#writes ??= this.controller.hotLoops.begin(this.subject.item.key, this.triggers);
    return this.#writes;
  }

  /** The next run of the key is to see the write in what it can read. */
  #awaitReads({ readable }: DeclaredKinds, kind: AnyResource, object: ObjectKey): void {
    for (const view of readable.values()) {
      if (!isSameKind(view.resource, kind) || !view.isPending(object)) continue;
      this.controller.gate.wrote(this.subject.item.key, view, object);
    }
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
