/** Traffic shifted by weight, through each kind of router: a good revision up and home, a bad one up and back. */
import assert from 'node:assert/strict';
import type { Act } from '../act.ts';
import type { Application } from '../application.ts';
import { canary, deployment, GOOD, image, LATENCY, SLOW, SUCCESS } from '../manifests.ts';
import { GATEWAY, hostOf, TRAEFIK, type Way } from '../routes.ts';
import type { Scenario } from '../scenario.ts';
import type { Visitors } from '../visitors.ts';

const WEIGHTS = [30, 60] as const;
const USERS_PER_SECOND = 10;

interface Story {
  readonly act: Act;
  readonly way: Way;
  readonly app: Application;
  readonly users: Visitors;
}

export const gateway: Scenario = {
  name: 'gateway',
  title: 'canary by Gateway API: a good revision is promoted, a slow one goes back',
  measures: WEIGHTS.length + 1,
  play: async (act) => {
    const story = await begin(act, GATEWAY, [SUCCESS, LATENCY]);
    await good(story);
    await bad(story, 'request duration');
  },
};

export const traefik: Scenario = {
  name: 'traefik',
  title: 'canary by TraefikService: a good revision is promoted, a slow one goes back',
  measures: WEIGHTS.length + 1,
  play: async (act) => {
    const story = await begin(act, TRAEFIK, [SUCCESS, LATENCY]);
    await good(story);
    await bad(story, 'request duration');
  },
};

/** Everything up to the Canary that waits for its first release. */
export async function begin(act: Act, way: Way, metrics: readonly unknown[]): Promise<Story> {
  const namespace = await act.namespace();
  const app = act.application(namespace);
  const host = hostOf(app);
  const { url } = act.stage.loadTester;
  await act.cluster.apply(
    deployment(app),
    ...way.objects(app, host),
    canary({
      ...app.place,
      provider: way.provider,
      spec: way.spec(app),
      service: way.service(act.stage, host),
      analysis: {
        stepWeight: WEIGHTS[0],
        maxWeight: WEIGHTS.at(-1),
        metrics,
        webhooks: [
          // Some requests before the first user's, so that there is something to judge from the start.
          {
            name: 'smoke-test',
            type: 'pre-rollout',
            url,
            timeout: '30s',
            metadata: {
              type: 'bash',
              cmd: `hey -z 4s -q 5 -c 2 http://${app.name}-canary.${namespace}:9898/`,
            },
          },
          { name: 'counted', type: 'confirm-traffic-increase', url: `${url}gate/check` },
        ],
      },
    }),
  );
  await app.rests('Initialized');
  const users = act.visitors(host);
  await act.open(users);
  users.keepComing(USERS_PER_SECOND);
  return { act, way, app, users };
}

/** To the last weight, counted at each, and home. */
export async function good(story: Story): Promise<void> {
  const { act, app, users } = story;
  await app.push(GOOD);
  for (const weight of WEIGHTS) await climb(story, weight, GOOD);
  await act.openGate(app);
  await app.rests('Succeeded');
  await act.closeGate(app);
  assert.equal(app.primaryImage, image(GOOD));
  assert.deepEqual(
    app.told.filter((text) => text.startsWith('Advance')),
    WEIGHTS.map((weight) => `Advance ${app.name}.${app.namespace} canary weight ${weight}`),
  );
  await everybodySees(users, GOOD);
}

/** Held at the first weight until the metrics have seen enough. */
export async function bad(story: Story, complaint: string): Promise<void> {
  const { app, users } = story;
  await app.push(SLOW.version, SLOW.flags);
  await climb(story, WEIGHTS[0], SLOW.version);
  await app.rests('Failed');
  const halts = app.told.filter((text) => text.startsWith('Halt') && text.includes(complaint));
  assert.notDeepEqual(halts, [], 'no event says why it was halted');
  assert.equal(app.primaryImage, image(GOOD));
  assert.equal(app.weight, 0);
  await everybodySees(users, GOOD);
}

/** Through the gate once, and counted while it is closed again. */
async function climb({ act, way, app, users }: Story, weight: number, version: string): Promise<void> {
  await act.openGate(app);
  await app.comes(`has weight ${weight}`, () => app.weight === weight);
  await act.closeGate(app);
  await act.measure(app, users, { weight, by: way.splitter, host: hostOf(app), version });
}

async function everybodySees(users: Visitors, version: string): Promise<void> {
  const answers = await users.crowd(50);
  assert.deepEqual([...new Set(answers.map((visit) => visit.version))], [version]);
}
