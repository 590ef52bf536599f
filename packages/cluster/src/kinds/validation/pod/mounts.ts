import {
  type FieldError,
  forbiddenValue,
  invalidValue,
  type JsonObject,
  requiredValue,
  valueNotFound,
} from '@opwright/machinery';
import { at, bool, field, items, text } from '../../tree.ts';
import { presentOneOf, required } from '../checks.ts';
import { backstepErrors, descendingPathErrors } from '../paths.ts';

/** The volumes of a pod that nothing is wrong with, by name. */
export type Volumes = ReadonlyMap<string, JsonObject>;

/** Where a container has its volumes. */
export function mountErrors(container: JsonObject, path: string, volumes: Volumes): FieldError[] {
  const devices = items(container, 'volumeDevices');
  const deviceNames = new Set(devices.map((device) => text(device, 'name')));
  const devicePaths = new Set(devices.map((device) => text(device, 'devicePath')));
  const seen = new Set<string>();
  return items(container, 'volumeMounts').flatMap((mount, index) => {
    const here = `${path}[${index}]`;
    const [name, mountPath] = [text(mount, 'name'), text(mount, 'mountPath')];
    const errors = required(mount, 'name', here);
    const wrong = (key: string, value: string, why: string) => errors.push(invalidValue(`${here}.${key}`, value, why));
    if (!volumes.has(name)) errors.push(valueNotFound(`${here}.name`, name));
    errors.push(...required(mount, 'mountPath', here));
    if (seen.has(mountPath)) wrong('mountPath', mountPath, 'must be unique');
    seen.add(mountPath);
    if (deviceNames.has(name)) wrong('name', name, 'must not already exist in volumeDevices');
    if (devicePaths.has(mountPath)) wrong('mountPath', mountPath, 'must not already exist as a path in volumeDevices');
    return [...errors, ...subPathErrors(mount, path, here), ...modeErrors(mount, container, path)];
  });
}

/** Kubernetes reports most of these without the number of the mount. */
function subPathErrors(mount: JsonObject, path: string, here: string): FieldError[] {
  const [subPath, expression] = [text(mount, 'subPath'), text(mount, 'subPathExpr')];
  const errors = subPath === '' ? [] : descendingPathErrors(subPath, `${path}.subPath`);
  if (expression === '') return errors;
  if (subPath !== '') {
    const why = 'subPathExpr and subPath are mutually exclusive';
    errors.push(invalidValue(`${here}.subPathExpr`, expression, why));
  }
  return [...errors, ...descendingPathErrors(expression, `${path}.subPathExpr`)];
}

function modeErrors(mount: JsonObject, container: JsonObject, path: string): FieldError[] {
  const propagation = text(mount, 'mountPropagation');
  const errors = presentOneOf(mount, 'mountPropagation', path, ['Bidirectional', 'HostToContainer', 'None']);
  if (propagation === 'Bidirectional' && !bool(at(container, 'securityContext'), 'privileged')) {
    const why = 'Bidirectional mount propagation is available only to privileged containers';
    errors.push(forbiddenValue(`${path}.mountPropagation`, why));
  }
  const recursive = text(mount, 'recursiveReadOnly');
  if (recursive !== 'Enabled' && recursive !== 'IfPossible') {
    return [...errors, ...presentOneOf(mount, 'recursiveReadOnly', path, ['Disabled', 'Enabled', 'IfPossible'])];
  }
  const only = (when: string) => forbiddenValue(`${path}.recursiveReadOnly`, `may only be specified when ${when}`);
  if (!bool(mount, 'readOnly')) errors.push(only('readOnly is true'));
  if (field(mount, 'mountPropagation') !== undefined && propagation !== 'None') {
    errors.push(only('mountPropagation is None or not specified'));
  }
  return errors;
}

/** Which volumes a container has as raw blocks. */
export function deviceErrors(container: JsonObject, path: string, volumes: Volumes): FieldError[] {
  const mounts = items(container, 'volumeMounts');
  const mountNames = new Set(mounts.map((mount) => text(mount, 'name')));
  const mountPaths = new Set(mounts.map((mount) => text(mount, 'mountPath')));
  const names = new Set<string>();
  const paths = new Set<string>();
  return items(container, 'volumeDevices').flatMap((device, index) => {
    const here = `${path}[${index}]`;
    const [name, devicePath] = [text(device, 'name'), text(device, 'devicePath')];
    const volume = volumes.get(name);
    const errors = required(device, 'name', here);
    const wrong = (key: string, value: string, why: string) => errors.push(invalidValue(`${here}.${key}`, value, why));
    if (names.has(name)) wrong('name', name, 'must be unique');
    if (volume === undefined) errors.push(valueNotFound(`${here}.name`, name));
    else if (at(volume, 'persistentVolumeClaim') === undefined && at(volume, 'ephemeral') === undefined) {
      const why = 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode';
      wrong('name', name, why);
    }
    if (devicePath === '') errors.push(requiredValue(`${here}.devicePath`));
    if (paths.has(devicePath)) wrong('devicePath', devicePath, 'must be unique');
    if (backstepErrors(devicePath, here).length > 0) {
      wrong('devicePath', devicePath, "can not contain backsteps ('..')");
    } else paths.add(devicePath);
    if (mountNames.has(name)) wrong('name', name, 'must not already exist in volumeMounts');
    if (mountPaths.has(devicePath)) wrong('devicePath', devicePath, 'must not already exist as a path in volumeMounts');
    if (name !== '') names.add(name);
    return errors;
  });
}
