/**
 * How much memory the garbage collector may spend to save time. V8's habit is to let garbage pile up, sized for
 * servers that are always busy: young objects get 64 MiB and more, and the heap may double before it is looked
 * through. A controller is busy for a few seconds after its start and idle for days, on memory somebody pays for.
 *
 * These are flags of V8, set from within, so that however the process is started they hold. One that a later V8
 * does not know has no effect.
 */
import { setFlagsFromString } from 'node:v8';

/** Call it once, before anything is loaded into memory; what has grown already does not shrink. */
export function keepHeapSmall(): void {
  // The space for young objects stays as small as it began.
  setFlagsFromString('--semi-space-growth-factor=1');
  // The heap is looked through when it is half as large again as what was alive, instead of up to four times.
  setFlagsFromString('--heap-growing-percent=50');
}
