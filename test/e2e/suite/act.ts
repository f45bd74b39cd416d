/** What a scenario has in its hands: namespaces, applications, users, gates, and the counting of what users got. */
import assert from 'node:assert/strict';
import { Application, type WorkloadKind } from './application.ts';
import type { Cluster } from './cluster.ts';
import { EndpointLog } from './endpoints.ts';
import type { Share } from './shares.ts';
import type { Apex, Splitter, Stage } from './stage.ts';
import { Visitors, type Visit } from './visitors.ts';

/** Per weight. More do no harm, fewer would say too little. */
const ENOUGH = 500;
/** A router that has taken up new weights in its own account uses them for all requests that begin later. */
const BREATH = 20;
const LOOK_EVERY = 50;

export class Act {
  readonly stage: Stage;
  readonly shares: Share[] = [];
  readonly #name: string;
  readonly #report: (line: string) => void;
  readonly #namespaces: string[] = [];
  readonly #visitors: Visitors[] = [];
  readonly #applications: Application[] = [];
  readonly #logs: EndpointLog[] = [];

  constructor(stage: Stage, name: string, report: (line: string) => void) {
    this.stage = stage;
    this.#name = name;
    this.#report = report;
  }

  get cluster(): Cluster {
    return this.stage.cluster;
  }

  /** A line for whoever watches. */
  say(line: string): void {
    this.#report(line);
  }

  /** A namespace of the scenario's own, gone after it. One that a run before left behind goes first. */
  async namespace(suffix = ''): Promise<string> {
    const name = `e2e-${this.#name}${suffix}`;
    await this.cluster.remove('Namespace', { name });
    await this.cluster.eventually(
      `there is no namespace ${name}`,
      async () => (await this.cluster.read('Namespace', { name })) === undefined,
      { within: 60_000 },
    );
    await this.cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    this.#namespaces.push(name);
    return name;
  }

  /** Looks at an application from now on; nothing is applied. */
  application(namespace: string, name = 'podinfo', kind: WorkloadKind = 'Deployment'): Application {
    const application = new Application(this.cluster, { namespace, name, kind });
    this.#applications.push(application);
    return application;
  }

  /** Users who come through the router. Whatever they do not get fails the scenario. */
  visitors(host: string, by: Splitter = 'traefik'): Visitors {
    const visitors = new Visitors({ url: this.stage.router.url(by), host });
    this.#visitors.push(visitors);
    return visitors;
  }

  endpoints(namespace: string, service: string): EndpointLog {
    const log = new EndpointLog(this.cluster, namespace, service);
    this.#logs.push(log);
    return log;
  }

  /** Resolves once a user gets an answer: until then nothing is lost, since nothing was promised. */
  async open(visitors: Visitors): Promise<void> {
    const answered = async (): Promise<boolean> => (await visitors.come()).status === 200;
    await this.cluster.eventually('users are let in', answered, { within: 60_000 });
    visitors.visits.splice(0);
  }

  // ---------------------------------------------------------------------------------------------------------- gates

  async openGate({ namespace, name }: Application, which: 'gate' | 'rollback' = 'gate'): Promise<void> {
    await this.#turn(`/${which}/open`, { namespace, name });
  }

  async closeGate({ namespace, name }: Application, which: 'gate' | 'rollback' = 'gate'): Promise<void> {
    await this.#turn(`/${which}/close`, { namespace, name });
  }

  async #turn(path: string, payload: { readonly namespace: string; readonly name: string }): Promise<void> {
    const status = await this.stage.loadTester.put(path, payload);
    assert.equal(status, 202, `${path} of the load tester answered ${status}`);
  }

  // --------------------------------------------------------------------------------------------------------- shares

  /**
   * Counts who answers at a weight: at least 500 requests that began after the router took the weight up and ended
   * before the controller decided on the next. Nothing is counted twice, and nothing is tried again.
   */
  async measure(
    app: Application,
    visitors: Visitors,
    wanted: {
      readonly weight: number;
      readonly by: Splitter;
      readonly host: string;
      readonly version: string;
    },
  ): Promise<Share> {
    const { weight, by, host, version } = wanted;
    const split = { primary: 100 - weight, canary: weight };
    await this.#shown(by, { ...app.place, host }, split);
    const from = Date.now();
    const since = app.decidedAt;
    let until = Number.POSITIVE_INFINITY;
    const inTime = (): readonly Visit[] =>
      visitors.visits.filter(({ began, ended }) => began >= from && ended <= until);
    while (inTime().length < ENOUGH && until === Number.POSITIVE_INFINITY) {
      await visitors.crowd(ENOUGH / 10);
      if (app.weight !== weight) until = app.decidedAt;
    }
    // Whoever set out by now counts, also those who have to wait longer: a slow version would lose by it.
    const last = Date.now();
    await visitors.backHome();
    const counted = inTime().filter(({ began }) => began <= last);
    assert.ok(
      counted.length >= ENOUGH,
      `only ${counted.length} requests were answered while the weight was ${weight}, ` +
        `decided at ${since}, taken up at ${from}, left at ${until}`,
    );
    const canary = counted.filter((visit) => visit.version === version).length;
    const share = { weight, requests: counted.length, canary };
    this.shares.push(share);
    this.say(`weight ${weight}: ${canary} of ${counted.length} requests reached ${version}`);
    return share;
  }

  async #shown(by: Splitter, apex: Apex, wanted: { primary: number; canary: number }): Promise<void> {
    for (let looks = 0; looks < 60_000 / LOOK_EVERY; looks += 1) {
      const split = await this.stage.router.split(by, apex);
      if (split?.primary === wanted.primary && split.canary === wanted.canary) {
        await pause(BREATH);
        return;
      }
      await pause(LOOK_EVERY);
    }
    const last = JSON.stringify(await this.stage.router.split(by, apex));
    throw new Error(`the router never showed ${JSON.stringify(wanted)} for ${apex.host}; it shows ${last}`);
  }

  // ------------------------------------------------------------------------------------------------------------ end

  /** Users go home; returns the requests they lost. */
  async curtain(): Promise<Visitors[]> {
    await Promise.all(this.#visitors.map((visitors) => visitors.leave()));
    return this.#visitors;
  }

  /** Takes everything down again, without waiting until it is gone. */
  async clear(): Promise<void> {
    for (const watcher of [...this.#applications, ...this.#logs]) watcher.close();
    await Promise.all(this.#namespaces.map((name) => this.cluster.remove('Namespace', { name })));
  }
}

export function pause(span: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, span));
}
