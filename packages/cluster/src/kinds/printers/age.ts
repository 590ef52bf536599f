import { humanDuration } from '@opwright/machinery';

/** Time since a timestamp as tables show it; `<unknown>` when there is none. */
export function age(timestamp: string, nowMs: number): string {
  return timestamp === '' ? '<unknown>' : humanDuration(nowMs - Date.parse(timestamp));
}
