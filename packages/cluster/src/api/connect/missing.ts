import type { StatusError } from '@opwright/machinery';
import { rawError } from '../errors.ts';
import type { KubeletHooks } from './kubelet.ts';

/** 500 as for a kubelet that cannot be reached: in this cluster there is none. */
export function missingHook(name: keyof KubeletHooks): StatusError {
  return rawError(
    `error dialing backend: this cluster has no kubelet: answer with the hook ${name} in the option kubelet of startCluster`,
  );
}
