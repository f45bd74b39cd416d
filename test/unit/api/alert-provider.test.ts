import { describe, expect, it } from '@jest/globals';

import { parseAlertProvider } from '../../../src/api/alert-provider.ts';

function parse(spec: Record<string, unknown>) {
  const metadata = { name: 'chat', namespace: 'ops' };
  return parseAlertProvider({ apiVersion: 'flagger.app/v1beta1', kind: 'AlertProvider', metadata, spec });
}

function sentences(spec: Record<string, unknown>): readonly string[] {
  return parse(spec).findings.map(({ severity, field, message }) => `${severity} ${field}: ${message}`);
}

describe('an alert provider', () => {
  it('is read with where to send, and as whom', () => {
    const spec = { type: 'slack', channel: 'releases', username: 'serin', secretRef: { name: 'hook' } };
    expect(parse(spec)).toEqual({
      provider: {
        namespace: 'ops',
        name: 'chat',
        type: 'slack',
        channel: 'releases',
        username: 'serin',
        address: '',
        proxy: '',
        template: '',
        secretRef: 'hook',
      },
      findings: [],
    });
  });

  it.each([
    ['{{ name }}: {{ message }}', []],
    ['{{ if eq severity "error" }}{{ fault }}{{ end }}', ['line 1, column 32: ']],
    ['{{ if ne severity "warn" }}{{ message }}{{ end }}', ['it yields an empty text']],
  ])('with the template %s is told what is wrong with it', (template, faults) => {
    const found = sentences({ type: 'slack', secretRef: { name: 'x' }, template });
    expect(found).toEqual(
      faults.map((fault) =>
        expect.stringContaining(
          `error spec.template: cannot be filled in, so alerts keep their own words: ${fault}`,
        ),
      ),
    );
  });

  it.each([
    [
      { type: 'pagerduty', secretRef: { name: 'x' } },
      'error spec.type: found "pagerduty", expected one of slack, msteams, discord, rocket, gchat',
    ],
    [
      { type: 'slack' },
      'error spec.address: is missing, expected the URL to send to, or a secretRef to a Secret with the key address',
    ],
    [
      { type: 'slack', address: 'hooks.slack.com/T0K3N' },
      'error spec.address: is no URL, expected one such as https://hooks.example.com/…',
    ],
    [
      { type: 'slack', address: 'https://hooks.slack.com/T0K3N' },
      'warning spec.address: stands in clear text, and whoever knows it can post there; keep it in a Secret and use secretRef',
    ],
  ])('%j is commented on', (spec, sentence) => {
    expect(sentences(spec)).toEqual([sentence]);
  });
});
