import { isStatusError } from '@opwright/machinery';
import type { ServedKind } from '../kinds/kind.ts';
import type { StoredObject } from '../store/object.ts';
import { connects } from './connect/index.ts';
import type { Call, Result } from './context.ts';
import { reading } from './conversion.ts';
import { type Endpoint, mainEndpoint } from './endpoint.ts';
import { badRequest, methodNotAllowed, methodNotSupported, notFound, unknownResource } from './errors.ts';
import { patchType } from './patch-type.ts';
import { present } from './present.ts';
import type { ResourceRequest } from './request-info.ts';
import { reviews } from './reviews/index.ts';
import { subresourceCreates, subresourceEndpoint } from './subresources/index.ts';
import { create } from './verbs/create.ts';
import { remove } from './verbs/delete.ts';
import { deleteCollection } from './verbs/delete-collection.ts';
import { get, read } from './verbs/get.ts';
import { list } from './verbs/list.ts';
import { patch } from './verbs/patch.ts';
import { update } from './verbs/update.ts';
import { watch } from './verbs/watch.ts';

/** What a verb does on a resource. @throws StatusError, also where the resource does not have the verb */
export function perform(call: Call): Result | Promise<Result> {
  const { kind, info } = call;
  checkRoute(kind, info);
  if (info.subresource !== '') return performOnSubresource(call);
  const onCollection = info.name === '';
  switch (info.verb) {
    case 'get':
      return get(call);
    case 'list':
      return list(call);
    case 'watch':
      return watch(call);
    case 'create': {
      const review = reviews[kind.groupResource];
      if (review !== undefined) return review(call);
      if (!kind.verbs.includes('get')) throw methodNotAllowed();
      return create(call);
    }
    case 'update':
      if (onCollection) throw badRequest(NAMELESS);
      return update(call, mainEndpoint(kind));
    case 'patch':
      if (onCollection) {
        patchType(call.request, kind);
        throw badRequest(NAMELESS);
      }
      return patch(call, mainEndpoint(kind));
    case 'delete':
      return remove(call);
    case 'deletecollection':
      return deleteCollection(call);
    default:
      throw methodNotAllowed();
  }
}

/** What is said of a write that names no object, of a custom resource: their handler looks for the name. */
const NAMELESS = 'name must be provided';

/** Whether there is anything at a path, for a method. @throws StatusError 404, 405 */
export function checkRoute(kind: ServedKind, info: ResourceRequest): void {
  const { verb, subresource } = info;
  if (subresource !== '') {
    const found = kind.subresources.find(({ name }) => name === subresource);
    if (found === undefined) throw kind.custom ? notFound(kind, info.name) : unknownResource();
    if (!found.verbs.includes(verb)) throw kind.custom ? methodNotSupported(kind, verb) : methodNotAllowed();
    return;
  }
  const onCollection = info.name === '';
  const acrossNamespaces = kind.scope === 'Namespaced' && info.namespace === '';
  // What can only be created has no objects, and nothing across namespaces.
  if ((!onCollection || acrossNamespaces) && kind.verbs.every((one) => one === 'create')) throw unknownResource();
  if (!kind.verbs.includes(verb)) throw methodNotAllowed();
  // Custom resources are created below any name: it is the object's that counts.
  if (verb === 'create' && ((!onCollection && !kind.custom) || acrossNamespaces)) throw methodNotAllowed();
  if (verb === 'deletecollection' && acrossNamespaces) throw methodNotAllowed();
  if ((verb === 'update' || verb === 'patch') && onCollection && !kind.custom) throw methodNotAllowed();
}

/** What a subresource connects to, where it leads into what runs in the cluster. */
export function connectTo(kind: ServedKind, info: ResourceRequest) {
  return kind.custom || info.subresource === '' ? undefined : connects[`${kind.groupResource}/${info.subresource}`];
}

function performOnSubresource(call: Call): Result | Promise<Result> {
  const { kind, info } = call;
  const connect = connectTo(kind, info);
  if (connect !== undefined) return connect(call);
  if (info.verb === 'create') {
    const answer = subresourceCreates[info.subresource];
    if (answer === undefined) throw unknownResource();
    return answer(call);
  }
  const endpoint = subresourceEndpoint(kind, info.subresource);
  if (endpoint === undefined) throw unknownResource();
  switch (info.verb) {
    case 'get':
      return getThrough(call, endpoint);
    case 'update':
      return update(call, endpoint);
    case 'patch':
      return patch(call, endpoint);
    default:
      throw methodNotAllowed();
  }
}

/**
 * The object behind an endpoint. Where the subresource has a form of its own, most kinds say that it is not found, for
 * whatever reason.
 */
function storedFor(call: Call, { subresource, view }: Endpoint): StoredObject {
  const { kind, info } = call;
  try {
    return read(call);
  } catch (error) {
    if (view === undefined || kind.custom || kind.plural === 'statefulsets' || !isStatusError(error)) throw error;
    const group = kind.plural === 'replicationcontrollers' ? 'autoscaling' : kind.group;
    throw notFound({ group, plural: `${kind.plural}/${subresource}` }, info.name);
  }
}

async function getThrough(call: Call, endpoint: Endpoint): Promise<Result> {
  const object = await reading(call.kind, () => present(call.kind, storedFor(call, endpoint)));
  endpoint.checkView?.(object);
  if (endpoint.view === undefined) return { code: 200, kind: call.kind, object };
  return { code: 200, plain: endpoint.view(object) };
}
