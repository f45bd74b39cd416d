/** What was seen of a rehearsal: one line per change, and beside it the events people would get and the hooks called. */
import type { HookType, News, Phase, Spec, Status, WaitingFor } from '../core/model.ts';
import { describe, describePostRollout, waitingText, type Names, type Sentence } from '../core/wording.ts';
import { type Instant, type Percent } from '../shared/brand.ts';
import { inShort, silentChange } from './telling.ts';

export interface Line {
  readonly at: Instant;
  readonly phase: Phase;
  readonly weight: Percent;
  readonly text: string;
}

export interface RehearsedEvent extends Sentence {
  readonly at: Instant;
  /** The phase people are told with it. */
  readonly phase: Phase;
}

export interface Call {
  readonly at: Instant;
  readonly type: HookType;
  readonly hook: string;
  readonly phase: Phase;
}

/** A repeated notice is one event with a count; like a cluster's, the rehearsal's are told once while they last. */
export class Timeline {
  readonly #lines: Line[] = [];
  readonly #events: RehearsedEvent[] = [];
  readonly #calls: Call[] = [];
  readonly #names: Names;
  #waiting = '';
  #notices: ReadonlySet<string> = new Set();

  constructor(names: Names) {
    this.#names = names;
  }

  get lines(): readonly Line[] {
    return this.#lines;
  }

  get events(): readonly RehearsedEvent[] {
    return this.#events;
  }

  get calls(): readonly Call[] {
    return this.#calls;
  }

  moved(at: Instant, before: Status, after: Status): void {
    const fresh = after.outbox.filter(({ sequence }) => sequence >= before.sequence);
    const told = fresh.flatMap(({ news }) => inShort(news, after.lastAppliedRevision) ?? []);
    const silent = fresh.length === 0 ? silentChange(before, after) : undefined;
    const mirrors = after.mirrored && !before.mirrored ? ['requests are mirrored to the canary'] : [];
    const text = [...told, ...(silent === undefined ? [] : [silent]), ...mirrors].join('; ');
    if (text === '') return;
    this.#line(at, after, text);
    this.#waiting = '';
    this.#notices = new Set();
  }

  waits(at: Instant, status: Status, waitingFor: WaitingFor, spec: Spec): void {
    const text = `waiting for ${waitingText(waitingFor, spec)}`;
    if (text === this.#waiting) return;
    this.#waiting = text;
    this.#line(at, status, text);
  }

  /** Something the world did of its own. */
  happened(at: Instant, status: Status, text: string): void {
    this.#line(at, status, `> ${text}`);
    this.#waiting = '';
  }

  left(at: Instant, status: Status): void {
    this.#line(at, status, 'the Canary is gone');
  }

  told(at: Instant, phase: Phase, news: News): void {
    for (const sentence of describe(news, this.#names)) this.#events.push({ at, phase, ...sentence });
  }

  noticed(at: Instant, phase: Phase, notices: readonly News[]): void {
    const sentences = notices.flatMap((news) => describe(news, this.#names));
    for (const sentence of sentences) {
      if (!this.#notices.has(sentence.text)) this.#events.push({ at, phase, ...sentence });
    }
    this.#notices = new Set(sentences.map(({ text }) => text));
  }

  called(call: Call): void {
    this.#calls.push(call);
  }

  postRollout(call: Call, failure: string | undefined): void {
    this.called(call);
    this.#events.push({ at: call.at, phase: call.phase, ...describePostRollout(call.hook, failure) });
  }

  /** Lets go of what was told so far, for rehearsals that go on for days. */
  forget(): void {
    for (const list of [this.#lines, this.#events, this.#calls]) list.length = 0;
  }

  /** The lines as text; what happened first comes first. */
  toString(): string {
    return this.#lines.map((line) => renderLine(line)).join('\n');
  }

  #line(at: Instant, { phase, canaryWeight }: Status, text: string): void {
    this.#lines.push({ at, phase, weight: canaryWeight, text: text.replaceAll(PREFIX, '') });
  }
}

/** What every sentence about a workload begins with; the line says already that something is waited for. */
const PREFIX = 'waiting for rollout to finish: ';

export function renderLine({ at, phase, weight, text }: Line): string {
  return `${moment(at)}  ${phase.padEnd(16)} ${`${weight}%`.padStart(4)}  ${text}`;
}

export function renderEvent({ at, type, text }: RehearsedEvent): string {
  return `${moment(at)}  ${type.padEnd(7)}  ${text}`;
}

/** Minutes and seconds: `t+02:00`, and `t+62:00` after an hour. */
function moment(at: Instant): string {
  const seconds = Math.floor(at / 1_000);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `t+${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
}
