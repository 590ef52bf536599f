import { applyConflict } from '../status/status-of.ts';
import { type StatusCause, StatusError } from '../status.ts';
import { compareText } from '../text/compare-text.ts';
import { goQuote } from '../text/go-quote.ts';
import { type FieldSet, pathsOf } from './field-set.ts';
import type { Manager, Managers } from './managers.ts';
import { printPath } from './path-element.ts';

/** By manager identity: the paths that it owns and an apply would change. */
export type Conflicts = ReadonlyMap<string, FieldSet>;

/** The 409 of an apply: one cause per path, managers in the order of their identities. */
export function conflictError(conflicts: Conflicts, managers: Managers): StatusError {
  const causes: StatusCause[] = [];
  const blocks: string[] = [];
  for (const id of [...conflicts.keys()].sort(compareText)) {
    const manager = printManager(managers.get(id)!);
    blocks.push(`conflicts with ${manager}:`);
    for (const path of pathsOf(conflicts.get(id)!)) {
      const field = printPath(path);
      causes.push({ reason: 'FieldManagerConflict', message: `conflict with ${manager}`, field });
      blocks.push(`- ${field}`);
    }
  }
  return new StatusError(applyConflict(describe(causes, blocks), causes));
}

function describe(causes: readonly StatusCause[], blocks: readonly string[]): string {
  const [first] = causes;
  if (causes.length === 1) return `Apply failed with 1 conflict: ${first!.message}: ${first!.field}`;
  return `Apply failed with ${causes.length} conflicts: ${blocks.join('\n')}`;
}

function printManager({ manager, operation, apiVersion, subresource }: Manager): string {
  const where = subresource === undefined ? '' : ` with subresource ${goQuote(subresource)}`;
  return `${goQuote(manager)}${where}${operation === 'Update' ? ` using ${apiVersion}` : ''}`;
}
