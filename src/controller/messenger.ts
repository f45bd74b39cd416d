/**
 * Delivers one piece of news: as Kubernetes Events and to post-rollout hooks, one after the other, and beside these to
 * event webhooks and to chat. Each is tried for a limited time; what fails is logged.
 */
import { parseAlertProvider } from '../api/alert-provider.ts';
import { KINDS } from '../api/kinds.ts';
import type { AlertSpec, Canary, WebhookSpec } from '../api/model.ts';
import type { News, Phase } from '../core/model.ts';
import { alertOf, describe, describePostRollout, type AlertText, type Sentence } from '../core/wording.ts';
import { callHook, type HookCall } from '../hooks/call.ts';
import {
  checksumOf,
  eventPayload,
  hookPayload,
  type HookPayload,
  type HookSubject,
} from '../hooks/payload.ts';
import { firesAt } from '../notify/alerts.ts';
import type { Alert, Destination } from '../notify/notifier.ts';
import { letterOf } from '../notify/registry.ts';
import { millis, type Instant, type Revision } from '../shared/brand.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { Aside, Messenger } from './announcer.ts';
import { Delivery, type Write } from './delivery.ts';
import { limited } from './limit.ts';
import { namesOf } from './names.ts';
import { secretData } from './secrets.ts';
import type { Tools } from './tools.ts';

/** For an Event: long enough for an API server that restarts. */
const EVENT_LIMIT = millis(60_000);
const EVENT_RETRY = millis(2_000);
/** For one hook, retries included. An acceptance test may run after a rollout. */
const HOOK_LIMIT = millis(600_000);
const EVENT_HOOK_LIMIT = millis(60_000);
/** For an AlertProvider that names none. */
const USUAL_CHANNEL = 'general';
const USUAL_USERNAME = 'flagger';
const GLOBAL_HOOK = {
  name: 'event-webhook',
  timeout: millis(10_000),
  retries: 0,
  disableTLS: false,
} as const;

interface Told {
  readonly canary: Canary;
  readonly phase: Phase;
  readonly revision: Revision;
  readonly at: Instant;
  /** Undefined for notices, which are counted by their text. */
  readonly key: string | undefined;
  readonly aside: Aside;
}

export function createMessenger(tools: Tools): Messenger {
  const delivery = new Delivery(tools);
  return {
    async announce(canary, announcement, signal, aside) {
      const { at, phase, revision, sequence, news } = announcement;
      const told: Told = { canary, phase, revision, at, key: `${canary.uid}.${sequence}`, aside };
      sendAlerts(tools, delivery, told, news, signal);
      await tellEvents(tools, told, news, signal);
      if (news.kind === 'post-rollout') await callPostRollout(tools, told, news.outcome, signal);
    },
    async notice(canary, news, at, signal, aside) {
      const { phase, lastAppliedRevision: revision } = canary.status;
      await tellEvents(tools, { canary, phase, revision, at, key: undefined, aside }, news, signal);
    },
  };
}

async function tellEvents(tools: Tools, told: Told, news: News, signal: AbortSignal): Promise<void> {
  const sentences = describe(news, namesOf(told.canary));
  for (const [index, sentence] of sentences.entries())
    await tellSentence(tools, told, sentence, index, signal);
}

async function tellSentence(
  tools: Tools,
  told: Told,
  sentence: Sentence,
  index: number,
  signal: AbortSignal,
): Promise<void> {
  const { canary, aside } = told;
  tools.log.info({ canary: `${canary.name}.${canary.namespace}`, type: sentence.type }, sentence.text);
  for (const hook of eventHooks(tools, canary)) {
    const what = `event hook ${hook.name}`;
    aside(what, () =>
      attempt(tools, canary, what, signal, () => callEventHook(tools, told, hook, sentence, signal)),
    );
  }
  await attempt(tools, canary, 'event', signal, () => recordEvent(tools, told, sentence, index, signal));
}

/** Tries again for a while: an Event is the only trace many people have of a rollout. */
async function recordEvent(
  { events, clock }: Tools,
  { canary, at, key }: Told,
  { type, text }: Sentence,
  index: number,
  outer: AbortSignal,
): Promise<Result<undefined, string>> {
  const event = { canary: canary.object, type, text, at };
  return limited(clock, EVENT_LIMIT, outer, async (signal) => {
    for (;;) {
      const done =
        key === undefined
          ? await events.notice(event, { signal })
          : await events.record({ ...event, key: `${key}.${index}` }, { signal });
      if (done.ok) return ok();
      if (done.error.kind !== 'unavailable') return err(done.error.detail);
      await clock.sleep(EVENT_RETRY, { signal });
    }
  });
}

type EventHook = Pick<WebhookSpec, 'name' | 'url' | 'timeout' | 'retries' | 'disableTLS' | 'metadata'>;

/** The Canary's own event hooks, or else the controller's. */
function eventHooks({ settings }: Tools, canary: Canary): readonly EventHook[] {
  const own = canary.analysis.webhooks.filter(({ type }) => type === 'event');
  if (own.length > 0 || settings.eventWebhook === '') return own;
  return [{ ...GLOBAL_HOOK, url: settings.eventWebhook, metadata: {} }];
}

async function callEventHook(
  tools: Tools,
  told: Told,
  hook: EventHook,
  { type, text }: Sentence,
  outer: AbortSignal,
): Promise<Result<undefined, string>> {
  const payload = eventPayload(subjectOf(told, hook), { message: text, type, at: told.at });
  return measured(tools, 'event', () =>
    limited(tools.clock, EVENT_HOOK_LIMIT, outer, (signal) => noticeHook(tools, hook, payload, signal)),
  );
}

async function callPostRollout(
  tools: Tools,
  told: Told,
  outcome: 'Succeeded' | 'Failed',
  outer: AbortSignal,
): Promise<void> {
  const hooks = told.canary.analysis.webhooks.filter(({ type }) => type === 'post-rollout');
  for (const [index, hook] of hooks.entries()) {
    const payload = hookPayload({ ...subjectOf(told, hook), phase: outcome });
    const called = await attempt(tools, told.canary, `post-rollout hook ${hook.name}`, outer, () =>
      measured(tools, 'post-rollout', () =>
        limited(tools.clock, HOOK_LIMIT, outer, (signal) => noticeHook(tools, hook, payload, signal)),
      ),
    );
    await tellSentence(tools, told, describePostRollout(hook.name, called), index, outer);
  }
}

/** A hook whose answer decides nothing: what matters of a failure is its sentence. */
async function noticeHook(
  { http, clock }: Tools,
  hook: HookCall,
  payload: HookPayload,
  signal: AbortSignal,
): Promise<Result<undefined, string>> {
  const called = await callHook(hook, payload, { http, clock, signal });
  return called.ok ? called : err(called.error.detail);
}

function subjectOf({ canary, phase, revision }: Told, hook: EventHook): HookSubject {
  const { name, namespace, status } = canary;
  const checksum = checksumOf({ trackedConfigs: status.target?.configs, lastAppliedSpec: revision });
  return { name, namespace, phase, checksum, metadata: hook.metadata };
}

// ---------------------------------------------------------------------------------------------------------- alerts

function sendAlerts(tools: Tools, delivery: Delivery, told: Told, news: News, outer: AbortSignal): void {
  const { canary, aside } = told;
  const text = alertOf(news, namesOf(canary));
  if (text === undefined) return;
  const alert = alertFor(tools, told, text);
  for (const { what, find } of receivers(tools, canary, text.severity)) {
    const write: Write = async (signal) => {
      const destination = await find(signal);
      if (!destination.ok) return destination;
      const letter = letterOf(alert, destination.value);
      if (letter.ok && letter.value.complaint !== undefined) {
        tools.log.warn(
          { canary: alert.author, detail: letter.value.complaint },
          `${what}: its template cannot be used`,
        );
      }
      return letter;
    };
    aside(what, () => attempt(tools, canary, what, outer, () => delivery.send(write, outer)));
  }
}

interface Receiver {
  /** For the log. */
  readonly what: string;
  readonly find: (signal: AbortSignal) => Promise<Result<Destination, string>>;
}

/** Those the Canary names, or else those the flags name. */
function receivers(tools: Tools, canary: Canary, severity: AlertText['severity']): readonly Receiver[] {
  const { alerts } = canary.analysis;
  if (alerts.length === 0) {
    return globalDestinations(tools).map((destination) => ({
      what: `alert by ${destination.type}`,
      find: async () => ok(destination),
    }));
  }
  return alerts
    .filter((spec) => firesAt(spec.severity, severity))
    .map((spec) => ({
      what: `alert ${spec.name}`,
      find: (signal) => destinationOf(tools, canary, spec, signal),
    }));
}

/** What the flags name; both, where both are named. */
function globalDestinations({ settings: { slack, msteams } }: Tools): readonly Destination[] {
  const { url, channel, user, token, proxy } = slack;
  const none = { channel: '', username: '', token: undefined };
  const template = undefined;
  return [
    {
      type: 'slack',
      address: url,
      channel,
      username: user,
      token: token || undefined,
      proxy: proxy || undefined,
      template,
    },
    { type: 'msteams', address: msteams.url, ...none, proxy: msteams.proxy || undefined, template },
  ].filter(({ address }) => address !== '');
}

async function destinationOf(
  tools: Tools,
  canary: Canary,
  { providerRef }: AlertSpec,
  signal: AbortSignal,
): Promise<Result<Destination, string>> {
  const namespace = providerRef.namespace ?? canary.namespace;
  const where = `alert provider ${providerRef.name}.${namespace}`;
  if (tools.settings.noCrossNamespaceRefs && namespace !== canary.namespace) {
    return err(`${where}: references to other namespaces are switched off`);
  }
  const known = await tools.watched.watch(KINDS.AlertProvider, { signal });
  if (!known.ok) return err(`${where}: ${known.error.detail}`);
  const object = tools.watched.get({ ...KINDS.AlertProvider, name: providerRef.name, namespace });
  if (object === undefined) return err(`${where} does not exist`);
  const { provider } = parseAlertProvider(object);
  if (provider === undefined) return err(`${where} cannot be read`);
  const { secretRef } = provider;
  const secret = secretRef === undefined ? ok({}) : await secretData(tools, namespace, secretRef, signal);
  if (!secret.ok) return err(`${where}: ${secret.error}`);
  const data: Readonly<Record<string, string>> = secret.value;
  if (secretRef !== undefined && data['address'] === undefined) {
    return err(`${where}: secret ${secretRef} has no key address`);
  }
  return ok({
    type: provider.type,
    address: data['address']?.trim() ?? provider.address,
    channel: provider.channel || USUAL_CHANNEL,
    username: provider.username || USUAL_USERNAME,
    token: data['token']?.trim(),
    proxy: provider.proxy === '' ? undefined : provider.proxy,
    template: provider.template,
  });
}

function alertFor({ settings }: Tools, { canary, phase, revision }: Told, text: AlertText): Alert {
  const { severity, message, fields } = text;
  const cluster = settings.clusterName === '' ? [] : [{ name: 'Cluster', value: settings.clusterName }];
  return {
    severity,
    author: `${canary.name}.${canary.namespace}`,
    message,
    fields: [...cluster, ...(fields ? detailFields(canary) : [])],
    about: {
      cluster: settings.clusterName,
      name: canary.name,
      namespace: canary.namespace,
      target: canary.target.name,
      service: canary.service.apex,
      phase,
      revision,
    },
  };
}

function detailFields({ target, namespace, analysis, spec }: Canary): Alert['fields'] {
  return [
    { name: 'Target', value: `${target.kind}/${target.name}.${namespace}` },
    { name: 'Failed checks threshold', value: String(analysis.threshold) },
    { name: 'Progress deadline', value: `${Math.trunc(spec.progressDeadline / 1_000)}s` },
    { name: 'Traffic routing', value: routingText(analysis, spec.strategy.kind) },
  ];
}

function routingText(
  { stepWeight, stepWeights, maxWeight }: Canary['analysis'],
  strategy: Canary['spec']['strategy']['kind'],
): string {
  if (strategy === 'ab-testing') return 'A/B Testing';
  if (strategy === 'blue-green') return 'Blue/Green';
  if (stepWeight > 0) return `Weight step: ${stepWeight} max: ${maxWeight}`;
  return `Weight steps: ${stepWeights.join(',')} max: ${maxWeight}`;
}

// ------------------------------------------------------------------------------------------------------- in common

/** The failure as a sentence, logged; undefined when it went well. Rejects only when `outer` has aborted. */
async function attempt(
  { log }: Tools,
  { name, namespace }: Canary,
  what: string,
  outer: AbortSignal,
  work: () => Promise<Result<undefined, string>>,
): Promise<string | undefined> {
  let failure: string;
  try {
    const done = await work();
    if (done.ok) return undefined;
    failure = done.error;
  } catch (error) {
    if (outer.aborted) throw error;
    failure = error instanceof Error ? error.message : String(error);
  }
  log.warn({ canary: `${name}.${namespace}`, detail: failure }, `telling failed: ${what}`);
  return failure;
}

async function measured(
  { vitals, clock }: Tools,
  type: 'event' | 'post-rollout',
  call: () => Promise<Result<undefined, string>>,
): Promise<Result<undefined, string>> {
  const start = clock.steady();
  const done = await call();
  vitals.webhook(type, done.ok ? 'passed' : 'failed', (clock.steady() - start) / 1_000);
  return done;
}
