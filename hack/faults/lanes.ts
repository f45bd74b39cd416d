/** The Canaries whose rollouts are disturbed: every kind of router, and every kind of evidence a rollout waits for. */
import type { Receiver } from '../../test/e2e/harness/receiver.ts';
import { Act } from '../../test/e2e/suite/act.ts';
import type { Application } from '../../test/e2e/suite/application.ts';
import { SUCCESS } from '../../test/e2e/suite/manifests.ts';
import { GATEWAY, PLAIN, TRAEFIK, type Way } from '../../test/e2e/suite/routes.ts';
import { canaryUrl, settle, type Setting } from '../../test/e2e/suite/setting.ts';
import type { Stage } from '../../test/e2e/suite/stage.ts';
import type { RouteKind } from './traffic.ts';

/** What its revisions end as when nothing disturbs them. */
export type Fate = 'good' | 'bad';

export const LANES = [
  'steps',
  'tester-wait',
  'hook-wait',
  'refused',
  'prometheus-fail',
  'tester-fail',
  'hook-fail',
] as const;
export type LaneName = (typeof LANES)[number];

export interface Lane extends Setting {
  readonly name: LaneName;
  readonly fate: Fate;
  readonly route: RouteKind;
}

type Fields = Readonly<Record<string, unknown>>;

interface Wish {
  readonly way: Way;
  readonly route: RouteKind;
  readonly fate: Fate;
  readonly analysis: (app: Application) => Fields;
}

/** Failed checks a rollout bears that its evidence is taken away from: more than the first seconds may cost it. */
const PATIENCE = 6;
const USERS_PER_SECOND = 5;
const STEPS = { interval: '2s', stepWeight: 30, maxWeight: 60 };

/** Where hooks are answered with a refusal. */
export function refusedPath(lane: LaneName): string {
  return `/${lane}/refused`;
}

/** Where the rollout hook of a lane calls. */
export function hookPath(lane: LaneName): string {
  return `/${lane}/check`;
}

function wishOf(name: LaneName, web: Receiver, stage: Stage): Wish {
  const hook = (type: string, path = `/${name}/${type}`, more: Fields = {}): Fields => ({
    name: `${type}-hook`,
    type,
    url: web.url + path,
    timeout: '2s',
    ...more,
  });
  const tested = (app: Application, more: Fields = {}): Fields => ({
    name: 'load-test',
    type: 'rollout',
    url: stage.loadTester.url,
    timeout: '10s',
    metadata: { type: 'bash', cmd: `hey -n 4 -c 1 ${canaryUrl(app)}` },
    ...more,
  });
  const wait = { onInconclusive: 'wait' };
  const good = { fate: 'good' } as const;
  switch (name) {
    case 'steps':
      return {
        ...good,
        ...BY_GATEWAY,
        analysis: () => ({
          ...STEPS,
          metrics: [{ ...SUCCESS, ...wait }],
          webhooks: [hook('confirm-rollout'), hook('confirm-promotion'), hook('post-rollout')],
        }),
      };
    case 'tester-wait':
      return { ...good, ...BY_TRAEFIK, analysis: (app) => ({ ...STEPS, webhooks: [tested(app, wait)] }) };
    case 'hook-wait':
      return {
        ...good,
        ...BLUE_GREEN,
        analysis: () => ({
          interval: '2s',
          iterations: 4,
          webhooks: [hook('rollout', hookPath(name), wait)],
        }),
      };
    case 'refused':
      return {
        ...BY_TRAEFIK,
        fate: 'bad',
        analysis: () => ({ ...STEPS, threshold: 2, webhooks: [hook('rollout', refusedPath(name))] }),
      };
    case 'prometheus-fail':
      return {
        ...good,
        ...BY_TRAEFIK,
        analysis: () => ({ ...STEPS, threshold: PATIENCE, metrics: [SUCCESS] }),
      };
    case 'tester-fail':
      return {
        ...good,
        ...BY_GATEWAY,
        analysis: (app) => ({ ...STEPS, threshold: PATIENCE, webhooks: [tested(app)] }),
      };
    case 'hook-fail':
      return {
        ...good,
        ...BLUE_GREEN,
        analysis: () => ({
          interval: '2s',
          iterations: 4,
          threshold: 3,
          webhooks: [hook('rollout', hookPath(name))],
        }),
      };
  }
}

const BY_GATEWAY = { way: GATEWAY, route: 'HTTPRoute' } as const;
const BY_TRAEFIK = { way: TRAEFIK, route: 'TraefikService' } as const;
const BLUE_GREEN = { way: PLAIN, route: 'Service' } as const;

/** What the lanes' acts are called, and after them their namespaces. */
const ACT = 'faults-';
export const NAMESPACES = `e2e-${ACT}`;

export interface Scenery {
  readonly stage: Stage;
  readonly web: Receiver;
  readonly say: (line: string) => void;
}

/** Applies it and lets users in. The act is handed out first: it is to be cleared also where this fails. */
export async function openLane(name: LaneName, { stage, web, say }: Scenery, acts: Act[]): Promise<Lane> {
  const act = new Act(stage, ACT + name, say);
  acts.push(act);
  const { way, route, fate, analysis } = wishOf(name, web, stage);
  web.reply(refusedPath(name), { status: 500, body: 'this revision is not wanted' });
  const setting = await settle(act, { way, analysis });
  setting.users.keepComing(USERS_PER_SECOND);
  return { ...setting, name, fate, route };
}
