/**
 * `status.serin.decision` and `status.serin.evidence`: what was decided last and what it rests on, for people and tools
 * to read. Together they take 16 KiB at most.
 */
import { z } from 'zod';

import type { Check, Decision, Evidence, Grounds } from '../core/grounds.ts';
import { describe, type Names } from '../core/wording.ts';
import { hookTypeSchema, phaseSchema } from './announcement.ts';
import { at } from './tree.ts';
import { stamp } from './waiting.ts';

/** Bytes of JSON. */
const DECISION = 4_096;
const EVIDENCE = 12_288;
/** Characters of one text: one long answer of somebody else's must not crowd out the others. */
const TEXT = 512;

const decisionSchema = z.object({
  at: z.string(),
  /** The sentences that were told with it; none where a phase merely followed from another. */
  said: z.array(z.string()),
  phase: phaseSchema,
  canaryWeight: z.number(),
  failedChecks: z.number(),
  threshold: z.number(),
});
const told = {
  name: z.string(),
  said: z.enum(['yes', 'no', 'inconclusive']),
  detail: z.string().exactOptional(),
};
const checkSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('metric'),
    ...told,
    value: z.number().exactOptional(),
    min: z.number().exactOptional(),
    max: z.number().exactOptional(),
    unit: z.enum(['percent', 'milliseconds', 'plain']).exactOptional(),
  }),
  z.object({ kind: z.literal('hook'), ...told, type: hookTypeSchema }),
]);
const evidenceSchema = z.object({ at: z.string(), revision: z.string(), checks: z.array(checkSchema) });

export type WrittenDecision = z.output<typeof decisionSchema>;
export type WrittenCheck = z.output<typeof checkSchema>;
export type WrittenEvidence = z.output<typeof evidenceSchema>;

/** The members of `status.serin` to write; those that are left out stay. */
export function writeGrounds(
  { decision, evidence }: Grounds,
  names: Names,
): { readonly decision?: WrittenDecision; readonly evidence?: WrittenEvidence } {
  return {
    ...(decision !== undefined && { decision: writeDecision(decision, names) }),
    ...(evidence !== undefined && { evidence: writeEvidence(evidence) }),
  };
}

function writeDecision({ at: when, news, ...rest }: Decision, names: Names): WrittenDecision {
  const said = news.flatMap((item) => describe(item, names)).map(({ text }) => brief(text));
  const whole: WrittenDecision = { at: stamp(when), said, ...rest };
  while (said.length > 0 && bytesOf(whole) > DECISION) said.shift();
  return whole;
}

function writeEvidence({ at: when, revision, checks }: Evidence): WrittenEvidence {
  const kept = checks.map(writeCheck);
  const whole: WrittenEvidence = { at: stamp(when), revision, checks: kept };
  while (kept.length > 0 && bytesOf(whole) > EVIDENCE) {
    // What passed explains least.
    const passed = kept.findLastIndex((check) => check.said === 'yes');
    kept.splice(passed < 0 ? kept.length - 1 : passed, 1);
  }
  return whole;
}

function writeCheck(check: Check): WrittenCheck {
  const { said } = check;
  const detail = check.detail === '' ? {} : { detail: brief(check.detail) };
  const name = brief(check.name);
  if (check.kind === 'hook') return { kind: 'hook', name, said, ...detail, type: check.type };
  return { kind: 'metric', name, said, ...detail, ...check.measured };
}

function brief(text: string): string {
  return text.length > TEXT ? `${text.slice(0, TEXT - 1)}…` : text;
}

function bytesOf(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}

/** What a status says of it, as far as it can be read. */
export function readGrounds(status: unknown): {
  readonly decision: WrittenDecision | undefined;
  readonly evidence: WrittenEvidence | undefined;
} {
  const decision = decisionSchema.safeParse(at(status, 'serin', 'decision'));
  const evidence = evidenceSchema.safeParse(at(status, 'serin', 'evidence'));
  return { decision: decision.data, evidence: evidence.data };
}
