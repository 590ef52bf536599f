import type { AdmissionAttributes } from './admission.ts';

/** What has happened to a write in one plugin so far, for the second round. */
export interface Progress {
  /** What was called and wants to be again when the object changes after it. */
  readonly called: Set<string>;
  /** That of it after which it has changed. */
  readonly due: Set<string>;
  /** The object after the first round. */
  last: unknown;
}

/** The progress of each write. */
export function reinvocations(): (write: AdmissionAttributes) => Progress {
  const writes = new WeakMap<AdmissionAttributes, Progress>();
  return (write) => {
    let progress = writes.get(write);
    if (progress === undefined) {
      progress = { called: new Set(), due: new Set(), last: undefined };
      writes.set(write, progress);
    }
    return progress;
  };
}

/** What was called so far is due. */
export function wantAgain({ called, due }: Progress): void {
  for (const id of called) due.add(id);
  called.clear();
}
