/**
 * No mesh: the apex Service selects the primary, and nothing can send a share of live traffic anywhere else. There
 * is no object to write, so the apex carries the mark.
 */
import { percent } from '../shared/brand.ts';
import { ok } from '../shared/result.ts';
import type { TrafficProvider } from './provider.ts';

export const kubernetes: TrafficProvider = {
  supports: { weights: false, mirror: { canary: false, blueGreen: false }, match: false, affinity: false },
  routed: false,
  refs: () => [],
  render: () => [],
  parse: () => ok({ canary: percent(0), mirrored: false }),
  release: () => [],
};
