import type { Client } from '@opwright/client';
import type { AnyResource, KubeObject } from '@opwright/machinery';
import type { Terminal } from '../terminal.ts';
import { describeChanges } from './changes.ts';

/** More than this many changes of one write are counted, not listed. */
const SHOWN_CHANGES = 3;

/** Prints what happens to the objects of `resources`, a line per write, until the signal aborts. */
export async function followActivity(
  client: Client,
  resources: readonly AnyResource[],
  terminal: Terminal,
  signal: AbortSignal,
): Promise<void> {
  const follow = async (resource: AnyResource) => {
    const known = new Map<string, KubeObject>();
    while (!signal.aborted) {
      try {
        // Without a resourceVersion the watch begins with what exists, so a new stream needs no list.
        for await (const event of client.watch(resource, { signal })) {
          if (event.type === 'BOOKMARK' || event.type === 'ERROR') continue;
          const line = describeEvent(event.type, event.object, known);
          if (line !== undefined) terminal.out(format(line, terminal));
        }
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    }
  };
  await Promise.all(resources.map(follow));
}

interface Line {
  readonly subject: string;
  readonly what: string;
  readonly style: 'green' | 'red' | 'yellow';
}

function describeEvent(
  type: 'ADDED' | 'MODIFIED' | 'DELETED',
  object: KubeObject,
  known: Map<string, KubeObject>,
): Line | undefined {
  const { namespace, name } = object.metadata;
  const key = `${namespace ?? ''}/${name}`;
  const subject = `${object.kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
  const before = known.get(key);
  if (type === 'DELETED') {
    known.delete(key);
    return { subject, what: 'deleted', style: 'red' };
  }
  known.set(key, object);
  if (before === undefined) return { subject, what: 'created', style: 'green' };
  const changes = describeChanges(before, object);
  if (changes.length === 0) return undefined;
  const rest = changes.length - SHOWN_CHANGES;
  const shown = changes.slice(0, SHOWN_CHANGES).join(', ') + (rest > 0 ? `, and ${rest} more` : '');
  return { subject, what: shown, style: 'yellow' };
}

function format({ subject, what, style }: Line, terminal: Terminal): string {
  return `  ${subject.padEnd(24)} ${terminal.style(style, what)}`;
}
