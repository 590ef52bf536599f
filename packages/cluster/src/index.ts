export { type Cluster, type ClusterOptions, type ClusterUser, startCluster } from './cluster.ts';
export type { ServeOptions } from './serve.ts';
