/**
 * Clusters that are not made here: what somebody else has in them stays as it is, and what a suite needs is missed
 * before anything is installed.
 */
import { at, list, text } from '../../src/api/tree.ts';

/** Runs kubectl with these words and resolves with what it prints; rejects with what it complains of. */
export type Kubectl = (...words: readonly string[]) => Promise<string>;

export interface Demands {
  /** Namespaces that the suite makes itself: what is left in them of a run that was cut off goes. */
  readonly own: RegExp;
  /** What has to be there, as kubectl names it, and what it is for. */
  readonly needed: readonly { readonly words: readonly string[]; readonly sentence: string }[];
}

/** Sentences about why the suite may not, or cannot, be played there; none if it can. */
export async function objectionsTo(kubectl: Kubectl, { own, needed }: Demands): Promise<readonly string[]> {
  const elsewhere = (places: readonly string[]): readonly string[] =>
    places.filter((name) => !own.test(name));
  const serins = elsewhere(await placesOf(kubectl, '/apis/apps/v1/deployments', '?labelSelector=', OURS));
  const canaries = elsewhere(await placesOf(kubectl, '/apis/flagger.app/v1beta1/canaries'));
  const missing = await Promise.all(
    needed.map(async ({ words, sentence }) => {
      const found = await kubectl('get', ...words, '--ignore-not-found', '-o', 'name').catch(() => '');
      return found === '' ? [`${words.join(' ')} is not there: ${sentence}`] : [];
    }),
  );
  return [
    ...serins.map((name) => `Serin runs already, in namespace ${name}; two would drive the same Canaries`),
    ...canaries.map((name) => `namespace ${name} has Canaries, which the Serin of this suite would drive`),
    ...missing.flat(),
  ];
}

const OURS = encodeURIComponent('app.kubernetes.io/name=serin');

/** The namespaces of all there are, each once; none where nobody knows the kind. */
async function placesOf(kubectl: Kubectl, ...path: readonly string[]): Promise<readonly string[]> {
  try {
    const found: unknown = JSON.parse(await kubectl('get', '--raw', path.join('')));
    return [
      ...new Set(list(at(found, 'items')).map((item) => text(at(item, 'metadata', 'namespace')) ?? '')),
    ];
  } catch (error) {
    if (error instanceof Error && /NotFound|could not find/.test(error.message)) return [];
    throw error;
  }
}
