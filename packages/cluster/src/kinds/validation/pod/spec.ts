import { type FieldError, type JsonObject, validateDns1123Label } from '@opwright/machinery';
import { at, field, items } from '../../tree.ts';
import { inRange, optionalName, requiredOneOf, subdomainErrors } from '../checks.ts';
import { labelErrors } from '../metadata.ts';
import { affinityErrors } from './affinity.ts';
import { containersErrors } from './containers.ts';
import { dnsConfigErrors, hostAliasErrors, hostNetworkErrors } from './network.ts';
import { resourceErrors } from './resources.ts';
import { gateErrors, tolerationErrors, topologySpreadErrors } from './scheduling.ts';
import { podSecurityErrors } from './security.ts';
import { checkVolumes } from './volumes.ts';
import { hostProcessErrors, osErrors } from './windows.ts';

const dnsPolicies = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
const HIGHEST_DEADLINE = 2147483647;

/**
 * What is wrong with a PodSpec, in the order in which Kubernetes finds it.
 * @param podName of the pod; undefined in a template of pods, of which less is known
 */
export function podSpecErrors(spec: JsonObject, path: string, podName?: string): FieldError[] {
  const { volumes, errors } = checkVolumes(spec, `${path}.volumes`, podName ?? '');
  const name = field(spec, 'runtimeClassName');
  return [
    ...errors,
    ...containersErrors(spec, path, volumes),
    ...hostNetworkErrors(spec, path, podName !== undefined),
    ...requiredOneOf(spec, 'restartPolicy', path, ['Always', 'OnFailure', 'Never']),
    ...requiredOneOf(spec, 'dnsPolicy', path, dnsPolicies),
    ...labelErrors(field(spec, 'nodeSelector'), `${path}.nodeSelector`),
    ...podSecurityErrors(spec, path),
    ...affinityErrors(at(spec, 'affinity'), `${path}.affinity`),
    ...dnsConfigErrors(spec, `${path}.dnsConfig`),
    ...gateErrors(spec, path),
    ...topologySpreadErrors(items(spec, 'topologySpreadConstraints'), `${path}.topologySpreadConstraints`),
    ...hostProcessErrors(spec, path),
    ...optionalName(spec, 'serviceAccountName', path),
    ...optionalName(spec, 'nodeName', path),
    ...inRange(spec, 'activeDeadlineSeconds', path, 1, HIGHEST_DEADLINE),
    ...optionalName(spec, 'hostname', path, validateDns1123Label),
    ...optionalName(spec, 'subdomain', path, validateDns1123Label),
    ...tolerationErrors(items(spec, 'tolerations'), `${path}.tolerations`),
    ...hostAliasErrors(spec, `${path}.hostAliases`),
    ...optionalName(spec, 'priorityClassName', path),
    ...(name === undefined ? [] : subdomainErrors(String(name), `${path}.runtimeClassName`)),
    ...(field(spec, 'preemptionPolicy') === undefined
      ? []
      : requiredOneOf(spec, 'preemptionPolicy', path, ['PreemptLowerPriority', 'Never'])),
    ...resourceErrors({ limits: at(spec, 'overhead') ?? {} }, `${path}.overhead`),
    ...osErrors(spec, path),
  ];
}
