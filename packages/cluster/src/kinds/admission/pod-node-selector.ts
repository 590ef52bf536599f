import { type JsonObject, validateLabelValue, validateQualifiedName } from '@opwright/machinery';
import type { AdmissionAttributes, AdmissionPlugin } from '../../api/admission/admission.ts';
import { forbidden, rawError } from '../../api/errors.ts';
import { asJson, at, ensure, text } from '../tree.ts';
import type { Lookup } from './lookup.ts';

const ANNOTATION = 'scheduler.alpha.kubernetes.io/node-selector';

/** By namespace, and for those that say nothing by `clusterDefaultNodeSelector`: `a=b,c=d`. */
export type NodeSelectors = Readonly<Record<string, string>>;

/**
 * Pods run on the nodes of their namespace: those that its annotation selects, or the cluster's default
 * (PodNodeSelector).
 *
 * @param selectors what pods of a namespace may select at most, and the default of namespaces without the annotation
 */
export function podNodeSelector(lookup: Lookup, selectors: NodeSelectors = {}): AdmissionPlugin {
  const ofNamespace = (namespace: string) => {
    const annotations = at(lookup.get('namespaces', '', namespace), 'metadata', 'annotations');
    const own = annotations !== undefined && Object.hasOwn(annotations, ANNOTATION);
    return parseLabels(own ? text(annotations, ANNOTATION) : (selectors.clusterDefaultNodeSelector ?? ''));
  };
  const refuse = ({ kind, name }: AdmissionAttributes, pod: JsonObject, why: string) =>
    forbidden(kind, text(at(pod, 'metadata'), 'name') || name, `pod node label selector ${why}`);

  const check = (attributes: AdmissionAttributes, pod: JsonObject): void => {
    const wanted = at(pod, 'spec', 'nodeSelector') ?? {};
    const conflicts = Object.entries(ofNamespace(attributes.namespace)).some(
      ([key, value]) => Object.hasOwn(wanted, key) && wanted[key] !== value,
    );
    if (conflicts) throw refuse(attributes, pod, 'conflicts with its namespace node label selector');
    const most = parseLabels(selectors[attributes.namespace] ?? '');
    const isWithin = Object.entries(wanted).every(([key, value]) => most[key] === value);
    if (Object.keys(most).length > 0 && !isWithin) {
      throw refuse(attributes, pod, 'labels conflict with its namespace whitelist');
    }
  };

  return {
    name: 'PodNodeSelector',
    mutate(attributes, pod) {
      if (!isNewPod(attributes) || pod === undefined) return;
      const spec = ensure(pod, 'spec');
      const selector = ofNamespace(attributes.namespace);
      const own = at(asJson(spec), 'nodeSelector') ?? {};
      if (Object.keys(selector).some((key) => Object.hasOwn(own, key) && own[key] !== selector[key])) {
        throw refuse(attributes, asJson(pod), 'conflicts with its namespace node label selector');
      }
      const merged = { ...selector, ...own };
      if (Object.keys(merged).length > 0) spec.nodeSelector = merged;
      check(attributes, asJson(pod));
    },
    validate(attributes, pod) {
      if (isNewPod(attributes) && pod !== undefined) check(attributes, pod);
    },
  };
}

const isNewPod = ({ operation, kind, subresource }: AdmissionAttributes) =>
  operation === 'CREATE' && kind.storage === 'pods' && subresource === '';

/** @throws StatusError in the words of the API server's library */
function parseLabels(selector: string): Record<string, string> {
  const labels: Record<string, string> = {};
  if (selector === '') return labels;
  for (const part of selector.split(',')) {
    const sides = part.split('=');
    if (sides.length !== 2) throw rawError(`invalid selector: [${sides.join(' ')}]`);
    const [key = '', value = ''] = sides.map((side) => side.trim());
    const problem = validateQualifiedName(key).join('; ') || validateLabelValue(value).join('; ');
    const where = validateQualifiedName(key).length > 0 ? ['<nil>', key] : [`[${key}]`, value];
    if (problem !== '') throw rawError(`${where[0]}: Invalid value: ${JSON.stringify(where[1])}: ${problem}`);
    labels[key] = value;
  }
  return labels;
}
