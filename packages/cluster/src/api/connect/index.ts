import type { Call, Result } from '../context.ts';
import { podLog } from './log.ts';
import { podPortForward } from './port-forward.ts';
import { nodeProxy, podProxy, serviceProxy } from './proxy.ts';
import { podAttach, podExec } from './remote-command.ts';

/** Subresources that lead to what runs in the cluster, by resource and name. */
export const connects: Readonly<Record<string, (call: Call) => Promise<Result>>> = {
  'pods/log': podLog,
  'pods/exec': podExec,
  'pods/attach': podAttach,
  'pods/portforward': podPortForward,
  'pods/proxy': podProxy,
  'services/proxy': serviceProxy,
  'nodes/proxy': nodeProxy,
};
