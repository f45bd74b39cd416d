/** What a webhook is sent. Sending it is `call.ts`. */
import type { Phase } from '../core/model.ts';
import type { Instant } from '../shared/brand.ts';
import { digest } from '../shared/digest.ts';

export interface HookPayload {
  /** Of the Canary. */
  readonly name: string;
  readonly namespace: string;
  readonly phase: Phase;
  /** Tells revisions apart: it changes with the template and with tracked configuration. */
  readonly checksum: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface HookSubject {
  readonly name: string;
  readonly namespace: string;
  readonly phase: Phase;
  readonly checksum: string;
  /** As written in the manifest. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface ToldEvent {
  readonly message: string;
  readonly type: 'Normal' | 'Warning';
  readonly at: Instant;
}

/** The payload of a hook that is asked; without `metadata` where the manifest has none. */
export function hookPayload({ name, namespace, phase, checksum, metadata }: HookSubject): HookPayload {
  const empty = Object.keys(metadata).length === 0;
  return { name, namespace, phase, checksum, ...(empty ? {} : { metadata }) };
}

/** The payload of a hook that is told an event. The event's own keys win over the manifest's. */
export function eventPayload(subject: HookSubject, event: ToldEvent): HookPayload {
  const told = {
    eventMessage: event.message,
    eventType: event.type,
    timestamp: String(Math.trunc(event.at)),
  };
  return hookPayload({ ...subject, metadata: { ...subject.metadata, ...told } });
}

/** What identifies a revision for hooks. */
export interface Checked {
  /** Digests by `configmap/<name>` or `secret/<name>`; undefined where configuration is not tracked. */
  readonly trackedConfigs: Readonly<Record<string, string>> | undefined;
  readonly lastAppliedSpec: string;
}

/** The same for the same revision, whatever the order of its configuration. */
export function checksumOf({ trackedConfigs, lastAppliedSpec }: Checked): string {
  return digest({ trackedConfigs, lastAppliedSpec });
}
