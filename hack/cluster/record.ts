/**
 * What was started, so that exactly that can be ended: a pid together with the moment the process began and the boot
 * it began in. A pid alone may belong to somebody else by now.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { STATE, state } from './paths.ts';

const ProcessRecord = z.object({
  pid: z.int().positive(),
  /** Field 22 of `/proc/PID/stat`: clock ticks since the machine started. */
  began: z.string(),
});
export type ProcessRecord = z.infer<typeof ProcessRecord>;

const ClusterRecord = z.object({
  /** `/proc/sys/kernel/random/boot_id`: after a restart of the machine nothing of this is true. */
  boot: z.string(),
  /** The process whose namespaces the cluster lives in: with it everything else ends. */
  anchor: ProcessRecord,
  components: z.record(z.string(), ProcessRecord),
  /** Whether `up` came to its end. */
  complete: z.boolean(),
  /** Whether the add-ons were applied. */
  addOns: z.boolean(),
  /** What of them, as digests by name; unknown where another version of this command has applied them. */
  applied: z.record(z.string(), z.string()).optional(),
});
export type ClusterRecord = z.infer<typeof ClusterRecord>;

/** When a process began, from the text of its stat file; undefined where the text is none. */
export function beganIn(stat: string): string | undefined {
  // The second field is the program's name in parentheses and may hold anything, parentheses too.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

/** A running process as it is now; undefined where there is none of that pid, or only its remains. */
export function processOf(pid: number): ProcessRecord | undefined {
  const stat = textOf(`/proc/${pid}/stat`);
  if (stat === undefined || stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z')) return undefined;
  const began = beganIn(stat);
  return began === undefined ? undefined : { pid, began };
}

export function isAlive({ pid, began }: ProcessRecord): boolean {
  return processOf(pid)?.began === began;
}

/** Sends a signal to the recorded process and to no other; false where it is gone. */
export function signal(record: ProcessRecord, name: NodeJS.Signals): boolean {
  if (!isAlive(record)) return false;
  try {
    return process.kill(record.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

export function bootId(): string {
  return textOf('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
}

/** The record of this boot's cluster; undefined where there is none. */
export function readRecord(): ClusterRecord | undefined {
  const text = textOf(state.record);
  const parsed = text === undefined ? undefined : ClusterRecord.safeParse(jsonOf(text));
  return parsed?.success === true && parsed.data.boot === bootId() ? parsed.data : undefined;
}

/** Replaces the record whole: whoever reads it sees the old one or the new one. */
export function writeRecord(record: ClusterRecord): void {
  if (!existsSync(STATE)) mkdirSync(STATE, { recursive: true, mode: 0o700 });
  const unfinished = `${state.record}.${process.pid}`;
  writeFileSync(unfinished, JSON.stringify(record, null, 2));
  renameSync(unfinished, state.record);
}

/** @throws a sentence where there is no cluster */
export function currentRecord(): ClusterRecord {
  const record = readRecord();
  if (record === undefined) throw new Error('there is no cluster: npm run cluster -- up');
  return record;
}

export function changeRecord(change: (record: ClusterRecord) => ClusterRecord): ClusterRecord {
  const changed = change(currentRecord());
  writeRecord(changed);
  return changed;
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
