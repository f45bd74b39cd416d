/** Which messages an alert is for. */
import type { Severity } from '../api/model.ts';

const RANK: Readonly<Record<Severity, number>> = { info: 0, warn: 1, error: 2 };

/** Does an alert set to `wanted` fire for a message of this severity? `info` fires for everything. */
export function firesAt(wanted: Severity, message: Severity): boolean {
  return RANK[message] >= RANK[wanted];
}
