import { formatTime, getOwn, isPlainObject, mutableCopy, requiredValue, success } from '@opwright/machinery';
import type { MutableObject } from '../../kinds/kind.ts';
import type { Call, Result } from '../context.ts';
import { readBody } from '../decode.ts';
import { type Endpoint, keepAllBut } from '../endpoint.ts';
import { conflict, invalid } from '../errors.ts';
import { writeOptions } from '../options.ts';
import { optionsObject } from '../verbs/create.ts';
import { updateObject } from '../write.ts';

const BINDING = { group: '', version: 'v1', apiVersion: 'v1', kind: 'Binding', custom: false } as const;

/** POST of a Binding: assigns a pod to a node, once. */
export async function bind(call: Call): Promise<Result> {
  const { kind, info, request, server } = call;
  const options = writeOptions('CreateOptions', info.query);
  const body = readBody(request, { ...BINDING, type: kind.type }, server.protobuf).value;
  const target = isPlainObject(body) ? getOwn(body, 'target') : undefined;
  const node = isPlainObject(target) ? String(getOwn(target, 'name') ?? '') : '';
  if (node === '') throw invalid({ group: '', kind: 'Binding' }, info.name, [requiredValue('target.name')]);
  const metadata = isPlainObject(body) && isPlainObject(body.metadata) ? body.metadata : {};

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
    dryRun: options.dryRun,
    admissionOptions: optionsObject('CreateOptions', options),
    createsMissing: false,
    next(old) {
      const pod = mutableCopy(old) as MutableObject;
      const spec = pod.spec as MutableObject;
      if (typeof spec.nodeName === 'string' && spec.nodeName !== '') {
        throw conflict(
          { group: '', plural: 'pods/binding' },
          info.name,
          `pod ${info.name} is already assigned to node ${JSON.stringify(spec.nodeName)}`,
        );
      }
      if (old?.metadata.deletionTimestamp !== undefined) {
        throw conflict(
          { group: '', plural: 'pods/binding' },
          info.name,
          `pod ${info.name} is being deleted, cannot be assigned to a host`,
        );
      }
      spec.nodeName = node;
      if (isPlainObject(metadata.annotations)) {
        const own = pod.metadata as MutableObject;
        own.annotations = { ...(own.annotations as object | undefined), ...metadata.annotations };
      }
      setScheduled(pod, formatTime(server.clock.now()));
      return pod;
    },
  });
  return { code: 201, plain: success(201) };
}

function setScheduled(pod: MutableObject, now: string): void {
  const status = (pod.status ?? {}) as MutableObject;
  const conditions = Array.isArray(status.conditions) ? (status.conditions as MutableObject[]) : [];
  const others = conditions.filter((condition) => condition.type !== 'PodScheduled');
  const condition = { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: now };
  pod.status = { ...status, conditions: [...others, condition] };
}
