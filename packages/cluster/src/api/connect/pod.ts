import type { Pod } from '@opwright/kubernetes/core';
import { items, text } from '../../kinds/tree.ts';
import type { StoredObject } from '../../store/object.ts';
import type { Call } from '../context.ts';
import { badRequest, notFound } from '../errors.ts';
import { stored } from '../verbs/get.ts';

/** The pod that a request reaches into. @throws StatusError 404 */
export function podOf(call: Call): Pod {
  return stored(call) as StoredObject & Pod;
}

/** The container that a request means: the named one, or the only one. @throws StatusError 400 */
export function containerOf(pod: Pod, wanted: string): string {
  const { name } = pod.metadata;
  const lists = ['initContainers', 'containers', 'ephemeralContainers'];
  const names = lists.flatMap((list) => items(pod.spec as never, list).map((container) => text(container, 'name')));
  if (wanted !== '') {
    if (!names.includes(wanted)) throw badRequest(`container ${wanted} is not valid for pod ${name}`);
    return wanted;
  }
  const [only, ...others] = pod.spec.containers;
  if (only !== undefined && others.length === 0) return only.name;
  const choice = only === undefined ? '' : `, choose one of: [${names.join(' ')}]`;
  throw badRequest(`a container name must be specified for pod ${name}${choice}`);
}

/** The node of a pod; undefined for a pod that has none yet. @throws StatusError 404 for a node that is not there */
export function nodeOf({ server }: Call, pod: Pod): string | undefined {
  const { nodeName } = pod.spec;
  if (nodeName === undefined || nodeName === '') return undefined;
  if (server.store.get('nodes', nodeName) === undefined) {
    // The resource is that of the request, whatever is missing.
    throw notFound({ group: '', plural: 'pods' }, nodeName);
  }
  return nodeName;
}

/** @throws StatusError 400 for a pod that runs nowhere yet */
export function requireNode(call: Call, pod: Pod): void {
  if (nodeOf(call, pod) === undefined) throw badRequest(`pod ${pod.metadata.name} does not have a host assigned`);
}
