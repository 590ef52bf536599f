import type { Subject } from '../case.ts';
import { applies } from './apply.ts';
import { create } from './create.ts';
import { decoding } from './decoding.ts';
import { deletes } from './delete.ts';
import { discovery } from './discovery.ts';
import { lists } from './list.ts';
import { patches } from './patch.ts';
import { update } from './update.ts';
import { watches } from './watch.ts';

/** What is compared, in the order of recording. */
export const subjects: readonly Subject[] = [
  discovery,
  create,
  decoding,
  update,
  patches,
  applies,
  deletes,
  lists,
  watches,
];
