import type { JsonObject } from '@opwright/machinery';
import { at, items, text } from '../tree.ts';

/** Where sources of volumes name the secrets that they need. */
const volumeSecrets: readonly (readonly [source: string, reference: string])[] = [
  ['cephfs', 'secretRef'],
  ['cinder', 'secretRef'],
  ['flexVolume', 'secretRef'],
  ['rbd', 'secretRef'],
  ['scaleIO', 'secretRef'],
  ['iscsi', 'secretRef'],
  ['storageos', 'secretRef'],
  ['csi', 'nodePublishSecretRef'],
];

/** Why a pod that its kubelet runs from a file cannot be shown by the API server: it may depend on nothing there. */
export function mirrorPodRefusal(spec: JsonObject | undefined): string | undefined {
  if (text(spec, 'serviceAccountName') !== '') return 'a mirror pod may not reference service accounts';
  if (namesSecrets(spec)) return 'a mirror pod may not reference secrets';
  const projections = items(spec, 'volumes').flatMap((volume) => items(at(volume, 'projected'), 'sources'));
  return projections.some((source) => at(source, 'serviceAccountToken') !== undefined)
    ? 'a mirror pod may not use ServiceAccountToken volume projections'
    : undefined;
}

/** Whether a pod takes configuration from anywhere. */
export function namesConfigMaps(spec: JsonObject | undefined): boolean {
  for (const key of ['initContainers', 'containers', 'ephemeralContainers']) {
    for (const container of items(spec, key)) {
      const variables = items(container, 'env').map((variable) => at(variable, 'valueFrom', 'configMapKeyRef'));
      const sources = items(container, 'envFrom').map((source) => at(source, 'configMapRef'));
      if ([...variables, ...sources].some((reference) => reference !== undefined)) return true;
    }
  }
  return items(spec, 'volumes').some(
    (volume) =>
      at(volume, 'configMap') !== undefined ||
      items(at(volume, 'projected'), 'sources').some((source) => at(source, 'configMap') !== undefined),
  );
}

/** Whether a pod takes secrets from anywhere. */
export function namesSecrets(spec: JsonObject | undefined): boolean {
  if (items(spec, 'imagePullSecrets').length > 0) return true;
  for (const key of ['initContainers', 'containers', 'ephemeralContainers']) {
    if (items(spec, key).some((container) => variables(container).length + sources(container).length > 0)) return true;
  }
  return items(spec, 'volumes').some(
    (volume) =>
      text(at(volume, 'azureFile'), 'secretName') !== '' ||
      text(at(volume, 'secret'), 'secretName') !== '' ||
      items(at(volume, 'projected'), 'sources').some((source) => at(source, 'secret') !== undefined) ||
      volumeSecrets.some(([source, reference]) => at(volume, source, reference) !== undefined),
  );
}

/** Why a pod names secrets that its account, which enforces its list of them, does not. */
export function unmountableSecret(spec: JsonObject | undefined, account: JsonObject): string | undefined {
  if (!enforcesSecrets(account)) return undefined;
  const { allowed, ofAccount } = mountable(account);
  for (const volume of items(spec, 'volumes')) {
    const secret = at(volume, 'secret');
    const name = text(secret, 'secretName');
    if (secret !== undefined && !allowed.has(name)) {
      return `volume with secret.secretName="${name}" ${ofAccount} secret`;
    }
  }
  const inContainers =
    unmountableIn(items(spec, 'initContainers'), 'init container', account) ??
    unmountableIn(items(spec, 'containers'), 'container', account);
  if (inContainers !== undefined) return inContainers;
  const pulled = namesOf(items(account, 'imagePullSecrets'));
  const pulls = items(spec, 'imagePullSecrets').map((reference) => text(reference, 'name'));
  const index = pulls.findIndex((name) => !pulled.has(name));
  return index === -1 ? undefined : `imagePullSecrets[${index}].name="${pulls[index]}" ${ofAccount} imagePullSecret`;
}

/** Why the ephemeral containers of a pod name secrets that its account, which enforces its list of them, does not. */
export function unmountableEphemerally(spec: JsonObject | undefined, account: JsonObject): string | undefined {
  if (!enforcesSecrets(account)) return undefined;
  return unmountableIn(items(spec, 'ephemeralContainers'), 'ephemeral container', account);
}

function unmountableIn(containers: readonly JsonObject[], what: string, account: JsonObject): string | undefined {
  const { allowed, ofAccount } = mountable(account);
  for (const container of containers) {
    const here = `${what} ${text(container, 'name')} with`;
    for (const [variable, name] of variables(container)) {
      if (!allowed.has(name)) {
        return `${here} envVar ${variable} referencing secret.secretName="${name}" ${ofAccount} secret`;
      }
    }
    const unknown = sources(container).find((name) => !allowed.has(name));
    if (unknown !== undefined) return `${here} envFrom referencing secret.secretName="${unknown}" ${ofAccount} secret`;
  }
  return undefined;
}

function enforcesSecrets(account: JsonObject): boolean {
  return isTrue(text(at(account, 'metadata', 'annotations'), 'kubernetes.io/enforce-mountable-secrets'));
}

/** The secrets that an account lists, and how others are refused. */
function mountable(account: JsonObject) {
  return {
    allowed: namesOf(items(account, 'secrets')),
    ofAccount: `is not allowed because service account ${text(at(account, 'metadata'), 'name')} does not reference that`,
  };
}

/** The environment variables of a container that are keys of secrets, with the secret. */
function variables(container: JsonObject): readonly (readonly [variable: string, secret: string])[] {
  return items(container, 'env').flatMap((variable) => {
    const reference = at(variable, 'valueFrom', 'secretKeyRef');
    return reference === undefined ? [] : [[text(variable, 'name'), text(reference, 'name')] as const];
  });
}

/** The secrets that are the environment of a container as a whole. */
function sources(container: JsonObject): readonly string[] {
  return items(container, 'envFrom').flatMap((source) => {
    const reference = at(source, 'secretRef');
    return reference === undefined ? [] : [text(reference, 'name')];
  });
}

const namesOf = (references: readonly JsonObject[]) => new Set(references.map((reference) => text(reference, 'name')));

/** What Go parses as true. */
const isTrue = (value: string) => ['1', 't', 'T', 'true', 'TRUE', 'True'].includes(value);
