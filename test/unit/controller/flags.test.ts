import { describe, expect, it } from '@jest/globals';
import { helpText, parseFlags } from '../../../src/controller/flags.ts';
import type { Settings } from '../../../src/controller/settings.ts';

function settings(words: readonly string[], environment: Record<string, string> = {}): Settings {
  const parsed = parseFlags(words, environment);
  if (!parsed.ok) throw new Error(parsed.error);
  if (parsed.value.kind !== 'run') throw new Error(`asked for ${parsed.value.kind}`);
  return parsed.value.settings;
}

function refusal(...words: readonly string[]): string {
  const parsed = parseFlags(words, {});
  return parsed.ok ? 'accepted' : parsed.error;
}

describe('the flags of the controller', () => {
  it('have the defaults people rely on', () => {
    expect(settings([])).toMatchObject({
      metricsServer: 'http://prometheus:9090',
      meshProvider: 'istio',
      port: 8080,
      selectorLabels: ['app', 'name', 'app.kubernetes.io/name'],
      includeLabelPrefixes: [],
      trackConfigs: true,
      minimumInterval: 10_000,
      leaderElectionNamespace: 'kube-system',
      lease: { duration: 60_000, renewDeadline: 15_000, retryPeriod: 5_000 },
      qps: 100,
      burst: 250,
    });
  });

  it.each([
    [['-port=9', '-mesh-provider=kubernetes']],
    [['--port=9', '--mesh-provider', 'kubernetes']],
    [['-port', '9', '-mesh-provider', 'kubernetes']],
  ])('are read from %j', (words) => {
    expect(settings(words)).toMatchObject({ port: 9, meshProvider: 'kubernetes' });
  });

  it('take switches without a value, and with one only after an equals sign', () => {
    expect(settings(['-no-cross-namespace-refs', '-port', '1'])).toMatchObject({
      noCrossNamespaceRefs: true,
      port: 1,
    });
    expect(settings(['-enable-config-tracking=false']).trackConfigs).toBe(false);
    expect(settings(['-revert-on-deletion']).revertOnDeletion).toBe(true);
    expect(settings([]).revertOnDeletion).toBe(false);
  });

  it('give way to the environment', () => {
    const read = settings(['-slack-url=http://flag', '-slack-token=t'], {
      SLACK_URL: 'http://environment',
      SLACK_TOKEN: '',
    });
    expect(read.slack).toMatchObject({ url: 'http://environment', token: 't' });
    const { eventWebhook } = settings(['-event-webhook=http://flag'], { EVENT_WEBHOOK_URL: 'http://own' });
    expect(eventWebhook).toBe('http://own');
  });

  it('elect the leader in the watched namespace, if there is only one', () => {
    expect(settings(['-namespace=test']).leaderElectionNamespace).toBe('test');
  });

  it('accept what Kubernetes tools pass along', () => {
    expect(settings(['-v', '4', '-logtostderr', '-vmodule=x=1', '-port=3']).port).toBe(3);
  });

  it.each([
    [
      ['-mesh-provder=istio'],
      'unknown flag -mesh-provder, did you mean -mesh-provider; -help lists all flags',
    ],
    [['--frobnicate'], 'unknown flag -frobnicate; -help lists all flags'],
    [['-port=many'], '-port is "many", expected a whole number from 0'],
    [['-kubeconfig-qps=0'], '-kubeconfig-qps is 0, allowed is 1 or more'],
    [['-kubeconfig-burst', '0'], '-kubeconfig-burst is 0, allowed is 1 or more'],
    [['-master=10.0.0.1:6443'], '-master is not the address of a server, expected http://… or https://…'],
    [
      ['-metrics-server=user:secret@prometheus'],
      '-metrics-server is not the address of a server, expected http://… or https://…',
    ],
    [['-port=70000'], '-port is 70000, allowed are 0 to 65535'],
    [['-log-level=loud'], '-log-level is "loud", allowed are debug, info, warning, error'],
    [['-install-crds=maybe'], '-install-crds is "maybe", allowed are true and false'],
    [
      ['-minimum-analysis-interval=soon'],
      '-minimum-analysis-interval is "soon", expected a span of time such as 10s or 1m',
    ],
    [['-namespace'], '-namespace needs a value'],
    [['run'], 'run is not a flag'],
  ])('refuse %j with a sentence', (words, sentence) => {
    expect(refusal(...words)).toBe(sentence);
  });

  it('are all explained, with their defaults', () => {
    expect(helpText()).toContain('-minimum-analysis-interval span\n');
    expect(helpText()).toContain('(default empty; environment SLACK_URL wins)');
    expect(parseFlags(['-help'], {})).toEqual({ ok: true, value: { kind: 'help' } });
    expect(parseFlags(['--version'], {})).toEqual({ ok: true, value: { kind: 'version' } });
  });

  it.each([
    [
      ['-leader-election-lease-duration=10s'],
      '-leader-election-lease-duration, -renew-deadline and -retry-period have to be each shorter than the one before, found 10s, 15s, 5s',
    ],
    [
      ['-leader-election-retry-period=15s'],
      '-leader-election-lease-duration, -renew-deadline and -retry-period have to be each shorter than the one before, found 1m0s, 15s, 15s',
    ],
    [
      ['-leader-election-lease-duration=60500ms'],
      '-leader-election-lease-duration is not in whole seconds, found 1m0.5s, 15s, 5s',
    ],
  ])('refuse %j, with which two could lead at once', (words, sentence) => {
    expect(refusal(...words)).toBe(sentence);
  });
});
