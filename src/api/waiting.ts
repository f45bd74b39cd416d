/** `status.serin.waitingFor`: what must happen next and since when, for people and tools to read. */
import { z } from 'zod';

import { awaited, type Awaited } from '../core/waiting.ts';
import type { Spec, Status, WaitingFor } from '../core/model.ts';
import { waitingText } from '../core/wording.ts';
import { instant, type Instant } from '../shared/brand.ts';
import { at } from './tree.ts';

/** What is awaited, as it is told. */
export interface Wait {
  readonly kind: WaitingFor['kind'];
  /** The end of "waiting for …". */
  readonly text: string;
  readonly since: Instant;
  /** When it is over by itself. */
  readonly until?: Instant;
}

const KINDS = [
  'target',
  'revision',
  'resume',
  'drain',
  'drain-primary',
  'namespace',
  'revision-target-running',
  'proven-revision',
  'spec',
  'routes',
  'cluster',
  'workload',
  'interval',
  'window',
  'question',
] as const satisfies readonly WaitingFor['kind'][];

/** The compiler names the kind that cannot be read back. */
const noneForgotten: [Exclude<WaitingFor['kind'], (typeof KINDS)[number]>] extends [never] ? true : never =
  true;
void noneForgotten;

const time = z
  .string()
  .transform((text) => Date.parse(text))
  .pipe(z.number())
  .transform(instant);
const waitSchema = z.object({
  kind: z.enum(KINDS),
  text: z.string(),
  since: time,
  until: time.exactOptional(),
});

/** In words. */
export function told({ waitingFor, since }: Awaited, spec: Spec): Wait {
  const { kind } = waitingFor;
  const text = waitingText(waitingFor, spec);
  return 'until' in waitingFor ? { kind, text, since, until: waitingFor.until } : { kind, text, since };
}

/** What the object says is awaited, or else what follows from its status. */
export function readWait(written: unknown, status: Status, spec: Spec): Wait {
  const recorded = waitSchema.safeParse(at(written, 'serin', 'waitingFor'));
  return recorded.success ? recorded.data : told(awaited(status, spec), spec);
}

/** As it stands in the object, times as Kubernetes writes them. */
export function writeWait({ kind, text, since, until }: Wait): Record<string, unknown> {
  return { kind, text, since: stamp(since), ...(until !== undefined && { until: stamp(until) }) };
}

/** As Kubernetes writes times: whole seconds. */
export function stamp(at: Instant): string {
  return new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
