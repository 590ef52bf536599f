import {
  duplicateValue,
  type FieldError,
  forbiddenValue,
  invalidValue,
  type JsonObject,
  requiredValue,
  valueNotFound,
} from '@opwright/machinery';
import { at, field, int, items, text } from '../../tree.ts';
import { presentOneOf, required, requiredName, requiredOneOf } from '../checks.ts';
import { environmentErrors } from './environment.ts';
import { deviceErrors, mountErrors, type Volumes } from './mounts.ts';
import { hostPortConflicts, portErrors } from './network.ts';
import { lifecycleErrors, probesErrors } from './probes.ts';
import { resourceErrors } from './resources.ts';
import { securityErrors } from './security.ts';

/** What is wrong with the containers of a pod, of all three lists. */
export function containersErrors(spec: JsonObject, path: string, volumes: Volumes): FieldError[] {
  const grace =
    field(spec, 'terminationGracePeriodSeconds') === undefined ? undefined : int(spec, 'terminationGracePeriodSeconds');
  return [
    ...mainErrors(spec, `${path}.containers`, volumes, grace),
    ...initErrors(spec, `${path}.initContainers`, volumes, grace),
    ...ephemeralErrors(spec, `${path}.ephemeralContainers`, volumes),
  ];
}

const terminationPolicies = ['File', 'FallbackToLogsOnError'];

/** What all containers have in common. */
function containerErrors(container: JsonObject, path: string, volumes: Volumes): FieldError[] {
  return [
    ...requiredName(container, 'name', path),
    ...required(container, 'image', path),
    ...requiredOneOf(container, 'terminationMessagePolicy', path, terminationPolicies),
    ...portErrors(items(container, 'ports'), `${path}.ports`),
    ...environmentErrors(container, path),
    ...mountErrors(container, `${path}.volumeMounts`, volumes),
    ...deviceErrors(container, `${path}.volumeDevices`, volumes),
    ...requiredOneOf(container, 'imagePullPolicy', path, ['Always', 'IfNotPresent', 'Never']),
    ...resourceErrors(at(container, 'resources'), `${path}.resources`),
    ...securityErrors(at(container, 'securityContext'), `${path}.securityContext`),
  ];
}

function mainErrors(spec: JsonObject, path: string, volumes: Volumes, grace: number | undefined): FieldError[] {
  const containers = items(spec, 'containers');
  if (containers.length === 0) return [requiredValue(path)];
  const names = new Set<string>();
  const errors = containers.flatMap((container, index) => {
    const here = `${path}[${index}]`;
    const own = containerErrors(container, here, volumes);
    own.push(...nameTaken(container, here, names));
    names.add(text(container, 'name'));
    own.push(...lifecycleErrors(container, here, grace), ...probesErrors(container, here));
    const isInit = field(container, 'restartPolicy') !== undefined;
    const why = 'may not be set for non-init containers';
    return isInit ? [...own, forbiddenValue(`${here}.restartPolicy`, why)] : own;
  });
  return [...errors, ...hostPortConflicts(containers, path)];
}

function nameTaken(container: JsonObject, path: string, names: ReadonlySet<string>): FieldError[] {
  const name = text(container, 'name');
  return names.has(name) ? [duplicateValue(`${path}.name`, name)] : [];
}

/** Those that run before the others; with a restart policy they go on beside them, and are looked after as those are. */
function initErrors(spec: JsonObject, path: string, volumes: Volumes, grace: number | undefined): FieldError[] {
  const names = new Set(items(spec, 'containers').map((container) => text(container, 'name')));
  return items(spec, 'initContainers').flatMap((container, index) => {
    const here = `${path}[${index}]`;
    const own = containerErrors(container, here, volumes);
    own.push(...presentOneOf(container, 'restartPolicy', here, ['Always']), ...nameTaken(container, here, names));
    if (text(container, 'name') !== '') names.add(text(container, 'name'));
    // Kubernetes looks at each container alone, and calls it the first.
    own.push(...hostPortConflicts([container], path));
    if (text(container, 'restartPolicy') === 'Always') {
      return [...own, ...lifecycleErrors(container, here, grace), ...probesErrors(container, here)];
    }
    const why = 'may not be set for init containers without restartPolicy=Always';
    const foreign = ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'];
    const set = foreign.filter((key) => at(container, key) !== undefined);
    return [...own, ...set.map((key) => forbiddenValue(`${here}.${key}`, why))];
  });
}

/** Fields that containers can have which come later. */
const ephemeralFields = new Set([
  ...['name', 'image', 'command', 'args', 'workingDir', 'env', 'envFrom', 'volumeMounts', 'volumeDevices', 'stdin'],
  ...['stdinOnce', 'terminationMessagePath', 'terminationMessagePolicy', 'imagePullPolicy', 'securityContext', 'tty'],
  'targetContainerName',
]);

function ephemeralErrors(spec: JsonObject, path: string, volumes: Volumes): FieldError[] {
  const others = ['containers', 'initContainers'].flatMap((key) => items(spec, key).map((one) => text(one, 'name')));
  const names = new Set(others);
  const why = 'cannot be set for an Ephemeral Container';
  return items(spec, 'ephemeralContainers').flatMap((container, index) => {
    const here = `${path}[${index}]`;
    const own = [
      ...containerErrors(container, here, volumes),
      ...imageErrors(container, here),
      ...nameTaken(container, here, names),
    ];
    names.add(text(container, 'name'));
    const target = text(container, 'targetContainerName');
    if (target !== '' && !others.includes(target)) own.push(valueNotFound(`${here}.targetContainerName`, target));
    const foreign = Object.keys(container).filter(
      (key) => !ephemeralFields.has(key) && !isEmpty(field(container, key)),
    );
    own.push(...foreign.map((key) => forbiddenValue(`${here}.${key}`, why)));
    for (const [position, mount] of items(container, 'volumeMounts').entries()) {
      for (const key of ['subPath', 'subPathExpr']) {
        if (text(mount, key) !== '') own.push(forbiddenValue(`${here}.volumeMounts[${position}].${key}`, why));
      }
    }
    return own;
  });
}

function isEmpty(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return value === undefined || value === '';
}

/** An image that is surely a mistake; of pods alone, templates may say so. */
export function imageErrors(container: JsonObject, path: string): FieldError[] {
  const image = text(container, 'image');
  return image === image.trim()
    ? []
    : [invalidValue(`${path}.image`, image, 'must not have leading or trailing whitespace')];
}
