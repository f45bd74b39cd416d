/** One Canary of the fleet: its rehearsal, held against every invariant, and what it came to so far. */
import { isAnalysing, isPromoting } from '../../src/core/converge.ts';
import type { Spec, Status } from '../../src/core/model.ts';
import { byChance, type Fate } from '../../src/rehearsal/fate.ts';
import { Rehearsal, type RehearsedPass } from '../../src/rehearsal/rehearse.ts';
import type { Story } from '../../src/rehearsal/story.ts';
import { newborn, type Effect } from '../../src/rehearsal/world.ts';
import { instant, type Instant } from '../../src/shared/brand.ts';
import { broken } from '../../test/simulation/invariants.ts';
import { unfinishedAt } from '../../test/simulation/search.ts';
import { BY_HAND } from './faults.ts';
import { LAST_REVISION } from './story.ts';
import { tallyBy, type Tally } from './tally.ts';

/** The process dies at so many of the effects at which it may. */
const DEATHS = 0.001;

export class Member {
  readonly tally: Tally = tallyBy(() => 0);
  /** Broken invariants. */
  readonly failures: string[] = [];
  readonly #spec: Spec;
  readonly #story: Story;
  readonly #fate: Fate;
  #rehearsal: Rehearsal;

  constructor(spec: Spec, story: Story, random: () => number) {
    this.#spec = spec;
    this.#story = story;
    const chance = byChance(random, DEATHS);
    this.#fate = {
      choose: (label, options) => {
        const chosen = chance.choose(label, options);
        if (chosen !== options[0]) this.tally.deaths += 1;
        return chosen;
      },
    };
    this.#rehearsal = this.#rehearse(instant(0));
  }

  /** Until that moment; a Canary that is deleted meanwhile is made again then. */
  async runUntil(end: Instant): Promise<void> {
    await this.#rehearsal.runUntil(end);
    this.#rehearsal.timeline.forget();
    if (this.#rehearsal.gone) this.#rehearsal = this.#rehearse(end);
  }

  /** Bytes of the status as it is stored. */
  get bytes(): number {
    return JSON.stringify(this.#rehearsal.state.status).length;
  }

  /** What keeps it from being at rest on the last revision, each as a sentence. */
  get unrest(): readonly string[] {
    const { state, rests } = this.#rehearsal;
    const { status, primary, routes, target } = state;
    const elsewhere = Object.values(state.elsewhere).some(({ canary, mirrored }) => canary > 0 || mirrored);
    const wrong: readonly (readonly [string, boolean])[] = [
      ['a pass is due yet', !rests],
      [`it is ${status.phase}`, status.phase !== 'Succeeded'],
      [`its primary has ${primary?.revision}`, primary?.revision !== LAST_REVISION],
      [`its target has ${target?.revision}`, target?.revision !== LAST_REVISION],
      [`the canary has ${routes?.canary}% of the traffic`, routes?.canary !== 0 || routes.mirrored],
      ['there is traffic in a place that was left', elsewhere],
      [`the target is not parked but ${status.park}`, status.park !== 'done'],
      [`${status.outbox.length} news are untold`, status.outbox.length > 0],
      ...unfinishedAt(state).map((what) => [`there are ${what}`, true] as const),
    ];
    return wrong.flatMap(([what, is]) => (is ? [what] : []));
  }

  #rehearse(now: Instant): Rehearsal {
    const happenings = this.#story.happenings.filter(({ at }) => now === 0 || at > now);
    return new Rehearsal({
      spec: this.#spec,
      story: { ...this.#story, happenings },
      start: { ...newborn(this.#spec), now },
      fate: this.#fate,
      onPass: (pass) => this.#note(pass),
    });
  }

  #note(pass: RehearsedPass): void {
    this.tally.passes += 1;
    for (const what of broken({ ...pass, byHand: [BY_HAND] })) this.failures.push(`${when(pass)} ${what}`);
    for (const effect of pass.effects) {
      if (isWrite(effect)) this.tally.writes += 1;
      if (effect.kind === 'committed') this.#count(effect.before, effect.after);
    }
  }

  #count(before: Status, after: Status): void {
    const { tally } = this;
    const ran = isAnalysing(before) || isPromoting(before);
    const runs = isAnalysing(after) || isPromoting(after);
    const another = after.lastAppliedRevision !== before.lastAppliedRevision;
    if (runs && (!ran || another)) tally.runs += 1;
    if (!ran) return;
    if (runs && another) tally.replaced += 1;
    if (after.phase === 'Succeeded') tally[isPromoting(before) ? 'promoted' : 'reverted'] += 1;
    if (after.phase === 'Failed') tally['rolled back'] += 1;
    if (after.phase === 'Terminating') tally.deleted += 1;
  }
}

function isWrite(effect: Effect): boolean {
  const crossesOff = effect.kind === 'told' && effect.status.outbox.length > 0;
  return crossesOff || effect.kind === 'committed' || effect.kind === 'performed';
}

function when({ after: { now } }: RehearsedPass): string {
  return `at ${(now / 3_600_000).toFixed(2)} h:`;
}
