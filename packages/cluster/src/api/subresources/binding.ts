import { formatTime, goQuote, mutableCopy, success } from '@opwright/machinery';
import type { MutableObject } from '../../kinds/kind.ts';
import type { Call, Result } from '../context.ts';
import { type Endpoint, keepAllBut } from '../endpoint.ts';
import { badRequest, conflict, rawError } from '../errors.ts';
import { trackBody } from '../field-manager.ts';
import { updateObject } from '../update-object.ts';
import { nameOf, type Posted, postedKind, readPosted } from './posted.ts';

const BINDING = postedKind('', 'v1', 'Binding');

/** POST of a Binding to a pod: assigns it to a node, once. */
export async function bind(call: Call): Promise<Result> {
  const posted = await readPosted(call, BINDING, tracking(call));
  if (nameOf(posted.body) !== call.info.name) throw badRequest('name in URL does not match name in Binding object');
  return assign(call, posted);
}

/** POST of a Binding that names its pod itself. */
export async function bindNamed(call: Call): Promise<Result> {
  const posted = await readPosted(call, BINDING, tracking(call));
  const kind = call.server.registry.find('', 'v1', 'pods');
  if (kind === undefined) throw new Error('pods are not served');
  return assign({ ...call, kind, info: { ...call.info, name: nameOf(posted.body) } }, posted);
}

/** Webhooks see managed fields in a Binding, though nobody stores it. */
const tracking = (call: Call) => (body: MutableObject, fieldManager: string) =>
  trackBody(call, BINDING, fieldManager, call.info.subresource, body);

async function assign(call: Call, posted: Posted): Promise<Result> {
  const { kind, info, server } = call;
  const { target, metadata } = posted.body as {
    target?: { name?: string; kind?: string };
    metadata?: { annotations?: object };
  };
  const node = target?.name ?? '';
  refuseTarget(target?.kind ?? '', node);
  await posted.validate();

  const endpoint: Endpoint = {
    subresource: 'binding',
    bodies: kind,
    prepareForUpdate(object, old) {
      const { spec, status } = object;
      keepAllBut(object, old, 'spec');
      object.spec = spec;
      object.status = status;
    },
  };
  await updateObject(call, {
    endpoint,
    dryRun: posted.dryRun,
    admissionOptions: {},
    isAdmitted: true,
    createsMissing: false,
    next(old) {
      const pod = mutableCopy(old) as MutableObject;
      const spec = pod.spec as MutableObject;
      const refuse = (why: string) => conflict({ group: '', plural: 'pods/binding' }, info.name, why);
      if (typeof spec.nodeName === 'string' && spec.nodeName !== '') {
        throw refuse(`pod ${info.name} is already assigned to node ${JSON.stringify(spec.nodeName)}`);
      }
      if (old?.metadata.deletionTimestamp !== undefined) {
        throw refuse(`pod ${info.name} is being deleted, cannot be assigned to a host`);
      }
      spec.nodeName = node;
      if (metadata?.annotations !== undefined) {
        const own = pod.metadata as MutableObject;
        own.annotations = { ...(own.annotations as object | undefined), ...metadata.annotations };
      }
      setScheduled(pod, formatTime(server.clock.now()));
      return pod;
    },
  });
  return { code: 201, plain: success(201) };
}

/** What is wrong with a target is told as any other failure. */
function refuseTarget(kind: string, node: string): void {
  const wrong: string[] = [];
  if (kind !== '' && kind !== 'Node') {
    const supported = 'supported values: "Node", "<empty>"';
    wrong.push(`target.kind: Unsupported value: ${goQuote(kind)}: ${supported}`);
  }
  if (node === '') wrong.push('target.name: Required value');
  if (wrong.length > 0) throw rawError(wrong.length > 1 ? `[${wrong.join(', ')}]` : wrong.join());
}

function setScheduled(pod: MutableObject, now: string): void {
  const status = (pod.status ?? {}) as MutableObject;
  const conditions = Array.isArray(status.conditions) ? (status.conditions as MutableObject[]) : [];
  const others = conditions.filter((condition) => condition.type !== 'PodScheduled');
  const condition = { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: now };
  pod.status = { ...status, conditions: [...others, condition] };
}
