export type { Client, Transport } from '@opwright/client';
export type {
  Clock,
  ConditionInput,
  Infer,
  InferInput,
  KubeObject,
  ObjectKey,
  Random,
  Resource,
} from '@opwright/machinery';
export {
  duplicateValue,
  type FieldError,
  forbiddenValue,
  invalidValue,
  isAlreadyExists,
  isConflict,
  isNotFound,
  requiredValue,
  StatusError,
  tooManyItems,
  unsupportedValue,
  valueNotFound,
  valueTooLong,
} from '@opwright/machinery';
export * from '@opwright/schema';
export { leaderElectionRules } from './access/leader-election.ts';
export { metricsAuthorizationRules, metricsReaderRules } from './access/metrics.ts';
export { namespaceSelectorRules } from './access/namespace-selector.ts';
export { accessRules, type PolicyRule, type ScopedRules, scopedAccessRules } from './access/rules.ts';
export { shardingRules } from './access/sharding.ts';
export { type UserRole, userRoles } from './access/users.ts';
export { webhookCertificateRules, webhookConfigurationRules } from './access/webhooks.ts';
export type { ListFilter } from './cache/kind-cache.ts';
export { type NamespaceSet, namespaceSet } from './cache/namespaces.ts';
export {
  type FieldsOf,
  type MetadataOnly,
  metadataOf,
  type ObjectMetadata,
  type Projected,
  projectionOf,
  type View,
  type ViewFields,
} from './cache/views.ts';
export { type ApplyConflict, applyConflicts } from './controller/apply-conflict.ts';
export {
  type ContextOf,
  type Controller,
  type ControllerBuilder,
  type ControllerDefinition,
  controller,
  type SourceDefinition,
} from './controller/builder.ts';
export { type ChangedPath, changedPaths } from './controller/changed-paths.ts';
export type { ClusterContext, ClusterReadContext, Clusters, InCluster } from './controller/clusters.ts';
export type { Duration } from './controller/duration.ts';
export type { ErrorMatcher, ErrorPolicy } from './controller/error-policy.ts';
export type { LiveWatch } from './controller/following.ts';
export { type Inbox, inbox } from './controller/inbox.ts';
export type { ItemMapFunction, Poll } from './controller/outside.ts';
export { OwnershipError } from './controller/ownership.ts';
export { type ReconcileResult, RetryAfter, retryAfter, TerminalError, terminal } from './controller/result.ts';
export type {
  ApplyOptions,
  Change,
  Context,
  ControllerOptions,
  FinalizeOptions,
  ItemChange,
  KindName,
  MapFunction,
  MapResult,
  OwnOptions,
  Predicates,
  ReadContext,
  ReadOptions,
  Reconcile,
  StatusInput,
  ViewName,
  WatchOptions,
} from './controller/types.ts';
export { LeaderElectionLostError } from './election/elector.ts';
export { NotLeaderError } from './election/fence.ts';
export { LeaseLostError } from './election/lost.ts';
export type { LeaderElectionOptions } from './election/options.ts';
export type { EventInput } from './events/recorder.ts';
export type { ClusterOptions } from './manager/cluster.ts';
export type { CacheDump, ControllerDump, ManagerDump } from './manager/dump.ts';
export {
  callbackLogger,
  type JsonLoggerOptions,
  jsonLogger,
  type LeveledLogger,
  LOG_LEVELS,
  type LogFields,
  type Logger,
  type LogLevel,
  type LogLine,
} from './manager/logger.ts';
export { createManager, type Manager } from './manager/manager.ts';
export type { ManagerOptions } from './manager/options.ts';
export type { Readiness } from './manager/readiness.ts';
export { runUntilSignal, type SignalSource } from './manager/signals.ts';
export type { Span, Tracer } from './manager/tracing.ts';
export {
  convertedResources,
  defineOperator,
  isOperator,
  type Operator,
  operatorCrds,
  operatorResources,
  servesWebhooks,
} from './operator.ts';
export { operatorPolicies } from './policies/manifests.ts';
export {
  type Policy,
  type PolicyBuilder,
  type PolicyDefinition,
  type PolicyOptions,
  type PolicyRuleOptions,
  policy,
} from './policies/policy.ts';
export type { Trigger, Triggers } from './queue/triggers.ts';
export { MembershipLostError } from './sharding/membership.ts';
export type { ShardingOptions } from './sharding/options.ts';
export { migrateStorage } from './versions/migrate-storage.ts';
export { type Webhooks, type WebhooksBuilder, type WebhooksDefinition, webhooks } from './webhooks/builder.ts';
export {
  type CertificateFileNames,
  type CertificateSource,
  certificateFiles,
  ownCertificates,
  type SecretCertificatesOptions,
  type ServingCertificate,
  secretCertificates,
} from './webhooks/certificates.ts';
export type { WebhookTarget } from './webhooks/client-config.ts';
export { operatorWebhookConfigurations } from './webhooks/configurations.ts';
export type { AdmissionRequest } from './webhooks/review.ts';
export { podNamespace, webhookServiceName } from './webhooks/service.ts';
export type {
  Defaulter,
  DeletionValidator,
  Draft,
  Findings,
  LabelSelectorInput,
  Validator,
  WebhookContext,
  WebhookOptions,
} from './webhooks/types.ts';
