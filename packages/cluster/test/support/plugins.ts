import { seededRandom, VirtualClock } from '@opwright/machinery';
import { admissionChain } from '../../src/api/admission/admission.ts';
import { admissionPlugins, type PluginContext } from '../../src/api/admission/plugins.ts';
import type { Lookup } from '../../src/kinds/admission/lookup.ts';
import { builtinKinds } from '../../src/kinds/builtin.ts';
import { createRegistry } from '../../src/kinds/registry.ts';
import { createStore } from '../../src/store/store.ts';

/** The admission plugins that work by default, as one, without a server around them. Namespaces need not exist. */
export function pluginsOn(lookup: Lookup, disabled: readonly string[] = []) {
  const context: PluginContext = {
    store: createStore(),
    registry: createRegistry(builtinKinds()),
    clock: new VirtualClock(),
    random: seededRandom(1),
    authorizer: { authorize: () => ({ allowed: false, reason: '' }) },
    caller: { call: () => Promise.reject(new Error('there is no webhook')), uid: () => '' },
    lookup,
    configuration: {},
    createNamespace: () => Promise.reject(new Error('there is no API server')),
  };
  return admissionChain(admissionPlugins(context, { disabled: ['NamespaceLifecycle', ...disabled] }));
}
