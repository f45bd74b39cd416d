/**
 * What this process remembers of a Canary between passes. All of it is a courtesy: losing it costs a repeated
 * attempt, a read or a log line, never a wrong step.
 */
import type { Tried } from '../core/model.ts';
import type { Waited } from './waiting.ts';

export interface Memory {
  tried: Tried | undefined;
  /** What it waits for, as the log was told last; undefined before its first wait. */
  waited: Waited | undefined;
  /** Objects its last look was made of, to notice when they are others. */
  looked: string;
  /** The generation whose doubtful fields people were told of; undefined before the first look. */
  doubted: number | undefined;
  /** A write was refused because its namespace is being deleted, which is the end of every Canary in it. */
  ending: boolean;
  /** The actions that were refused when it last waited, with what was said of each. */
  refused: readonly string[];
  /** What it needs and is not allowed, in sentences. */
  forbidden: readonly string[];
}

export function noMemory(): Memory {
  return {
    tried: undefined,
    waited: undefined,
    looked: '',
    doubted: undefined,
    ending: false,
    refused: [],
    forbidden: [],
  };
}

/** Adds to what was tried. The last time of asking counts, and the first of finding something unfinished. */
export function remember(memory: Memory, change: Partial<Tried>): void {
  const { accepted = [], failures = [], askedAt, unsettledSince } = memory.tried ?? {};
  memory.tried = {
    accepted: [...new Set([...accepted, ...(change.accepted ?? [])])],
    failures: [...new Set([...failures, ...(change.failures ?? [])])].slice(-5),
    askedAt: change.askedAt ?? askedAt,
    unsettledSince: unsettledSince ?? change.unsettledSince,
  };
}
