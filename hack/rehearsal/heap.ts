/** The heap of this process, without what nobody holds any more. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Bytes in use after a full collection. */
export function heapInUse(): number {
  setFlagsFromString('--expose-gc');
  // What is freed by the first may free more.
  runInNewContext('gc(); gc();');
  return process.memoryUsage().heapUsed;
}
