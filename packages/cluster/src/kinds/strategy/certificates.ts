import type { JsonObject } from '@opwright/machinery';
import type { MutableObject, StrategyContext } from '../kind.ts';
import { ensure, keepField } from '../tree.ts';

/** Who asks for a certificate is who sends the request, and nobody approves it by asking. */
export function prepareCertificateRequestForCreate(request: MutableObject, { user }: StrategyContext): void {
  const spec = ensure(request, 'spec');
  for (const field of ['username', 'uid', 'groups', 'extra']) delete spec[field];
  if (user.name !== '') spec.username = user.name;
  if (user.uid) spec.uid = user.uid;
  if (user.groups.length > 0) spec.groups = [...user.groups];
  if (user.extra !== undefined && Object.keys(user.extra).length > 0) spec.extra = user.extra;
  request.status = {};
}

export function prepareCertificateRequestForUpdate(request: MutableObject, old: JsonObject): void {
  keepField(request, old, 'spec');
}
