import type { RunningController } from '../controller/controller.ts';
import { type ClusterOptions, type ClusterSurroundings, createManagedCluster, type ManagedCluster } from './cluster.ts';
import type { HealthCheck } from './probes.ts';

/** The clusters of a manager: its own, which is always there, and those that come and go. */
export interface Clusters {
  /** Of those that were added. */
  readonly names: readonly string[];
  /** @throws Error when the name is taken or cannot be one */
  add(name: string, options: ClusterOptions): void;
  /** @throws Error when there is none of the name */
  remove(name: string, gracePeriodMs: number): Promise<void>;
  /** Fills all caches, now and of clusters that are added later. */
  run(): void;
  /** Lets the controllers of all clusters work: those of the own one now, others as soon as they are synced. */
  startWorkers(): void;
  enqueueAll(test: (key: string) => boolean): void;
  /** How many objects have a key that passes, by controller and cluster. */
  count(
    test: (key: string) => boolean,
  ): Promise<readonly { readonly controller: string; readonly cluster?: string; readonly count: number }[]>;
  /** Why added clusters are not known, and what cannot be read outside of the clusters, a sentence for each. */
  problems(): readonly string[];
  /** The same as health checks: `cluster-<name>` for each that was added, and `sources`. */
  checks(): Readonly<Record<string, HealthCheck>>;
  dump(): ReturnType<ManagedCluster['dump']>;
  stopControllers(): Promise<void>;
  close(): Promise<void>;
  kill(): void;
}

export function createClusters(local: ManagedCluster, surroundings: ClusterSurroundings): Clusters {
  const added = new Map<string, ManagedCluster>();
  const all = () => [local, ...added.values()];
  const controllers = () => all().flatMap((cluster) => cluster.controllers);
  const outsideProblems = () => all().flatMap((cluster) => cluster.outsideProblems());
  const hasOutside = surroundings.operator.controllers.some(({ outside = [] }) => outside.length > 0);
  let running = false;
  let working = false;
  for (const controller of local.controllers) controller.engage(local);

  function startWhenSynced(cluster: ManagedCluster, controller: RunningController): void {
    const start = async () => {
      // Which caches there are is known only then.
      await cluster.selected?.synced();
      await Promise.all(controller.sources.map((source) => source.synced()));
      if (added.get(cluster.name) === cluster && !surroundings.stopping.aborted) controller.startWorkers();
    };
    void start();
  }

  return {
    get names() {
      return [...added.keys()];
    },
    add(name, options) {
      if (!/^[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?$/.test(name)) {
        throw new Error(`cluster name "${name}" must be lower-case letters, digits, "-" and ".", at most 63`);
      }
      if (name === local.name || added.has(name))
        throw new Error(`there is a cluster "${name}" already: remove it first`);
      const cluster = createManagedCluster(name, options, surroundings);
      for (const controller of controllers()) controller.engage(cluster);
      added.set(name, cluster);
      for (const controller of cluster.controllers) for (const each of all()) controller.engage(each);
      if (running) cluster.run();
      if (working) for (const controller of cluster.controllers) startWhenSynced(cluster, controller);
    },
    async remove(name, gracePeriodMs) {
      const cluster = added.get(name);
      if (!cluster)
        throw new Error(`there is no cluster "${name}" (${[...added.keys()].join(', ') || 'none was added'})`);
      added.delete(name);
      for (const controller of controllers()) controller.disengage(name);
      await cluster.leave(gracePeriodMs);
    },
    run() {
      running = true;
      for (const cluster of all()) cluster.run();
    },
    startWorkers() {
      for (const controller of local.controllers) controller.startWorkers();
      if (working) return;
      working = true;
      for (const cluster of added.values()) {
        for (const controller of cluster.controllers) startWhenSynced(cluster, controller);
      }
    },
    enqueueAll(test) {
      for (const controller of controllers()) void controller.enqueueAll(test);
    },
    count: (test) =>
      Promise.all(
        all().flatMap((cluster) =>
          cluster.controllers.map(async (controller) => ({
            controller: controller.name,
            ...(cluster !== local && { cluster: cluster.name }),
            count: await controller.count(test),
          })),
        ),
      ),
    problems: () => [...[...added.values()].flatMap((cluster) => cluster.problem() ?? []), ...outsideProblems()],
    checks: () => ({
      ...Object.fromEntries([...added.values()].map((cluster) => [`cluster-${cluster.name}`, () => cluster.problem()])),
      ...(hasOutside && { sources: () => outsideProblems()[0] }),
    }),
    dump() {
      const dumps = all().map((cluster) => cluster.dump());
      return {
        controllers: dumps.flatMap((dump) => dump.controllers),
        caches: dumps.flatMap((dump) => dump.caches),
      };
    },
    async stopControllers() {
      await Promise.all(controllers().map((controller) => controller.stop()));
    },
    async close() {
      await Promise.all(all().map((cluster) => cluster.close()));
    },
    kill() {
      for (const cluster of all()) cluster.kill();
    },
  };
}
