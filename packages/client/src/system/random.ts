import { randomUUID } from 'node:crypto';
import type { Random } from '@opwright/machinery';

/** Chance as this machine has it. `next` is for jitter and names, not for secrets. */
export const systemRandom: Random = {
  next: () => Math.random(),
  uuid: () => randomUUID(),
};
