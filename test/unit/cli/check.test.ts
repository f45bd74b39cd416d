import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CanaryContext } from '../../../src/api/canary.ts';
import { loadDefinitions } from '../../../src/cli/check/definitions.ts';
import { manifestFiles, readText } from '../../../src/cli/check/files.ts';
import { makeJudge, type CheckedFile, type CheckFinding } from '../../../src/cli/check/judge.ts';
import { report } from '../../../src/cli/check/report.ts';
import { exitStatus } from '../../../src/cli/commands/check.ts';
import { paintFor, plain, table } from '../../../src/cli/render.ts';
import { millis } from '../../../src/shared/brand.ts';
import { err, ok } from '../../../src/shared/result.ts';

/** A controller that knows these three providers. */
const context: CanaryContext = {
  defaultProvider: 'istio',
  capabilities: (name) =>
    ['istio', 'gatewayapi', 'kubernetes'].some((known) => name.startsWith(known))
      ? {
          weights: true,
          mirror: { canary: true, blueGreen: true },
          match: true,
          affinity: true,
          routed: name !== 'kubernetes',
        }
      : undefined,
  knownProviders: ['istio', 'gatewayapi', 'kubernetes'],
  minimumInterval: millis(10_000),
  noCrossNamespaceRefs: false,
  ingressAnnotationsPrefix: 'nginx.ingress.kubernetes.io',
};
const judge = makeJudge({
  definitions: loadDefinitions(new URL('../../../crds/', import.meta.url)),
  context,
});

/** A Canary in YAML with these lines in its spec's analysis, and others in the spec. */
function canary(analysis: string, spec = '', head = ''): string {
  return `${head}apiVersion: flagger.app/v1beta1
kind: Canary
metadata:
  name: podinfo
  namespace: test
spec:
  targetRef: {apiVersion: apps/v1, kind: Deployment, name: podinfo}
  service: {port: 9898}
${spec}  analysis:
${analysis}`;
}

const FINE = canary(`    interval: 1m
    threshold: 5
    stepWeight: 10
    maxWeight: 50
    metrics:
      - {name: request-success-rate, thresholdRange: {min: 99}, interval: 1m}
`);
const STEPS = '    interval: 1m\n    threshold: 5\n    stepWeight: 10\n    maxWeight: 50\n';
/** The same, judged by something. */
const JUDGED = `${STEPS}    metrics: [{name: request-success-rate, interval: 1m, thresholdRange: {min: 99}}]\n`;

function check(text: string): CheckedFile {
  return judge('canary.yaml', text);
}

function said(text: string): readonly string[] {
  return check(text).findings.map(({ line, field, message }) => `${line} ${field}: ${message}`);
}

function findingAt(text: string, field: string): CheckFinding | undefined {
  return check(text).findings.find((finding) => finding.field === field);
}

describe('a canary as it should be', () => {
  it('is accepted, and there is nothing to say', () => {
    expect(check(FINE)).toEqual({ file: 'canary.yaml', verdict: 'accepted', findings: [], skipped: [] });
  });

  it('is accepted under its old name and version', () => {
    const old = FINE.replace('v1beta1', 'v1alpha3').replace('analysis:', 'canaryAnalysis:');
    expect(check(old).verdict).toBe('accepted');
    expect(check(FINE.replace('analysis:', 'canaryAnalysis:')).verdict).toBe('accepted');
  });
});

describe('what the API server would refuse', () => {
  it('two strategies at once, with both named and the way out', () => {
    const finding = findingAt(canary(`${STEPS}    iterations: 10\n`), 'spec.analysis');
    expect(finding?.message).toBe(
      'found iterations (10) and stepWeight (10), allowed is one of them: iterations for blue/green and, with match, ' +
        'A/B testing; stepWeight or stepWeights for traffic that grows step by step',
    );
    expect(finding?.server).toContain(
      'must validate one and only one schema (oneOf). Found 2 valid alternatives',
    );
    expect(finding?.line).toBe(9);
  });

  it('a name that is none, in one sentence', () => {
    expect(said(FINE.replace('name: podinfo\n', 'name: 🚀 Podinfo\n'))).toEqual([
      '4 metadata.name: found "🚀 Podinfo", allowed are lowercase letters, digits, - and ., with a letter or digit at both ends',
    ]);
  });

  it('metadata of another type, once', () => {
    expect(said('apiVersion: flagger.app/v1beta1\nkind: Canary\nmetadata: x\nspec: {}\n')[0]).toBe(
      '3 metadata: found a value of type string, allowed is a map of fields',
    );
    expect(said('apiVersion: flagger.app/v1beta1\nkind: Canary\nmetadata: x\nspec: {}\n')[1]).not.toContain(
      'metadata',
    );
  });

  it('a strategy without interval and threshold, in one sentence', () => {
    const { verdict, findings } = check(canary('    stepWeight: 10\n'));
    expect(verdict).toBe('rejected');
    const errors = findings.filter(({ severity }) => severity === 'error');
    expect(errors.map(({ message }) => message)).toEqual([
      'found stepWeight (10) without interval and threshold',
    ]);
  });

  it.each<[string, string, string, string]>([
    [
      'no analysis',
      FINE.replace('analysis:', 'analyses:'),
      'spec',
      'analysis is missing: it says how a new revision is tried',
    ],
    [
      'a StatefulSet',
      FINE.replace('kind: Deployment', 'kind: StatefulSet'),
      'spec.targetRef.kind',
      'found "StatefulSet", allowed are DaemonSet, Deployment, Service',
    ],
    [
      'a misspelt kind of target',
      FINE.replace('kind: Deployment', 'kind: Deploymnt'),
      'spec.targetRef.kind',
      'found "Deploymnt", allowed are DaemonSet, Deployment, Service; did you mean Deployment?',
    ],
    [
      'an interval without unit',
      FINE.replace('interval: 1m\n', 'interval: "60"\n'),
      'spec.analysis.interval',
      'found "60", allowed is a number of minutes or seconds, such as 1m or 30s',
    ],
    [
      'a quoted number',
      FINE.replace('port: 9898', 'port: "9898"'),
      'spec.service.port',
      'found "9898", allowed is a number',
    ],
    ['a misspelt provider', canary(STEPS, '  provider: itsio\n'), 'spec.provider', 'did you mean istio?'],
    ['no target', FINE.replace(/ {2}targetRef.*\n/u, ''), 'spec.targetRef', 'is missing, but required'],
    [
      'a version that was never served',
      FINE.replace('v1beta1', 'v1'),
      'apiVersion',
      'found "flagger.app/v1", served are flagger.app/v1beta1, flagger.app/v1alpha3',
    ],
    ['a misspelt kind', FINE.replace('kind: Canary', 'kind: Canaray'), 'kind', 'did you mean Canary?'],
    [
      'an annotation that YAML takes for a boolean',
      FINE.replace('  namespace: test', '  annotations: {a/b: on}'),
      'metadata.annotations[a/b]',
      'allowed is a text (put quotes around it)',
    ],
    [
      'a name that is a template',
      FINE.replace('name: podinfo\n', 'name: {{ .Values.name }}\n'),
      'metadata.name',
      'this looks like a template',
    ],
  ])('%s', (_case, text, field, message) => {
    const { verdict, findings } = check(text);
    expect(verdict).toBe('rejected');
    const finding = findings.find((one) => one.severity === 'error' && one.field === field);
    expect(finding?.message).toContain(message);
  });

  it('never prints what may be a password', () => {
    const hook = '    webhooks:\n      - {name: a, url: 1, metadata: {token: [hunter2]}}\n';
    const { findings } = check(canary(STEPS + hook));
    expect(findings.length).toBeGreaterThan(0);
    expect(JSON.stringify(findings)).not.toContain('hunter2');
  });

  it('an alert provider with two addresses, with none, and of a kind that does not exist', () => {
    const provider = (spec: string): string =>
      `apiVersion: flagger.app/v1beta1\nkind: AlertProvider\nmetadata: {name: on-call}\nspec: ${spec}\n`;
    expect(said(provider('{type: slack, address: http://a, secretRef: {name: b}}'))[0]).toContain(
      'allowed is one of them',
    );
    expect(said(provider('{type: slack}'))).toEqual(['4 spec: address or secretRef missing']);
    expect(said(provider('{type: pagerduty, address: http://a}'))[0]).toContain('webhook of type event');
  });
});

describe('what the controller would say', () => {
  const metric = (entry: string): string => canary(`${STEPS}    metrics:\n      - ${entry}\n`);
  const hook = (entry: string): string => canary(`${STEPS}    webhooks:\n      - ${entry}\n`);
  const template = (query: string): string =>
    `apiVersion: flagger.app/v1beta1\nkind: MetricTemplate\nmetadata: {name: errors}\nspec:\n` +
    `  provider: {type: prometheus, address: http://prometheus:9090}\n  query: '${query}'\n`;

  it.each<[string, string, 'error' | 'warning', string, string]>([
    [
      'a metric nobody can ask for',
      metric('{name: error-rate, interval: 1m}'),
      'warning',
      'spec.analysis.metrics[0]',
      'neither a templateRef nor a query',
    ],
    [
      'a success rate given as a ratio',
      metric('{name: request-success-rate, interval: 1m, thresholdRange: {min: 0.99}}'),
      'warning',
      'spec.analysis.metrics[0].thresholdRange.min',
      'means 0.99 percent',
    ],
    [
      'the same in the old way',
      metric('{name: request-success-rate, interval: 1m, threshold: 0.99}'),
      'warning',
      'spec.analysis.metrics[0].threshold',
      'means 0.99 percent',
    ],
    [
      'an in-line query of another tool',
      metric(`{name: a, interval: 1m, query: '{{ args.name }}'}`),
      'error',
      'spec.analysis.metrics[0].query',
      'function "args" not defined',
    ],
    [
      'a rollback hook that tells a chat',
      hook('{name: told, type: rollback, url: https://hooks.slack.com/services/T/B/x}'),
      'warning',
      'spec.analysis.webhooks[0].type',
      'is a question, not a notice',
    ],
    [
      'a rollback hook that is named a notice',
      hook('{name: notify-team, type: rollback, url: http://relay/}'),
      'warning',
      'spec.analysis.webhooks[0].type',
      'is a question, not a notice',
    ],
    [
      'an analysis in which nothing is judged',
      canary(STEPS),
      'warning',
      'spec.analysis.metrics',
      'nothing is judged',
    ],
    [
      'two webhooks of one name',
      canary(`${STEPS}    webhooks:\n      - {name: a, url: http://a}\n      - {name: a, url: http://b}\n`),
      'warning',
      'spec.analysis.webhooks[1].name',
      'found "a"',
    ],
    [
      'match without iterations',
      canary(`${STEPS}    match: [{headers: {x: {exact: insider}}}]\n`),
      'warning',
      'spec.analysis.match',
      'iterations',
    ],
    [
      'a ceiling below the first step',
      canary(STEPS.replace('50', '5')),
      'warning',
      'spec.analysis.maxWeight',
      'found 5, less than stepWeight (10): there is one step, to 10 percent, and promotion follows',
    ],
    [
      'a threshold that nothing can stay below',
      canary(STEPS.replace('threshold: 5', 'threshold: -1')),
      'warning',
      'spec.analysis.threshold',
      'found -1, taken as 1: the first failed check rolls back',
    ],
    [
      'an interval that only looks like one',
      canary(STEPS.replace('1m', '30syapi')),
      'warning',
      'spec.analysis.interval',
      '30syapi',
    ],
    [
      'a provider that is known to the API and not to the controller',
      canary(STEPS, '  provider: nginx\n'),
      'error',
      'spec.provider',
      'found "nginx"',
    ],
    [
      'a template with syntax of another tool',
      template('{{ .Interval }}'),
      'error',
      'spec.query',
      'cannot be filled in',
    ],
  ])('of %s', (_case, text, severity, field, message) => {
    const { verdict } = check(text);
    const finding = findingAt(text, field);
    expect(verdict).toBe('accepted');
    expect(finding?.severity).toBe(severity);
    expect(finding?.message).toContain(message);
  });

  it('is nothing where a rollback hook asks a gate', () => {
    expect(said(hook('{name: gate, type: rollback, url: http://loadtester.test/rollback/check}'))).toEqual(
      [],
    );
  });

  it('is left out where the server has said the same', () => {
    const { findings } = check(canary(`${STEPS}    iterations: 10\n`));
    expect(findings.filter(({ field }) => /interval|stepWeight|iterations/u.test(field))).toEqual([]);
  });

  it('fails the check where it is an error, though the API server accepts', () => {
    const checked = check(canary(STEPS, '  provider: nginx\n'));
    expect([checked.verdict, exitStatus([checked], { strict: false, expect: false })]).toEqual([
      'accepted',
      1,
    ]);
  });
});

describe('fields that do not exist', () => {
  it.each<[string, string, string]>([
    [
      'a typing error',
      canary(STEPS, '  progressDeadlineSes: 60\n'),
      'did you mean spec.progressDeadlineSeconds?',
    ],
    [
      'a field in the wrong place',
      canary(STEPS, '  sessionAffinity: {cookieName: a}\n'),
      'did you mean spec.analysis.sessionAffinity?',
    ],
    ['alerts one level too high', canary(STEPS, '  alert: []\n'), 'did you mean spec.analysis.alerts?'],
    [
      'ports of the service',
      FINE.replace('{port: 9898}', '{port: 9898, ports: []}'),
      'a canary has one port',
    ],
    [
      'a provider for a metric',
      FINE.replace('- {name', '- {provider: datadog, name'),
      'named in a MetricTemplate',
    ],
  ])('%s', (_case, text, hint) => {
    const { verdict, findings } = check(text);
    expect(verdict).toBe('accepted');
    const dropped = findings.find(({ message }) => message.startsWith('unknown field'));
    expect(dropped?.severity).toBe('warning');
    expect(dropped?.message).toContain('the API server drops it and it has no effect');
    expect(dropped?.message).toContain(hint);
  });

  it('get no guess where there is nothing like them', () => {
    expect(said(canary(JUDGED, '  zebra: 1\n'))).toEqual([
      '9 spec.zebra: unknown field: the API server drops it and it has no effect',
    ]);
  });
});

describe('files', () => {
  it('with broken YAML are rejected at the line, and the documents around are still judged', () => {
    const { verdict, findings } = check(`${FINE}---\nspec: [1,\n---\n${canary('    stepWeight: 1\n')}`);
    expect(verdict).toBe('rejected');
    expect(findings.every(({ line }) => line > 15)).toBe(true);
    expect(findings[0]?.message).toMatch(/^no valid YAML: /u);
    expect(findings[1]?.message).toContain('without interval and threshold');
  });

  it('with other objects are skipped, and which is said', () => {
    const { verdict, skipped } = check(
      'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n---\nsome: values\n',
    );
    expect(verdict).toBe('skipped');
    expect(skipped).toEqual(['apps/v1 Deployment', 'no Kubernetes object']);
  });

  it('that are empty, or hold only comments, are skipped', () => {
    expect(check('').verdict).toBe('skipped');
    expect(check('# nothing\n---\n').verdict).toBe('skipped');
  });

  it('in JSON and with Windows line ends are read alike', () => {
    expect(
      check('{"apiVersion":"flagger.app/v1beta1","kind":"Canary","metadata":{"name":"a"},"spec":{}}').verdict,
    ).toBe('rejected');
    expect(check(FINE.replaceAll('\n', '\r\n')).verdict).toBe('accepted');
  });

  it('with a List are judged item by item', () => {
    const item = (kind: string): string =>
      `  - apiVersion: flagger.app/v1beta1\n    kind: ${kind}\n    metadata: {name: a}\n    spec: {}\n`;
    const { verdict, findings } = check(
      `apiVersion: v1\nkind: List\nitems:\n${item('Canary')}${item('AlertProvider')}`,
    );
    expect(verdict).toBe('rejected');
    expect(findings.map(({ object, line, field }) => `${line} ${object} ${field}`)).toEqual(
      expect.arrayContaining(['7 Canary a spec', '11 AlertProvider a spec']),
    );
  });

  it('with a key written twice are warned about, and the last one counts', () => {
    const { verdict, findings } = check(
      FINE.replace('  service: {port: 9898}', '  service: {port: "x"}\n  service: {port: 9898}'),
    );
    expect(verdict).toBe('accepted');
    expect(findings.map(({ line, message }) => [line, message])).toEqual([
      [9, 'this key is written twice; the last one counts'],
    ]);
  });

  it('are read as kubectl reads them: 0777 is a number, a date and a time of day are text', () => {
    const annotations = '  annotations: {day: 2001-01-01, time: 12:30:45}\n  namespace: test';
    expect(check(FINE.replace('  namespace: test', annotations)).verdict).toBe('accepted');
    expect(said(FINE.replace('port: 9898', 'port: on'))[0]).toContain('found true, allowed is a number');
    expect(check(FINE.replace('9898', '0o17')).verdict).toBe('accepted');
    expect(check(FINE.replace('9898', '0777')).verdict).toBe('accepted');
  });

  it('with aliases that multiply are refused, not expanded', () => {
    const lines = ['a: &a [x, x, x, x, x, x, x, x]'];
    for (const [index, name] of ['b', 'c', 'd', 'e', 'f'].entries()) {
      lines.push(
        `${name}: &${name} [${Array.from({ length: 8 }, () => `*${'abcde'[index] ?? ''}`).join(', ')}]`,
      );
    }
    expect(check(lines.join('\n')).findings[0]?.message).toMatch(/^no valid YAML: excessive alias count/u);
  });

  it.each([
    ['an anchor that contains itself', 'a: &a\n  b: *a\n', '2 no valid YAML: anchor a contains itself'],
    [
      'no number',
      FINE.replace('9898', '.nan'),
      '8 no valid YAML: found .nan, allowed is a number that has a value',
    ],
    [
      'no end',
      FINE.replace('9898', '-.inf'),
      '8 no valid YAML: found -.inf, allowed is a number that has a value',
    ],
    [
      'a number too large for any',
      '{"a": 1e999}',
      '1 no valid YAML: found 1e999, allowed is a number that has a value',
    ],
    [
      'control characters',
      'a: 1\nb: \u0000x\n',
      '2 no valid YAML: found a control character (0x00); this is no text, or damaged',
    ],
    ['no bottom', '['.repeat(20_000), '1 no valid YAML: it is nested too deeply'],
  ])('with %s are refused as no YAML, as by kubectl', (_what, text, sentence) => {
    const { verdict, findings } = check(text);
    expect(verdict).toBe('rejected');
    expect(findings.map(({ line, message }) => `${line} ${message}`)).toEqual([sentence]);
  });

  it('with a tab too many are told of the first mistake, not of its consequences', () => {
    const { findings } = check(FINE.replace('    threshold', '\tthreshold'));
    expect(findings.map(({ message }) => message)).toEqual([
      'no valid YAML: tabs are not allowed as indentation',
    ]);
  });
});

describe('a file that says what it expects', () => {
  const expecting = (word: string, text: string): CheckedFile =>
    check(`# from: somewhere\n# expect: ${word} - because\n${text}`);

  it('is held against it', () => {
    expect(expecting('rejected', FINE).expected).toBe('rejected');
    expect(report([expecting('accepted', FINE), expecting('rejected', FINE)], plain)).toContain(
      '1 of 2 expectations met',
    );
    expect(report([expecting('rejected', FINE)], plain)).toMatch(
      /canary\.yaml\s+rejected\s+accepted\s+DIFFERS/u,
    );
  });

  it('says so in its first comments only', () => {
    expect(check(`${FINE}# expect: rejected\n`).expected).toBeUndefined();
  });
});

describe('the exit status', () => {
  const rejected = check(canary('    stepWeight: 1\n', '', '# expect: rejected\n'));
  const warned = check(canary(JUDGED, '  zebra: 1\n'));
  const fine = check(FINE);

  it.each([
    ['all accepted', [fine], {}, 0],
    ['one rejected', [fine, rejected], {}, 1],
    ['warnings', [warned], {}, 0],
    ['warnings with --strict', [warned], { strict: true }, 1],
    ['agreement with --expect', [fine, warned, rejected], { expect: true }, 0],
    ['a surprise with --expect', [{ ...rejected, expected: 'accepted' as const }], { expect: true }, 1],
  ])('for %s', (_case, files, options, status) => {
    expect(exitStatus(files, { strict: false, expect: false, ...options })).toBe(status);
  });
});

describe('a table', () => {
  it('lines its columns up and leaves no blanks at the end', () => {
    expect(
      table([
        ['a', 'bbb', 'c'],
        ['aaa', '', ''],
      ]),
    ).toBe('a    bbb  c\naaa\n');
  });

  it('is coloured on a terminal only', () => {
    expect(paintFor({ isTTY: true }, {})('red', 'x')).not.toBe('x');
    expect(paintFor({ isTTY: true }, { NO_COLOR: '1' })('red', 'x')).toBe('x');
    expect(paintFor({}, {})('red', 'x')).toBe('x');
  });
});

describe('what stands on the command line', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'serin-files-'));
    mkdirSync(join(folder, 'deep'));
    writeFileSync(join(folder, 'deep/a.yaml'), Buffer.from(`\ufeff${FINE}`));
    writeFileSync(join(folder, 'deep/b.yaml'), Buffer.from(`\ufeff${FINE}`, 'utf16le'));
    writeFileSync(join(folder, 'deep/c.yaml'), Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0xc3, 0x28]));
    symlinkSync('..', join(folder, 'deep/back.yaml'));
    symlinkSync('nowhere', join(folder, 'deep/d.yaml'));
    symlinkSync('itself', join(folder, 'itself'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('is searched for files; a link to a folder is not followed, one that leads nowhere is kept', () => {
    const names = ['a', 'b', 'c', 'd'].map((name) => join(folder, `deep/${name}.yaml`));
    expect(manifestFiles([folder])).toEqual(ok(names));
  });

  it.each([
    ['itself', 'it is a symbolic link that leads to itself'],
    ['nowhere', 'no such file or folder'],
    ['deep/a.yaml/b', 'no such file or folder'],
  ])('is refused with a reason: %s', (name, reason) => {
    const path = join(folder, name);
    expect(manifestFiles([path])).toEqual(err(`cannot check ${path}: ${reason}`));
  });

  it.each([
    ['a', ok(FINE)],
    ['b', err('found text in UTF-16, allowed is UTF-8')],
    ['c', err('found bytes that are no text, allowed is text in UTF-8')],
    ['d', err('no such file or folder')],
  ])('is read as text, or why not is said: %s', (name, text) => {
    expect(readText(join(folder, `deep/${name}.yaml`))).toEqual(text);
  });
});

describe('serin check, as a process', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'serin-check-'));
    mkdirSync(join(folder, 'deep/node_modules'), { recursive: true });
    writeFileSync(join(folder, 'a.yaml'), FINE);
    writeFileSync(join(folder, 'deep/b.yml'), canary('    stepWeight: 1\n'));
    writeFileSync(join(folder, 'deep/c.json'), '{"kind":');
    writeFileSync(join(folder, 'deep/notes.txt'), 'not a manifest');
    writeFileSync(join(folder, 'deep/node_modules/d.yaml'), 'kind: [');
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  interface Ended {
    readonly status: number;
    readonly out: string;
    readonly err: string;
  }

  function serin(arguments_: readonly string[], input = ''): Promise<Ended> {
    const main = new URL('../../../src/cli/main.ts', import.meta.url).pathname;
    return new Promise((resolve) => {
      const child = execFile(process.execPath, [main, ...arguments_], (error, out, err) => {
        resolve({ status: error === null ? 0 : Number(error.code), out, err });
      });
      child.stdin?.end(input);
    });
  }

  it('walks folders and prints one JSON object and nothing else', async () => {
    const { status, out, err } = await serin(['check', '--output', 'json', folder]);
    expect([status, err]).toEqual([1, '']);
    const { files } = JSON.parse(out) as { readonly files: readonly CheckedFile[] };
    expect(files.map(({ file, verdict }) => [file.slice(folder.length + 1), verdict])).toEqual([
      ['a.yaml', 'accepted'],
      ['deep/b.yml', 'rejected'],
      ['deep/c.json', 'rejected'],
    ]);
    expect(files[1]?.findings[0]).toMatchObject({
      severity: 'error',
      line: 9,
      field: 'spec.analysis',
      object: 'Canary test/podinfo',
    });
  });

  it('reads standard input and exits with 0 when all is well', async () => {
    const { status, out } = await serin(['check', '-'], FINE);
    expect(out).toBe('accepted  -\n\n1 file: 1 accepted, 0 rejected, 0 skipped; 0 errors, 0 warnings\n');
    expect(status).toBe(0);
  });

  it.each([
    ['a file that is not there', ['check', '/nowhere/at-all.yaml'], 'no such file or folder'],
    ['an option that does not exist', ['check', '--nope', '.'], 'unknown option'],
    ['a format that does not exist', ['check', '-o', 'xml', '.'], 'Allowed choices are text, json'],
    ['no file', ['check'], 'missing required argument'],
  ])('exits with 2 for %s', async (_case, arguments_, complaint) => {
    const { status, out, err } = await serin(arguments_);
    expect([status, out]).toEqual([2, '']);
    expect(err).toContain(complaint);
  });

  it('teaches when asked for help', async () => {
    expect(await serin(['--help'])).toMatchObject({
      status: 0,
      out: expect.stringContaining('check [options]'),
    });
    const { status, out } = await serin(['check', '--help']);
    expect(status).toBe(0);
    expect(out).toContain('Exit status: 0 all accepted');
  });
});
