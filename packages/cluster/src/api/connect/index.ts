import type { Call, Result } from '../context.ts';
import { admitted } from './admitted.ts';
import { podLog } from './log.ts';
import * as options from './options.ts';
import { podPortForward } from './port-forward.ts';
import { nodeProxy, podProxy, serviceProxy } from './proxy.ts';
import { podAttach, podExec } from './remote-command.ts';

/** Subresources that lead to what runs in the cluster, by resource and name. */
export const connects: Readonly<Record<string, (call: Call) => Promise<Result>>> = {
  'pods/log': podLog,
  'pods/exec': admitted(options.podExecOptions, podExec),
  'pods/attach': admitted(options.podAttachOptions, podAttach),
  'pods/portforward': admitted(options.podPortForwardOptions, podPortForward),
  'pods/proxy': admitted(options.podProxyOptions, podProxy),
  'services/proxy': admitted(options.serviceProxyOptions, serviceProxy),
  'nodes/proxy': admitted(options.nodeProxyOptions, nodeProxy),
};
