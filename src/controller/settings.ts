/** What a controller is started with, after flags and environment have been read. */
import type { Millis } from '../shared/brand.ts';

export interface Settings {
  readonly kubeconfig: string;
  readonly master: string;
  readonly qps: number;
  readonly burst: number;
  readonly metricsServer: string;
  readonly logLevel: 'debug' | 'info' | 'warning' | 'error';
  readonly logEncoding: 'json' | 'console';
  readonly port: number;
  /** '' for all. */
  readonly namespace: string;
  readonly meshProvider: string;
  readonly ingressAnnotationsPrefix: string;
  readonly ingressClass: string;
  readonly selectorLabels: readonly string[];
  readonly includeLabelPrefixes: readonly string[];
  readonly trackConfigs: boolean;
  readonly leaderElectionNamespace: string;
  readonly lease: LeaseSettings;
  readonly minimumInterval: Millis;
  readonly installCrds: boolean;
  readonly noCrossNamespaceRefs: boolean;
  /** What it is for Canaries that do not say. */
  readonly revertOnDeletion: boolean;
  readonly clusterName: string;
  readonly eventWebhook: string;
  readonly slack: SlackSettings;
  readonly msteams: { readonly url: string; readonly proxy: string };
}

/** Each shorter than the one before. */
export interface LeaseSettings {
  /** Whole seconds. */
  readonly duration: Millis;
  readonly renewDeadline: Millis;
  readonly retryPeriod: Millis;
}

export interface SlackSettings {
  readonly url: string;
  readonly token: string;
  readonly proxy: string;
  readonly user: string;
  readonly channel: string;
}
