export type { AdmissionConfiguration } from './api/admission/plugins.ts';
export type {
  AttachRequest,
  ContainerLog,
  ExecRequest,
  ExitCode,
  KubeletHooks,
  LogLine,
  LogRequest,
  PortConnection,
  ProxyTarget,
  TerminalStreams,
} from './api/connect/kubelet.ts';
export type { Fault, Faults } from './api/faults.ts';
export type { UserInfo } from './api/http-types.ts';
export type { RequestFacts, RequestLog, RequestRecord } from './api/request-log.ts';
export type { ServiceAccountOptions } from './api/tokens/issuer.ts';
export { type Cluster, type ClusterUser, startCluster } from './cluster.ts';
export type { ClusterOptions } from './cluster-options.ts';
export {
  API_SERVER_FLAGS,
  envtestClusterOptions,
  IGNORED_API_SERVER_FLAGS,
  type Program,
  startEnvtestApiServer,
} from './envtest/api-server.ts';
export { ETCD_FLAGS, startEnvtestEtcd } from './envtest/etcd.ts';
export { type Flags, parseFlags } from './envtest/flags.ts';
export type { FeatureGates } from './kinds/feature-gates.ts';
export { manifestFiles } from './load-files.ts';
export type { ServeOptions, ServingCertificate } from './serve.ts';
export type { FrontProxy } from './server/front-proxy.ts';
export { loadClusterData, saveClusterData } from './state.ts';
