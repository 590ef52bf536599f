import type { Subject } from '../case.ts';
import { access } from './access.ts';
import { applies } from './apply.ts';
import { certificates } from './certificates.ts';
import { connect } from './connect.ts';
import { connectAdmission } from './connect-admission.ts';
import { conversion } from './conversion.ts';
import { corners } from './corners.ts';
import { create } from './create.ts';
import { customCorners } from './custom-corners.ts';
import { customResources } from './custom-resources.ts';
import { customValidation } from './custom-validation.ts';
import { decoding } from './decoding.ts';
import { defaults } from './defaults.ts';
import { definitions } from './definitions.ts';
import { deletes } from './delete.ts';
import { discovery } from './discovery.ts';
import { evictions } from './eviction.ts';
import { expiry } from './expiry.ts';
import { featureGates } from './feature-gates.ts';
import { frontProxy, otherProxy } from './front-proxy.ts';
import { impersonation } from './impersonation.ts';
import { invalidObjects, invalidPods } from './invalid.ts';
import { lists } from './list.ts';
import { mutatingPolicies } from './mutating-policies.ts';
import { nodeRestriction } from './node-restriction.ts';
import { nonsense } from './nonsense.ts';
import { namespaceProvision, optionalPlugins } from './optional-plugins.ts';
import { patches } from './patch.ts';
import { plugins } from './plugins.ts';
import { podSecurity } from './pod-security.ts';
import { podSecurityDefaults } from './pod-security-defaults.ts';
import { pods } from './pods.ts';
import { policies } from './policies.ts';
import { quotas } from './quotas.ts';
import { reviews } from './reviews.ts';
import { statuses } from './statuses.ts';
import { tables } from './table.ts';
import { tokens } from './tokens.ts';
import { update } from './update.ts';
import { watches } from './watch.ts';
import { webhooks } from './webhooks.ts';
import { wire } from './wire.ts';
import { writeCorners } from './write-corners.ts';

/** What is compared, in the order of recording. */
export const subjects: readonly Subject[] = [
  discovery,
  tables,
  create,
  decoding,
  update,
  patches,
  applies,
  deletes,
  lists,
  watches,
  expiry,
  wire,
  writeCorners,
  featureGates,
  defaults,
  definitions,
  customResources,
  customValidation,
  customCorners,
  nonsense,
  access,
  policies,
  mutatingPolicies,
  reviews,
  tokens,
  impersonation,
  frontProxy,
  otherProxy,
  connect,
  certificates,
  quotas,
  podSecurity,
  podSecurityDefaults,
  plugins,
  optionalPlugins,
  namespaceProvision,
  nodeRestriction,
  webhooks,
  conversion,
  evictions,
  connectAdmission,
  pods,
  statuses,
  corners,
  invalidPods,
  invalidObjects,
];
