/** How a real Skipper divides traffic, by its own account: its support listener tells the routes it has taken up. */
import type { Apex, Split } from '../stage.ts';

export class Skipper {
  readonly #support: string;

  /** `support` is the address of the listener with the routes. */
  constructor(support: string) {
    this.#support = support;
  }

  async split(apex: Apex): Promise<Split | undefined> {
    const answer = await fetch(`${this.#support}/routes`);
    if (!answer.ok) throw new Error(`Skipper's listener answered ${answer.status}`);
    return splitIn(await answer.text(), apex);
  }
}

/**
 * The routes are a text, `name: Predicate() && Predicate() -> filter() -> backend;`. Of the two of a second Ingress the
 * first says what part it takes, by `Traffic(0.9)`, and the other has what it leaves.
 */
export function splitIn(
  routes: string,
  { namespace, name }: Pick<Apex, 'namespace' | 'name'>,
): Split | undefined {
  const prefix = `kube_${word(namespace)}__${word(name)}_canary__`;
  const ours = routes
    .split(/;\s*\n/)
    .map((route) => route.trim())
    .filter((route) => route.startsWith(prefix) && !route.includes('False()'));
  const partOf = (role: 'primary' | 'canary'): number | 'the rest' => {
    const route = ours.find((text) => text.split(':')[0]?.endsWith(`__${word(name)}_${role}`));
    if (route === undefined) return 0;
    const part = /\bTraffic\(([\d.]+)\)/.exec(route)?.[1];
    return part === undefined ? 'the rest' : Number(part);
  };
  if (ours.length === 0) return undefined;
  const [primary, canary] = [partOf('primary'), partOf('canary')];
  const part = canary === 'the rest' ? 1 - Number(primary) : canary;
  const percent = Math.round(100 * part);
  return { primary: 100 - percent, canary: percent };
}

/** As Skipper writes names into those of its routes. */
function word(text: string): string {
  return text.replaceAll(/\W/g, '_');
}
