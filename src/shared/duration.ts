/** Go's notation for spans of time, the one Kubernetes users write: "30s", "1m30s", "500ms". */
import { millis, type Millis } from './brand.ts';

const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};
const PART = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/gy;

/** A span as Go's `time.ParseDuration` reads it, without signs; undefined where Go refuses. */
export function parseDuration(text: string): Millis | undefined {
  if (text === '0') return millis(0);
  PART.lastIndex = 0;
  let total = 0;
  let end = 0;
  for (let part = PART.exec(text); part !== null; part = PART.exec(text)) {
    total += Number(part[1]) * (UNITS[part[2] ?? ''] ?? Number.NaN);
    end = PART.lastIndex;
  }
  return end === text.length && end > 0 ? millis(total) : undefined;
}

/** A span as Go prints it: `1m30s`, `1.5s`, `500ms`, `0s`. */
export function formatDuration(span: Millis): string {
  if (span === 0) return '0s';
  if (span < 1_000) return `${span}ms`;
  const hours = Math.floor(span / 3_600_000);
  const minutes = Math.floor((span % 3_600_000) / 60_000);
  const seconds = (span % 60_000) / 1_000;
  const head = hours > 0 ? `${hours}h${minutes}m` : minutes > 0 ? `${minutes}m` : '';
  return `${head}${Number(seconds.toFixed(3))}s`;
}
