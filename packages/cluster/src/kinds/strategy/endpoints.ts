import type { MutableObject } from '../kind.ts';
import { each } from '../tree.ts';

/** Labels of the place of an endpoint were for former versions. */
export function prepareEndpointSlice(slice: MutableObject): void {
  for (const endpoint of each(slice, 'endpoints')) delete endpoint.deprecatedTopology;
}
