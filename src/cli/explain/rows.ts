/** Canaries as lines of a table. */
import type { Instant } from '../../shared/brand.ts';
import type { Paint } from '../render.ts';
import type { Account } from './account.ts';
import { ageOf } from './ages.ts';
import { colourOf } from './why.ts';

export function headings(everywhere: boolean): readonly string[] {
  return [...(everywhere ? ['NAMESPACE'] : []), 'NAME', 'PHASE', 'WEIGHT', 'TARGET', 'SINCE', 'WAITING FOR'];
}

export function rowOf(account: Account, everywhere: boolean, now: Instant, paint: Paint): readonly string[] {
  const { namespace, name, phase, canaryWeight, target, waitingFor, complaints } = account;
  const complaint = complaints[0];
  return [
    ...(everywhere ? [namespace] : []),
    name,
    phase === undefined ? '-' : paint(colourOf(phase), phase),
    `${canaryWeight}%`,
    `${target.kind.toLowerCase()}/${target.name}`,
    ageOf(waitingFor.since, now) || '-',
    complaint === undefined ? waitingFor.text : `${waitingFor.text} (${complaint.reason})`,
  ];
}
