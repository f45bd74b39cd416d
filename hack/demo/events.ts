/** Kubernetes Events of one object, as `kubectl describe` shows them below it. */
import { z } from 'zod';
import type { KubeObject } from '../../src/api/objects.ts';

const Event = z.object({
  metadata: z.object({
    uid: z.string(),
    resourceVersion: z.string().default('0'),
    creationTimestamp: z.string().optional(),
  }),
  involvedObject: z.object({ kind: z.string(), name: z.string() }),
  type: z.string().default('Normal'),
  reason: z.string().default(''),
  message: z.string().default(''),
  count: z.number().default(1),
  firstTimestamp: z.string().nullish(),
  lastTimestamp: z.string().nullish(),
  source: z.object({ component: z.string().default('') }).default({ component: '' }),
});

export interface ToldEvent {
  readonly uid: string;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly component: string;
  readonly count: number;
  /** Milliseconds since 1970. */
  readonly first: number;
  readonly last: number;
}

/** The events about an object, oldest first. */
export function eventsAbout(
  object: { kind: string; name: string },
  events: readonly KubeObject[],
): readonly ToldEvent[] {
  return (
    events
      .flatMap((event) => {
        const parsed = Event.safeParse(event).data;
        return parsed?.involvedObject.kind === object.kind && parsed.involvedObject.name === object.name
          ? [parsed]
          : [];
      })
      // Times are whole seconds; versions tell what came first within one.
      .sort((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion))
      .map(told)
      .sort((a, b) => a.last - b.last)
  );
}

/** The table, without a heading. */
export function describeEvents(events: readonly ToldEvent[], now: number): readonly string[] {
  const rows = events.map(({ type, reason, component, message, count, first, last }) => {
    const repeated = count > 1 ? ` (x${count} over ${age(now - first)})` : '';
    return [type, reason, `${age(now - last)}${repeated}`, component, message];
  });
  const head = [
    ['Type', 'Reason', 'Age', 'From', 'Message'],
    ['----', '------', '----', '----', '-------'],
  ];
  const table = [...head, ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`);
}

function told(event: z.infer<typeof Event>): ToldEvent {
  const created = event.metadata.creationTimestamp ?? '';
  const last = Date.parse(event.lastTimestamp ?? created);
  const { type, reason, message, count } = event;
  const first = Date.parse(event.firstTimestamp ?? created);
  return {
    uid: event.metadata.uid,
    type,
    reason,
    message,
    component: event.source.component,
    count,
    first,
    last,
  };
}

function age(milliseconds: number): string {
  const whole = Math.max(0, Math.floor(milliseconds / 1_000));
  if (whole < 120) return `${whole}s`;
  return whole % 60 === 0 ? `${whole / 60}m` : `${Math.floor(whole / 60)}m${whole % 60}s`;
}
