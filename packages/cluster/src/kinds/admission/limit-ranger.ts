import { compareQuantities, formatQuantity, type JsonObject, quantityAsNumber, setOwn } from '@opwright/machinery';
import { type AdmissionPlugin, refused } from '../../api/admission/admission.ts';
import type { MutableObject } from '../kind.ts';
import { podTotals } from '../quota/pod-usage.ts';
import { asJson, at, each, ensure, field, items, text, within } from '../tree.ts';
import type { Lookup } from './lookup.ts';

/**
 * Fills in what a namespace's LimitRanges say of containers, and refuses what they do not allow (LimitRanger).
 *
 * @see https://kubernetes.io/docs/concepts/policy/limit-range/
 */
export function limitRangerAdmission(lookup: Lookup): AdmissionPlugin {
  return {
    name: 'LimitRanger',
    mutate({ operation, kind, subresource, namespace }, pod) {
      if (operation !== 'CREATE' || kind.storage !== 'pods' || subresource !== '' || pod === undefined) return;
      for (const range of lookup.within('limitranges', namespace)) setContainerLimits(pod, range);
    },
    validate(attributes, object) {
      const { operation, kind, subresource, namespace, old } = attributes;
      const errorsOf =
        kind.storage === 'pods' && operation === 'CREATE'
          ? podErrors
          : kind.storage === 'persistentvolumeclaims' && (operation === 'CREATE' || operation === 'UPDATE')
            ? claimErrors
            : undefined;
      if (errorsOf === undefined || subresource !== '' || object === undefined) return;
      if (old?.metadata.deletionTimestamp !== undefined) return;
      for (const range of lookup.within('limitranges', namespace)) {
        const errors = [...new Set(limitsOf(range).flatMap((limit) => errorsOf(object, limit)))];
        if (errors.length > 0) {
          throw refused(attributes, object, errors.length === 1 ? String(errors[0]) : `[${errors.join(', ')}]`);
        }
      }
    },
  };
}

function limitsOf(range: JsonObject): readonly JsonObject[] {
  return items(at(range, 'spec'), 'limits');
}

const annotation = 'kubernetes.io/limit-ranger';

/** An annotation tells which values were not the pod's own. */
function setContainerLimits(pod: MutableObject, range: JsonObject): void {
  const ofContainers = limitsOf(range).filter((limit) => text(limit, 'type') === 'Container');
  const defaults = (key: string) =>
    Object.assign({}, ...ofContainers.map((limit) => at(limit, key) ?? {})) as JsonObject;
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

/** How much of a resource is asked for, as text. */
type Asked = (resource: string) => string | undefined;

const nothing: Asked = () => undefined;

function asked(list: JsonObject | undefined): Asked {
  return (name) => {
    const amount = field(list, name);
    return amount === undefined ? undefined : String(amount);
  };
}

function podErrors(pod: JsonObject, limit: JsonObject): readonly string[] {
  const type = text(limit, 'type');
  if (type === 'Pod') {
    const totals = (key: 'requests' | 'limits'): Asked => {
      const amounts = podTotals(pod, key);
      return (name) => {
        const amount = amounts.get(name);
        return amount === undefined ? undefined : formatQuantity(amount);
      };
    };
    return rangeErrors(limit, type, totals('requests'), totals('limits'));
  }
  if (type !== 'Container') return [];
  const spec = at(pod, 'spec');
  return [...items(spec, 'containers'), ...items(spec, 'initContainers')].flatMap((container) => {
    const resources = at(container, 'resources');
    return rangeErrors(limit, type, asked(at(resources, 'requests')), asked(at(resources, 'limits')));
  });
}

function rangeErrors(limit: JsonObject, type: string, requests: Asked, limits: Asked): readonly string[] {
  return [
    ...sorted(limit, 'min').flatMap(([name, min]) => minError(type, name, min, requests(name), limits(name))),
    ...sorted(limit, 'max').flatMap(([name, max]) => maxError(type, name, max, requests(name), limits(name))),
    ...sorted(limit, 'maxLimitRequestRatio').flatMap(([name, ratio]) =>
      ratioError(type, name, ratio, requests(name), limits(name)),
    ),
  ];
}

/** Claims request storage and have no limits. */
function claimErrors(claim: JsonObject, limit: JsonObject): readonly string[] {
  const type = 'PersistentVolumeClaim';
  if (text(limit, 'type') !== type) return [];
  const requests = asked(at(claim, 'spec', 'resources', 'requests'));
  return [
    ...sorted(limit, 'min').flatMap(([name, min]) => minError(type, name, min, requests(name), nothing(name))),
    ...sorted(limit, 'max').flatMap(([name, max]) => {
      const rule = `maximum ${name} usage per ${type} is ${max}`;
      const request = requests(name);
      if (request === undefined) return [`${rule}.  No request is specified`];
      return compareQuantities(request, max) > 0 ? [`${rule}, but request is ${request}`] : [];
    }),
  ];
}

type Amount = string | undefined;

function minError(type: string, name: string, min: string, request: Amount, limit: Amount): readonly string[] {
  const rule = `minimum ${name} usage per ${type} is ${min}`;
  if (request === undefined) return [`${rule}.  No request is specified`];
  if (compareQuantities(request, min) < 0) return [`${rule}, but request is ${request}`];
  return limit !== undefined && compareQuantities(limit, min) < 0 ? [`${rule}, but limit is ${limit}`] : [];
}

function maxError(type: string, name: string, max: string, request: Amount, limit: Amount): readonly string[] {
  const rule = `maximum ${name} usage per ${type} is ${max}`;
  if (limit === undefined) return [`${rule}.  No limit is specified`];
  if (compareQuantities(limit, max) > 0) return [`${rule}, but limit is ${limit}`];
  return request !== undefined && compareQuantities(request, max) > 0 ? [`${rule}, but request is ${request}`] : [];
}

function ratioError(type: string, name: string, ratio: string, request: Amount, limit: Amount): readonly string[] {
  const rule = `${name} max limit to request ratio per ${type} is ${ratio}`;
  if (request === undefined || quantityAsNumber(request) === 0)
    return [`${rule}, but no request is specified or request is 0`];
  if (limit === undefined || quantityAsNumber(limit) === 0) return [`${rule}, but no limit is specified or limit is 0`];
  const provided = quantityAsNumber(limit) / quantityAsNumber(request);
  return provided > quantityAsNumber(ratio) ? [`${rule}, but provided ratio is ${provided.toFixed(6)}`] : [];
}

function sorted(limit: JsonObject, key: string): readonly (readonly [name: string, amount: string])[] {
  const amounts = at(limit, key) ?? {};
  return Object.keys(amounts)
    .sort()
    .map((name) => [name, String(amounts[name])] as const);
}
