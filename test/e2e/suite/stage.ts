/**
 * What a scenario stands on. There are two: a cluster in memory with routers and pods made for it, and a real one
 * with what people run on theirs. A scenario does not know which it is on; whatever it has to know is asked here.
 */
import type { Cluster } from './cluster.ts';

/** The objects a router can split traffic by. */
export type Splitter = 'gatewayapi' | 'traefik' | 'nginx' | 'skipper' | 'istio';

export interface Split {
  readonly primary: number;
  readonly canary: number;
}

export interface Router {
  /** Where users of what is split by these objects come in. */
  url(by: Splitter): string;
  /**
   * How the router divides the traffic of an apex Service at this moment, by its own account and not by what the
   * objects in the cluster ask for. Undefined where it divides nothing.
   */
  split(by: Splitter, apex: Apex): Promise<Split | undefined>;
}

export interface Apex {
  readonly namespace: string;
  readonly name: string;
  /** By which users ask for it. */
  readonly host: string;
}

/** The gates of the load tester, as a person opens and closes them. */
export interface LoadTester {
  /** As hooks in manifests name it. */
  readonly url: string;
  /** Puts a payload to a path; resolves with the status of the answer. */
  put(path: string, payload: Readonly<Record<string, unknown>>): Promise<number>;
}

export interface Stage {
  readonly kind: 'embedded' | 'real';
  /** What it is made of, a line each. */
  readonly about: readonly string[];
  readonly cluster: Cluster;
  readonly router: Router;
  readonly loadTester: LoadTester;
  /** As MetricTemplates name it. */
  readonly prometheus: string;
  /** The Gateway that HTTPRoutes attach to. */
  readonly gateway: { readonly name: string; readonly namespace: string };
  /** Replaces the controller by one that is started so. */
  restart(how: Controller): Promise<void>;
  /** What the controller wrote last, for whoever has to find out what went wrong. */
  lastWords(): Promise<string>;
  stop(): Promise<void>;
}

/** How a controller is started; what is left out is its own default. */
export interface Controller {
  readonly minimumInterval?: string;
  readonly revertOnDeletion?: boolean;
}

/** Rollouts of a suite are in a hurry. */
export const IN_A_HURRY: Controller = { minimumInterval: '1s' };
