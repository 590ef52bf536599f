import {
  compareQuantities,
  deepEqual,
  duplicateValue,
  type FieldError,
  forbiddenValue,
  invalidValue,
  type JsonObject,
  requiredValue,
  unsupportedValue,
  validateDns1123Subdomain,
  valueTooLong,
} from '@opwright/machinery';
import { at, field, int, items, text, texts } from '../tree.ts';
import { NEGATIVE, nonNegative, presentOneOf, qualifiedNameErrors, required, subdomainErrors } from './checks.ts';
import { goLabelSelector, goList, goStruct } from './go-values.ts';
import { labelSelectorErrors } from './label-selector.ts';
import { inlineVolumeErrors } from './persistent-volume.ts';

const LONGEST_NODE_ID = 256;
const LONGEST_DRIVER_NAME = 63;

export function validateCSINode(node: JsonObject): FieldError[] {
  const drivers = items(at(node, 'spec'), 'drivers');
  const names = drivers.map((driver) => text(driver, 'name'));
  return drivers.flatMap((driver, index) => {
    const path = `spec.drivers[${index}]`;
    const [name, id] = [names[index] ?? '', text(driver, 'nodeID')];
    const tooLong = `must be ${LONGEST_NODE_ID} characters or less`;
    return [
      ...driverNameErrors(name, `${path}.name`),
      ...(id === '' ? [requiredValue(`${path}.nodeID`)] : []),
      ...(id.length > LONGEST_NODE_ID ? [invalidValue(`${path}.nodeID`, id, tooLong)] : []),
      ...nonNegative(at(driver, 'allocatable'), 'count', `${path}.allocatable`),
      ...(names.indexOf(name) < index ? [duplicateValue(`${path}.name`, name)] : []),
      ...texts(driver, 'topologyKeys').flatMap((key, at, keys) => [
        ...(key === '' ? [requiredValue(path)] : []),
        ...(keys.indexOf(key) < at ? [duplicateValue(path, key)] : []),
        ...qualifiedNameErrors(key, path),
      ]),
    ];
  });
}

function driverNameErrors(name: string, path: string): FieldError[] {
  return [
    ...(name === '' ? [requiredValue(path)] : []),
    ...(name.length > LONGEST_DRIVER_NAME ? [valueTooLong(path, LONGEST_DRIVER_NAME)] : []),
    ...validateDns1123Subdomain(name.toLowerCase()).map((why) => invalidValue(path, name, why)),
  ];
}

const LIFECYCLE_MODES = ['Persistent', 'Ephemeral'];

export function validateCSIDriver(driver: JsonObject): FieldError[] {
  const spec = at(driver, 'spec');
  const modes = texts(spec, 'volumeLifecycleModes').filter((mode) => !LIFECYCLE_MODES.includes(mode));
  return [
    ...presentOneOf(spec, 'fsGroupPolicy', 'spec', ['File', 'None', 'ReadWriteOnceWithFSType']),
    ...tokenRequestErrors(items(spec, 'tokenRequests')),
    ...modes.map((mode) => unsupportedValue('spec.volumeLifecycleModes', mode, LIFECYCLE_MODES)),
  ];
}

const SHORTEST_TOKEN_S = 600;
const LONGEST_TOKEN_S = 2 ** 32;

/** One token per audience. */
function tokenRequestErrors(requests: readonly JsonObject[]): FieldError[] {
  const audiences = requests.map((request) => text(request, 'audience'));
  return requests.flatMap((request, index) => {
    const path = `spec.tokenRequests[${index}]`;
    const audience = audiences[index]!;
    if (audiences.indexOf(audience) < index) return [duplicateValue(`${path}.audience`, audience)];
    if (field(request, 'expirationSeconds') === undefined) return [];
    const seconds = int(request, 'expirationSeconds');
    const wrong = (why: string) => [invalidValue(`${path}.expirationSeconds`, seconds, `may not specify a ${why}`)];
    if (seconds < SHORTEST_TOKEN_S) return wrong('duration less than 10 minutes');
    return seconds > LONGEST_TOKEN_S ? wrong('duration larger than 2^32 seconds') : [];
  });
}

export function validateCSIDriverUpdate(driver: JsonObject, old: JsonObject): FieldError[] {
  const [spec, before] = [at(driver, 'spec'), at(old, 'spec')];
  const isSame = (key: string) => deepEqual(field(spec, key), field(before, key));
  const fixed = (key: string, value: unknown) => invalidValue(`spec.${key}`, value, 'field is immutable');
  const modes = goList(texts(spec, 'volumeLifecycleModes'), '[]storage.VolumeLifecycleMode');
  return [
    ...(isSame('attachRequired') ? [] : [fixed('attachedRequired', field(spec, 'attachRequired'))]),
    ...(isSame('volumeLifecycleModes') ? [] : [fixed('volumeLifecycleModes', modes)]),
  ];
}

export function validateCSIStorageCapacity(capacity: JsonObject): FieldError[] {
  const amount = text(capacity, 'capacity');
  const isNegative = amount !== '' && compareQuantities(amount, '0') < 0;
  return [
    ...labelSelectorErrors(at(capacity, 'nodeTopology'), 'nodeTopology'),
    ...subdomainErrors(text(capacity, 'storageClassName'), 'storageClassName'),
    ...(isNegative ? [invalidValue('capacity', amount, NEGATIVE)] : []),
  ];
}

export function validateCSIStorageCapacityUpdate(capacity: JsonObject, old: JsonObject): FieldError[] {
  const topology = at(capacity, 'nodeTopology');
  const name = text(capacity, 'storageClassName');
  return [
    ...(deepEqual(topology, at(old, 'nodeTopology'))
      ? []
      : [invalidValue('nodeTopology', goLabelSelector(topology), 'field is immutable')]),
    ...(name === text(old, 'storageClassName') ? [] : [invalidValue('storageClassName', name, 'field is immutable')]),
  ];
}

/** A new one has to name things that there can be, too. */
export function validateVolumeAttachment(attachment: JsonObject, old: JsonObject | undefined): FieldError[] {
  const spec = at(attachment, 'spec');
  const name = text(at(spec, 'source'), 'persistentVolumeName');
  const hasName = field(at(spec, 'source'), 'persistentVolumeName') !== undefined;
  const general = [
    ...required(spec, 'attacher', 'spec'),
    ...attachmentSourceErrors(at(spec, 'source')),
    ...subdomainErrors(text(spec, 'nodeName'), 'spec.nodeName'),
    ...attachmentStatusErrors(at(attachment, 'status')),
  ];
  if (old !== undefined) return general;
  return [
    ...general,
    ...driverNameErrors(text(spec, 'attacher'), 'spec.attacher'),
    ...(hasName ? subdomainErrors(name, 'spec.source.persistentVolumeName') : []),
  ];
}

function attachmentSourceErrors(source: JsonObject | undefined): FieldError[] {
  const path = 'spec.source';
  const [inline, name] = [at(source, 'inlineVolumeSpec'), field(source, 'persistentVolumeName')];
  const one = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';
  if (inline === undefined && name === undefined) return [requiredValue(path, one)];
  if (inline !== undefined && name !== undefined) return [forbiddenValue(path, one)];
  if (inline !== undefined) return inlineVolumeErrors(inline, `${path}.inlineVolumeSpec`);
  const empty = 'must specify non empty persistentVolumeName';
  return name === '' ? [requiredValue(`${path}.persistentVolumeName`, empty)] : [];
}

const LONGEST_METADATA = 256 * 1024;
const LONGEST_MESSAGE = 1024;

function attachmentStatusErrors(status: JsonObject | undefined): FieldError[] {
  const entries = Object.entries(at(status, 'attachmentMetadata') ?? {});
  const size = entries.reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(`${value}`), 0);
  return [
    ...(size > LONGEST_METADATA ? [valueTooLong('status.attachmentMetadata', LONGEST_METADATA)] : []),
    ...['attachError', 'detachError'].flatMap((key) =>
      Buffer.byteLength(text(at(status, key), 'message')) > LONGEST_MESSAGE
        ? [valueTooLong(`status.${key}.message`, LONGEST_METADATA)]
        : [],
    ),
  ];
}

export function validateVolumeAttachmentUpdate(attachment: JsonObject, old: JsonObject): FieldError[] {
  const isSame = deepEqual(at(attachment, 'spec'), at(old, 'spec'));
  const fixed = invalidValue('spec', goStruct('storage.VolumeAttachmentSpec'), 'field is immutable');
  // Kubernetes checks the object twice.
  return [...validateVolumeAttachment(attachment, old), ...(isSame ? [] : [fixed])];
}
