/** An account of a rollout in sentences: where it stands, what it waits for, what was decided, what can be done. */
import { unreachable, type Instant } from '../../shared/brand.ts';
import type { WrittenCheck, WrittenDecision } from '../../api/grounds.ts';
import { measuredText } from '../../core/wording.ts';
import { table, type Paint } from '../render.ts';
import { ageOf } from './ages.ts';
import type { Account, Complaint, Happening } from './account.ts';
import type { Remedy } from './remedies.ts';

export interface Explanation extends Account {
  /** The newest first; undefined where they may not be read. */
  readonly events: readonly Happening[] | undefined;
  readonly remedies: readonly Remedy[];
}

export function explain(explanation: Explanation, now: Instant, paint: Paint): string {
  const { complaints, decision, evidence, events, remedies } = explanation;
  const parts = [
    `${standing(explanation, paint)}\n${waiting(explanation, now, paint)}`,
    complaints.map((complaint) => complained(complaint, now, paint)).join(''),
    decision === undefined ? '' : decided(decision, now, paint),
    evidence === undefined
      ? ''
      : section(
          `Checks, as asked ${evidence.at} (${ageOf(evidence.at, now)} ago):`,
          evidence.checks.map(checked(paint)),
          paint,
        ),
    events === undefined
      ? 'Events about it cannot be read.\n'
      : section('Events, the newest first:', happened(events, now, paint), paint),
    section(
      'What you can do:',
      remedies.map(({ command, effect }) => [command, effect]),
      paint,
    ),
  ];
  return parts.filter((part) => part !== '').join('\n');
}

// ------------------------------------------------------------------------------------------------- where it stands

function standing(account: Account, paint: Paint): string {
  const { name, namespace, target, phase } = account;
  const who = `${paint('bold', name)} in namespace ${namespace} (${target.kind.toLowerCase()} ${target.name})`;
  if (phase === undefined) return `${who} has not been looked at by any controller yet.`;
  return `${who} is ${paint(colourOf(phase), phase)}: ${phaseText(account, phase)}.`;
}

function phaseText(account: Account, phase: NonNullable<Account['phase']>): string {
  const { revision, promotedRevision, targetRevision, canaryWeight } = account;
  const home = `the primary runs ${promotedRevision}`;
  switch (phase) {
    case 'Initializing':
      return 'its primary is being made';
    case 'Initialized':
      return `nothing was released since; ${home}`;
    case 'Waiting':
      return `revision ${targetRevision} is held back; ${home}`;
    case 'Progressing':
      return `revision ${revision} is being analysed and ${trafficText(account)}; ${home}`;
    case 'WaitingPromotion':
      return `revision ${revision} is through its analysis and ${trafficText(account)}; ${home}`;
    case 'Promoting':
      return `the primary takes over revision ${revision}; the canary ${trafficText(account)} meanwhile`;
    case 'Finalising':
      return `the primary runs revision ${revision} and has all traffic; the target is scaled down`;
    case 'Succeeded':
      return `revision ${promotedRevision} is promoted`;
    case 'Failed':
      return `revision ${revision} was rolled back; ${home}${
        canaryWeight > 0 ? `, and ${canaryWeight}% of traffic stays on the canary` : ''
      }`;
    case 'Terminating':
      return 'it gives back what it took before it is deleted';
    default:
      return unreachable(phase);
  }
}

function trafficText({ canaryWeight, mirrored }: Account): string {
  if (mirrored) return 'gets copies of requests';
  return canaryWeight === 0 ? 'has no traffic' : `has ${canaryWeight}% of traffic`;
}

export function colourOf(phase: NonNullable<Account['phase']>): 'green' | 'yellow' | 'red' {
  switch (phase) {
    case 'Initialized':
    case 'Succeeded':
      return 'green';
    case 'Failed':
      return 'red';
    default:
      return 'yellow';
  }
}

// ---------------------------------------------------------------------------------------------- what it waits for

function waiting(
  { waitingFor, paused, failedChecks, threshold, phase }: Explanation,
  now: Instant,
  paint: Paint,
): string {
  const { text, since, until } = waitingFor;
  const from = since === undefined ? '' : ` since ${since} (${ageOf(since, now)})`;
  const to = until === undefined ? '' : `, until ${until}`;
  const lines = [`It waits for ${paint('bold', text)}${from}${to}.`];
  if (paused) lines.push('It is paused by hand.');
  const running = phase === 'Progressing' || phase === 'WaitingPromotion';
  if (running && threshold !== undefined && failedChecks > 0)
    lines.push(`${failedChecks} of ${threshold} failed checks: at ${threshold} it is rolled back.`);
  return lines.map((line) => `${line}\n`).join('');
}

function complained({ type, reason, message, since }: Complaint, now: Instant, paint: Paint): string {
  return `${paint('red', `Not ${SAYS[type] ?? type}`)} (${reason}) since ${since} (${ageOf(since, now)}): ${message}\n`;
}

/** What a condition that is False, or the opposite of one that is True, takes from the rollout. */
const SAYS: Readonly<Record<string, string>> = {
  Permitted: 'permitted',
  Accepted: 'accepted',
  Stalled: 'settled',
};

// --------------------------------------------------------------------------------------- the last decision, and why

function decided(decision: WrittenDecision, now: Instant, paint: Paint): string {
  const { at, said, phase, canaryWeight, failedChecks, threshold } = decision;
  const title = paint('bold', `The last decision, ${at} (${ageOf(at, now)} ago):`);
  const counts = `→ ${phase}, ${canaryWeight}% of traffic on the canary, ${failedChecks} of ${threshold} failed checks`;
  return [title, ...said.map((text) => `  ${text}`), `  ${counts}`, ''].join('\n');
}

/** Name, value or answer, range, verdict. */
function checked(paint: Paint): (check: WrittenCheck) => readonly string[] {
  return (check) => [
    check.kind === 'hook' ? `${check.type} hook ${check.name}` : `metric ${check.name}`,
    check.kind === 'hook' ? '' : measured(check),
    verdictOf(check, paint),
    check.detail ?? '',
  ];
}

/** `95.14%, allowed from 99.00%`; '' where there was no value. */
function measured({ value, min, max, unit = 'plain' }: WrittenCheck & { readonly kind: 'metric' }): string {
  if (value === undefined) return '';
  const from = min === undefined ? '' : ` from ${measuredText(min, unit)}`;
  const to = max === undefined ? '' : ` up to ${measuredText(max, unit)}`;
  const range = `${from}${to}`;
  return `${measuredText(value, unit)}, ${range === '' ? 'whatever it is' : `allowed${range}`}`;
}

/** A rollback hook that says no does not ask for one, which is well. */
function verdictOf(check: WrittenCheck, paint: Paint): string {
  const veto = check.kind === 'hook' && check.type === 'rollback';
  if (veto) return check.said === 'yes' ? paint('red', 'wants a rollback') : paint('green', 'wants none');
  switch (check.said) {
    case 'yes':
      return paint('green', 'passed');
    case 'no':
      return paint('red', check.kind === 'hook' && check.type.startsWith('confirm-') ? 'refused' : 'failed');
    case 'inconclusive':
      return paint('yellow', 'no answer');
    default:
      return unreachable(check.said);
  }
}

// ------------------------------------------------------------------------------------------------------- the rest

function happened(events: readonly Happening[], now: Instant, paint: Paint): readonly (readonly string[])[] {
  return events.map(({ at, type, text, count }) => [
    `${ageOf(at, now)} ago`,
    type === 'Warning' ? paint('yellow', type) : type,
    count > 1 ? `${text} (${count} times)` : text,
  ]);
}

function section(title: string, rows: readonly (readonly string[])[], paint: Paint): string {
  return rows.length === 0 ? '' : `${paint('bold', title)}\n${table(rows, '  ')}`;
}
