import {
  decodeBase64,
  deepEqual,
  type FieldError,
  forbiddenValue,
  invalidValue,
  type JsonObject,
  JsonSyntaxError,
  type JsonValue,
  parseJson,
  requiredValue,
  validateConfigKey,
  validateFinalizer,
  validateFinalizerDomain,
} from '@opwright/machinery';
import { at, bool, field, text, texts } from '../tree.ts';
import { nonNegative, textErrors } from './checks.ts';
import { goStringMap } from './go-values.ts';
import { immutable } from './immutable.ts';
import { podTemplateErrors } from './pod/pod.ts';
import { everlastingErrors } from './workload.ts';

/** Bytes that the values of a ConfigMap or Secret may have together. */
const dataLimit = 1024 * 1024;

function keyErrors(object: JsonObject, key: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const name of Object.keys(at(object, key) ?? {}).sort()) {
    for (const why of validateConfigKey(name)) errors.push(invalidValue(`${key}[${name}]`, name, why));
  }
  return errors;
}

export function validateConfigMap(map: JsonObject): FieldError[] {
  const [data, binaryData] = [at(map, 'data') ?? {}, at(map, 'binaryData') ?? {}];
  const errors = keyErrors(map, 'data');
  for (const key of Object.keys(data).sort()) {
    if (Object.hasOwn(binaryData, key)) {
      const detail = 'duplicate of key present in binaryData';
      errors.push(invalidValue(`data[${key}]`, key, detail));
    }
  }
  errors.push(...keyErrors(map, 'binaryData'));
  const bytes = utf8Bytes(Object.values(data)) + base64Bytes(Object.values(binaryData));
  if (bytes > dataLimit) errors.push(dataTooLong(''));
  return errors;
}

export function validateSecret(secret: JsonObject): FieldError[] {
  const data = at(secret, 'data') ?? {};
  const errors = keyErrors(secret, 'data');
  if (base64Bytes(Object.values(data)) > dataLimit) errors.push(dataTooLong('data'));
  for (const key of requiredKeys[text(secret, 'type')] ?? []) {
    if (!Object.hasOwn(data, key)) errors.push(requiredValue(`data[${key}]`));
  }
  if (
    text(secret, 'type') === 'kubernetes.io/basic-auth' &&
    !Object.hasOwn(data, 'username') &&
    !Object.hasOwn(data, 'password')
  ) {
    errors.push(requiredValue('data[password]'), requiredValue('data[username]'));
  }
  errors.push(...registryErrors(secret, data));
  if (text(secret, 'type') === 'kubernetes.io/service-account-token') {
    const name = 'kubernetes.io/service-account.name';
    if (text(at(secret, 'metadata', 'annotations'), name) === '') {
      errors.push(requiredValue(`metadata.annotations[${name}]`));
    }
  }
  return errors;
}

const requiredKeys: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
};

/** Credentials for registries are JSON. */
function registryErrors(secret: JsonObject, data: JsonObject): FieldError[] {
  const key = { 'kubernetes.io/dockercfg': '.dockercfg', 'kubernetes.io/dockerconfigjson': '.dockerconfigjson' }[
    text(secret, 'type')
  ];
  if (key === undefined || !Object.hasOwn(data, key)) return [];
  try {
    parseJson(new TextDecoder().decode(decodeBase64(text(data, key))));
    return [];
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    return [invalidValue(`data[${key}]`, '<secret contents redacted>', error.message)];
  }
}

function dataTooLong(path: string): FieldError {
  const message = `Too long: may not be more than ${dataLimit} bytes`;
  return { field: path === '' ? '[]' : path, reason: 'FieldValueTooLong', message };
}

function utf8Bytes(values: readonly (JsonValue | undefined)[]): number {
  return values.reduce<number>((sum, value) => sum + Buffer.byteLength(String(value)), 0);
}

function base64Bytes(values: readonly (JsonValue | undefined)[]): number {
  return values.reduce<number>((sum, value) => sum + Buffer.byteLength(String(value), 'base64'), 0);
}

export function validateConfigMapUpdate(map: JsonObject, old: JsonObject): FieldError[] {
  return frozenErrors(map, old, ['data', 'binaryData']);
}

export function validateSecretUpdate(secret: JsonObject, old: JsonObject): FieldError[] {
  return [...immutable(secret, old, 'type', ''), ...frozenErrors(secret, old, ['data'])];
}

/** `immutable: true` holds for ever, and for what the object holds. */
function frozenErrors(object: JsonObject, old: JsonObject, keys: readonly string[]): FieldError[] {
  if (!bool(old, 'immutable')) return [];
  const changed = keys.filter((key) => !deepEqual(field(object, key), field(old, key)));
  const all = bool(object, 'immutable') ? changed : ['immutable', ...changed];
  return all.map((key) => forbiddenValue(key, 'field is immutable when `immutable` is set'));
}

export function validateReplicationController(controller: JsonObject): FieldError[] {
  const spec = at(controller, 'spec');
  const selector = at(spec, 'selector') ?? {};
  const template = at(spec, 'template');
  const errors = [...nonNegative(spec, 'minReadySeconds', 'spec')];
  if (Object.keys(selector).length === 0) errors.push(requiredValue('spec.selector'));
  errors.push(...nonNegative(spec, 'replicas', 'spec'));
  if (template === undefined) return [...errors, requiredValue('spec.template')];
  const labels = at(template, 'metadata', 'labels');
  if (!Object.entries(selector).every(([key, value]) => field(labels, key) === value)) {
    const detail = '`selector` does not match template `labels`';
    errors.push(invalidValue('spec.template.metadata.labels', goStringMap(labels), detail));
  }
  errors.push(...podTemplateErrors(template, 'spec.template'));
  return [...errors, ...everlastingErrors(at(template, 'spec'), 'ReplicationController')];
}

export function validateNamespace(namespace: JsonObject): FieldError[] {
  const path = 'spec.finalizers';
  const finalizers = texts(at(namespace, 'spec'), 'finalizers').flatMap((finalizer) => [
    ...textErrors(finalizer, path, validateFinalizer),
    ...textErrors(finalizer, path, validateFinalizerDomain),
  ]);
  return [...finalizers, ...terminatingErrors(namespace)];
}

function terminatingErrors(namespace: JsonObject): FieldError[] {
  if (text(at(namespace, 'status'), 'phase') !== 'Terminating') return [];
  if (text(at(namespace, 'metadata'), 'deletionTimestamp') !== '') return [];
  const detail = "may only be 'Active' if `deletionTimestamp` is empty";
  return [invalidValue('status.Phase', 'Terminating', detail)];
}
