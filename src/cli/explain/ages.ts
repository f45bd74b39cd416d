/** How long ago something was, as kubectl says it. */
import type { Instant } from '../../shared/brand.ts';

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
  ['s', 1],
] as const;

/** `5s`, `4m12s`, `3h5m`, `2d4h`: the two greatest units; '' for what is no time. */
export function ageOf(written: string | undefined, now: Instant): string {
  const time = Date.parse(written ?? '');
  if (Number.isNaN(time)) return '';
  return spanOf(Math.max(0, now - time));
}

/** The same of a span in milliseconds. */
export function spanOf(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1_000);
  const greatest = UNITS.findIndex(([, size]) => seconds >= size);
  if (greatest < 0) return '0s';
  let rest = seconds;
  const parts = UNITS.slice(greatest, greatest + 2).map(([unit, size]) => {
    const amount = Math.floor(rest / size);
    rest -= amount * size;
    return amount === 0 ? '' : `${amount}${unit}`;
  });
  return parts.join('');
}
