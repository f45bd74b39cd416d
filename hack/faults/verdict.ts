/** Whether a disturbed rollout ended as it should: as its undisturbed twin, or as the policy for lost evidence names. */
import { differences, type Outcome } from '../crash/comparison.ts';

export type Expectation = { readonly kind: 'as-twin' } | { readonly kind: 'fails'; readonly cause: RegExp };

/** What is wrong, as sentences. */
export function judge(expected: Expectation, twin: Outcome, found: Outcome): readonly string[] {
  switch (expected.kind) {
    case 'as-twin':
      return differences(twin, found);
    case 'fails':
      return [...failed(found), ...named(expected.cause, found), ...alerted(found)];
  }
}

/**
 * A machine that is busy with other things halts even what nobody disturbs, or fails the probes of its only pod; to
 * such a twin nothing can be compared.
 */
export function isUndisturbed({ end, events }: Outcome): boolean {
  const isHalted = end['fate'] === 'good' && events.some((text) => text.startsWith('Halt '));
  return !isHalted && !events.some((text) => text.includes(' has no ready pod, '));
}

/** Twins that go wrong would prove nothing. */
export function blunders(twin: Outcome): readonly string[] {
  const wanted = twin.end['fate'] === 'good' ? 'Succeeded' : 'Failed';
  if (twin.end['phase'] === wanted && twin.end['stuck'] === undefined) return [];
  const found = JSON.stringify(twin.end);
  return [
    `the undisturbed twin did not end as ${wanted}: ${found}`,
    ...twin.events.map((text) => `  told: ${text}`),
  ];
}

/** Where nothing of the new revision is left. */
const BACK = {
  phase: 'Failed',
  weight: 0,
  applied: 'this release',
  promoted: 'the release before',
  primary: 'the release before',
  targetReplicas: 0,
  stuck: undefined,
};

function failed({ end }: Outcome): readonly string[] {
  return Object.entries(BACK)
    .filter(([part, wanted]) => end[part] !== wanted)
    .map(([part, wanted]) => `${part} is ${JSON.stringify(end[part])}, not ${JSON.stringify(wanted)}`);
}

function named(cause: RegExp, { events }: Outcome): readonly string[] {
  if (events.some((text) => cause.test(text))) return [];
  return [`no event names the cause, ${String(cause)}: ${events.join('; ')}`];
}

function alerted({ alerts }: Outcome): readonly string[] {
  return alerts.some((text) => text.startsWith('Failed checks threshold reached'))
    ? []
    : [`nobody was alerted: ${alerts.join('; ')}`];
}
