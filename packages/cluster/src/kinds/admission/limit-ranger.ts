import {
  addQuantities,
  compareQuantities,
  formatQuantity,
  type JsonObject,
  quantityAsNumber,
  setOwn,
} from '@opwright/machinery';
import type { AdmissionPlugin } from '../../api/admission/admission.ts';
import { forbidden } from '../../api/errors.ts';
import type { MutableObject } from '../kind.ts';
import { asJson, at, each, ensure, field, items, text, within } from '../tree.ts';
import type { Lookup } from './lookup.ts';

/** Fills in what a namespace's LimitRanges say of containers, and refuses what they do not allow (LimitRanger). */
export function limitRangerAdmission(lookup: Lookup): AdmissionPlugin {
  const limitsOf = (namespace: string): readonly JsonObject[] =>
    [...lookup.list('limitranges')]
      .filter((range) => text(at(range, 'metadata'), 'namespace') === namespace)
      .flatMap((range) => items(at(range, 'spec'), 'limits'));
  return {
    name: 'LimitRanger',
    mutate({ operation, kind, subresource, namespace }, pod) {
      if (operation !== 'CREATE' || kind.storage !== 'pods' || subresource !== '' || pod === undefined) return;
      setContainerLimits(pod, limitsOf(namespace));
    },
    validate({ operation, kind, subresource, namespace, name }, object) {
      if (operation !== 'CREATE' || subresource !== '' || object === undefined) return;
      const limits = limitsOf(namespace);
      const errors =
        kind.storage === 'pods'
          ? podErrors(object, limits)
          : kind.storage === 'persistentvolumeclaims'
            ? claimErrors(object, limits)
            : [];
      if (errors.length > 0)
        throw forbidden(kind, name, errors.length === 1 ? String(errors[0]) : `[${errors.join(', ')}]`);
    },
  };
}

const annotation = 'kubernetes.io/limit-ranger';

/** An annotation tells which values were not the pod's own. */
function setContainerLimits(pod: MutableObject, limits: readonly JsonObject[]): void {
  const ofContainers = limits.filter((limit) => text(limit, 'type') === 'Container');
  const defaults = (key: string) =>
    Object.assign({}, ...[...ofContainers].reverse().map((limit) => at(limit, key) ?? {})) as JsonObject;
  const [requests, maxima] = [defaults('defaultRequest'), defaults('default')];
  const notes: string[] = [];
  const spec = within(pod, 'spec');
  for (const [list, called] of [
    ['containers', 'container'],
    ['initContainers', 'init container'],
  ] as const) {
    for (const container of each(spec, list)) {
      for (const [key, values, word] of [
        ['requests', requests, 'request'],
        ['limits', maxima, 'limit'],
      ] as const) {
        const set = setMissing(container, key, values);
        if (set.length > 0) notes.push(`${set.join(', ')} ${word} for ${called} ${String(container.name)}`);
      }
    }
  }
  if (notes.length > 0) {
    ensure(ensure(pod, 'metadata'), 'annotations')[annotation] = `LimitRanger plugin set: ${notes.join('; ')}`;
  }
}

function setMissing(container: MutableObject, key: string, values: JsonObject): readonly string[] {
  const own = field(at(asJson(container), 'resources'), key) ?? {};
  const missing = Object.keys(values)
    .filter((name) => !Object.hasOwn(own as object, name))
    .sort();
  if (missing.length > 0) {
    const target = ensure(ensure(container, 'resources'), key);
    for (const name of missing) setOwn(target, name, values[name]);
  }
  return missing;
}

function podErrors(pod: JsonObject, limits: readonly JsonObject[]): readonly string[] {
  const spec = at(pod, 'spec');
  const containers = [...items(spec, 'containers'), ...items(spec, 'initContainers')].map((container) =>
    at(container, 'resources'),
  );
  return limits.flatMap((limit) => {
    switch (text(limit, 'type')) {
      case 'Container':
        return containers.flatMap((resources) =>
          rangeErrors(limit, 'Container', at(resources, 'requests'), at(resources, 'limits')),
        );
      case 'Pod': {
        const sums = (key: string) =>
          sum(items(spec, 'containers').map((container) => at(container, 'resources', key)));
        return rangeErrors(limit, 'Pod', sums('requests'), sums('limits'));
      }
      default:
        return [];
    }
  });
}

function claimErrors(claim: JsonObject, limits: readonly JsonObject[]): readonly string[] {
  const requests = at(claim, 'spec', 'resources', 'requests');
  return limits
    .filter((limit) => text(limit, 'type') === 'PersistentVolumeClaim')
    .flatMap((limit) => rangeErrors(limit, 'PersistentVolumeClaim', requests, requests));
}

function sum(parts: readonly (JsonObject | undefined)[]): JsonObject {
  const total = new Map<string, string>();
  for (const part of parts) {
    for (const [name, amount] of Object.entries(part ?? {})) {
      total.set(name, formatQuantity(addQuantities(total.get(name) ?? '0', String(amount))));
    }
  }
  return Object.fromEntries(total);
}

function rangeErrors(
  limit: JsonObject,
  type: string,
  requests: JsonObject | undefined,
  limits: JsonObject | undefined,
): readonly string[] {
  const errors: string[] = [];
  const amount = (list: JsonObject | undefined, name: string) => {
    const value = field(list, name);
    return value === undefined ? undefined : String(value);
  };
  for (const [name, min] of sorted(at(limit, 'min'))) {
    const [request, most] = [amount(requests, name), amount(limits, name)];
    const rule = `minimum ${name} usage per ${type} is ${min}`;
    if (request === undefined) errors.push(`${rule}.  No request is specified`);
    else if (compareQuantities(request, min) < 0) errors.push(`${rule}, but request is ${request}`);
    else if (most !== undefined && compareQuantities(most, min) < 0) errors.push(`${rule}, but limit is ${most}`);
  }
  for (const [name, max] of sorted(at(limit, 'max'))) {
    const [request, most] = [amount(requests, name), amount(limits, name)];
    const rule = `maximum ${name} usage per ${type} is ${max}`;
    if (most === undefined) errors.push(`${rule}.  No limit is specified`);
    else if (compareQuantities(most, max) > 0) errors.push(`${rule}, but limit is ${most}`);
    else if (request !== undefined && compareQuantities(request, max) > 0)
      errors.push(`${rule}, but request is ${request}`);
  }
  for (const [name, ratio] of sorted(at(limit, 'maxLimitRequestRatio'))) {
    const [request, most] = [amount(requests, name), amount(limits, name)];
    const rule = `${name} max limit to request ratio per ${type} is ${ratio}`;
    if (request === undefined || quantityAsNumber(request) === 0)
      errors.push(`${rule}, but no request is specified or request is 0`);
    else if (most === undefined || quantityAsNumber(most) === 0)
      errors.push(`${rule}, but no limit is specified or limit is 0`);
    else if (quantityAsNumber(most) / quantityAsNumber(request) > quantityAsNumber(ratio)) {
      errors.push(`${rule}, but provided ratio is ${(quantityAsNumber(most) / quantityAsNumber(request)).toFixed(6)}`);
    }
  }
  return errors;
}

function sorted(amounts: JsonObject | undefined): readonly (readonly [name: string, amount: string])[] {
  return Object.keys(amounts ?? {})
    .sort()
    .map((name) => [name, String(amounts?.[name])] as const);
}
