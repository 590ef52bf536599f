import { isNotFound } from '@opwright/machinery';
import type { Call, Result } from '../context.ts';
import { deleteOptions } from '../delete-options.ts';
import { listOptions } from '../options.ts';
import { objectSelection } from '../selection.ts';
import { deleteObject, warnOfOrphans } from './delete.ts';
import { convertedList } from './list.ts';

/** DELETE of a collection: every selected object is deleted on its own; the answer is what was selected. */
export async function deleteCollection(call: Call): Promise<Result> {
  const { kind, info } = call;
  const selected = listOptions(info.query, false);
  // A selector that cannot be read is refused before the body is looked at.
  objectSelection(kind, selected.labelSelector, selected.fieldSelector);
  const options = deleteOptions(call);
  warnOfOrphans(call, options);
  const { metadata, items } = await convertedList(call, selected);
  for (const item of items) {
    const within = { ...call, info: { ...info, namespace: item.metadata.namespace ?? '' } };
    try {
      await deleteObject(within, item.metadata.name, options, { name: '' });
    } catch (error) {
      // Somebody else has deleted it: just as well.
      if (!isNotFound(error)) throw error;
    }
  }
  return { code: 200, kind, list: { metadata, items } };
}
