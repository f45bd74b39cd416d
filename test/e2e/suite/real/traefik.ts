/** How a real Traefik divides traffic, by its own account: its API tells what it has taken up. */
import { valueAt, textAt } from '../../harness/look.ts';
import type { Apex, Split, Splitter } from '../stage.ts';

/** Scenarios that look at the same time share one look. */
const FRESH = 40;

export class Traefik {
  readonly #api: string;
  #last: { readonly at: number; readonly services: Promise<readonly unknown[]> } | undefined;

  /** `api` is the address of the entry point with the API. */
  constructor(api: string) {
    this.#api = api;
  }

  async split(by: Splitter, apex: Apex): Promise<Split | undefined> {
    const services = await this.#services();
    const divided = services.flatMap((service) => splitOf(service, by, apex));
    // Of the rules of one route the last divides what the ones before have left over.
    return divided.sort((a, b) => a.rule - b.rule).at(-1);
  }

  async #services(): Promise<readonly unknown[]> {
    const now = Date.now();
    if (this.#last === undefined || now - this.#last.at > FRESH) {
      this.#last = { at: now, services: this.#ask() };
    }
    return this.#last.services;
  }

  async #ask(): Promise<readonly unknown[]> {
    const answer = await fetch(`${this.#api}/api/http/services?per_page=10000`);
    if (!answer.ok) throw new Error(`Traefik's API answered ${answer.status}`);
    return (await answer.json()) as readonly unknown[]; // As its documentation says.
  }
}

/** The name of the part that gets the canary's share, as each of Traefik's providers makes it. */
const CANARIES = {
  gatewayapi: ({ namespace, name }: Apex) => new RegExp(`-svc-${namespace}-${name}-canary-\\d+(@|$)`),
  traefik: ({ namespace, name }: Apex) => new RegExp(`^${namespace}-${name}-canary-\\d+(@|$)`),
  nginx: ({ namespace }: Apex) => new RegExp(`^${namespace}-.*-canary(@|$)`),
  skipper: () => /(?!)/,
  istio: () => /(?!)/,
} as const satisfies Record<Splitter, (apex: Apex) => RegExp>;

function splitOf(service: unknown, by: Splitter, apex: Apex): readonly (Split & { readonly rule: number })[] {
  const parts = valueAt(service, 'weighted', 'services');
  if (!Array.isArray(parts)) return [];
  const canary = parts.findIndex((part) => CANARIES[by](apex).test(textAt(part, 'name')));
  if (canary < 0) return [];
  const weights = parts.map((part) => Number(valueAt(part, 'weight') ?? 1));
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  const share = weights[canary] ?? 0;
  return [{ primary: all - share, canary: share, rule: ruleOf(textAt(service, 'name')) }];
}

/** `httproute-…-ep-web-1-4c8…-wrr` is the second rule of its route. */
function ruleOf(name: string): number {
  return Number(/-ep-[a-z]+-(\d+)-/.exec(name)?.[1] ?? 0);
}
