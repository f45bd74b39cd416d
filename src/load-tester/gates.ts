/** Gates that people open and close by hand. A gate nobody has opened is closed. */
import { access, constants, mkdir, open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { at } from '../api/tree.ts';
import { err, ok, type Result } from '../shared/result.ts';

/** One for all gate hooks of a Canary, and one for its rollback hooks. */
export interface Gate {
  readonly kind: 'gate' | 'rollback';
  readonly name: string;
  readonly namespace: string;
}

/** All three reject where what they are kept in cannot be read or written. */
export interface Gates {
  open(gate: Gate): Promise<void>;
  close(gate: Gate): Promise<void>;
  isOpen(gate: Gate): Promise<boolean>;
}

/** In a folder, or in memory where none is named; a sentence where the folder does not serve. */
export async function openGates(folder: string): Promise<Result<Gates, string>> {
  if (folder === '') return ok(gatesInMemory());
  try {
    await makeFolder(folder);
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return ok(gatesIn(folder));
  } catch (error) {
    return err(
      `-gates-dir is ${folder}, where gates cannot be kept: ${error instanceof Error ? error.message : 'failed'}`,
    );
  }
}

/** Closed again after a restart, and not shared with other replicas. */
function gatesInMemory(): Gates {
  const opened = new Set<string>();
  return {
    open: async (gate) => void opened.add(keyOf(gate)),
    close: async (gate) => void opened.delete(keyOf(gate)),
    isOpen: async (gate) => opened.has(keyOf(gate)),
  };
}

/**
 * An empty file below `folder` for each open gate: nothing is held in memory, so that they outlive the process, and
 * replicas that share the folder agree.
 */
function gatesIn(folder: string): Gates {
  const pathOf = (gate: Gate): string => join(folder, keyOf(gate));
  return {
    open: async (gate) => {
      await makeFolder(join(folder, gate.kind));
      await makeFolder(dirname(pathOf(gate)));
      const file = await open(pathOf(gate), 'w');
      await file.sync().finally(() => file.close());
    },
    close: (gate) => rm(pathOf(gate), { force: true }),
    isOpen: (gate) => exists(pathOf(gate)),
  };
}

/** Names of Kubernetes hold nothing that means something in a path. */
function keyOf({ kind, namespace, name }: Gate): string {
  return `${kind}/${namespace}/${name}`;
}

async function makeFolder(path: string): Promise<void> {
  await mkdir(path).catch((error: unknown) => {
    if (!isCalled(error, 'EEXIST')) throw error;
  });
}

/** Only where it is known to be missing is it not there: a disk in trouble opens nothing and closes nothing. */
async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if (isCalled(error, 'ENOENT')) return false;
    throw error;
  }
}

function isCalled(error: unknown, code: string): boolean {
  return at(error, 'code') === code;
}

const LABEL = '[a-z0-9]([a-z0-9-]*[a-z0-9])?';
const NAME = new RegExp(`^${LABEL}(\\.${LABEL})*$`);
const NAMESPACE = new RegExp(`^${LABEL}$`);

/** What keeps these from being the names of a Canary, as a sentence; undefined where nothing does. */
export function nameFault({ name, namespace }: Pick<Gate, 'name' | 'namespace'>): string | undefined {
  if (name === '' || namespace === '') return 'name and namespace of the canary are missing';
  if (name.length > 253 || !NAME.test(name)) return strange('name', name, 'a-z, 0-9, "-" and "."');
  if (namespace.length > 63 || !NAMESPACE.test(namespace))
    return strange('namespace', namespace, 'a-z, 0-9 and "-"');
  return undefined;
}

function strange(field: string, found: string, allowed: string): string {
  return `${field} is ${JSON.stringify(found.slice(0, 100))}, allowed are names of Kubernetes, of ${allowed}`;
}
