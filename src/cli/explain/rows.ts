/** Canaries as lines of a table. */
import type { Instant } from '../../shared/brand.ts';
import type { Paint } from '../render.ts';
import type { Account } from './account.ts';
import { ageOf } from './ages.ts';
import { colourOf } from './why.ts';

export function headings(everywhere: boolean): readonly string[] {
  return [...(everywhere ? ['NAMESPACE'] : []), 'NAME', 'PHASE', 'WEIGHT', 'TARGET', 'SINCE', 'WAITING FOR'];
}

/** Characters of what is waited for: an error of the API server takes several lines, which `serin why` has. */
const LONGEST = 80;

export function rowOf(account: Account, everywhere: boolean, now: Instant, paint: Paint): readonly string[] {
  const { namespace, name, phase, canaryWeight, target, waitingFor, complaints } = account;
  const complaint = complaints[0];
  const { text } = waitingFor;
  const short = text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
  return [
    ...(everywhere ? [namespace] : []),
    name,
    phase === undefined ? '-' : paint(colourOf(phase), phase),
    `${canaryWeight}%`,
    `${target.kind.toLowerCase()}/${target.name}`,
    ageOf(waitingFor.since, now) || '-',
    complaint === undefined ? short : `${short} (${complaint.reason})`,
  ];
}
