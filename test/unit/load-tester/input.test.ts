/** What callers may write, and what is said of the rest. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

import { nameFault, openGates } from '../../../src/load-tester/gates.ts';
import { readPayload } from '../../../src/load-tester/payload.ts';
import { admission } from '../../../src/load-tester/token.ts';
import { judged } from '../../../src/load-tester/tasks/judge.ts';

const faultOf = (body: string): string => {
  const payload = readPayload(body);
  return payload.ok ? 'none' : payload.error;
};

describe('a payload', () => {
  it('is read as far as it matters', () => {
    const body = JSON.stringify({
      name: 'podinfo',
      namespace: 'test',
      phase: 'Progressing',
      checksum: '1-a',
      metadata: { cmd: 'hey' },
    });
    expect(readPayload(body)).toEqual({
      ok: true,
      value: { name: 'podinfo', namespace: 'test', checksum: '1-a', metadata: { cmd: 'hey' } },
    });
  });

  it.each(['{}', '{"name":null,"metadata":null}'])('may be without anything: %s', (body) => {
    expect(readPayload(body)).toEqual({
      ok: true,
      value: { name: '', namespace: '', checksum: '', metadata: {} },
    });
  });

  it.each([
    ['', 'the body is not JSON, allowed is JSON with name, namespace and metadata'],
    ['{', 'the body is not JSON, allowed is JSON with name, namespace and metadata'],
    ['[1]', 'the body is a list of 1, allowed is JSON with name, namespace and metadata'],
    ['"x"', 'the body is a text, allowed is JSON with name, namespace and metadata'],
    ['{"name":1}', 'name is 1, a number, allowed is text in quotes'],
    ['{"namespace":[]}', 'namespace is a list of 0, allowed is text in quotes'],
    ['{"checksum":{}}', 'checksum is a map of 0, allowed is text in quotes'],
    ['{"metadata":"secret"}', 'metadata is a text, allowed is a map of texts'],
    ['{"metadata":{"type":"cmd","cmd":true}}', 'metadata.cmd is true, a boolean, allowed is text in quotes'],
    ['{"metadata":{"cmd":null}}', 'metadata.cmd is null, which is nothing, allowed is text in quotes'],
  ])('%s is refused with a sentence', (body, sentence) => {
    expect(faultOf(body)).toBe(sentence);
  });
});

describe('the name of a gate', () => {
  it.each([
    ['podinfo', 'test'],
    ['a.b-c.d', '1'],
    ['n'.repeat(253), 's'.repeat(63)],
  ])('may be %s in %s', (name, namespace) => {
    expect(nameFault({ name, namespace })).toBeUndefined();
  });

  it.each([
    ['', 'test', 'name and namespace of the canary are missing'],
    ['podinfo', '', 'name and namespace of the canary are missing'],
    ['../x', 'test', 'name is "../x", allowed are names of Kubernetes, of a-z, 0-9, "-" and "."'],
    ['..', 'test', 'name is "..", allowed are names of Kubernetes, of a-z, 0-9, "-" and "."'],
    ['Podinfo', 'test', 'name is "Podinfo", allowed are names of Kubernetes, of a-z, 0-9, "-" and "."'],
    ['podinfo', 'a.b', 'namespace is "a.b", allowed are names of Kubernetes, of a-z, 0-9 and "-"'],
    ['podinfo', '..', 'namespace is "..", allowed are names of Kubernetes, of a-z, 0-9 and "-"'],
  ])('%j in %j is refused with a sentence', (name, namespace, sentence) => {
    expect(nameFault({ name, namespace })).toBe(sentence);
  });

  it('is not longer than Kubernetes allows', () => {
    expect(nameFault({ name: 'n'.repeat(254), namespace: 'test' })).toMatch(/^name is "n{100}", allowed/);
    expect(nameFault({ name: 'n', namespace: 's'.repeat(64) })).toMatch(/^namespace is "s{64}", allowed/);
  });
});

describe('a summary of hey', () => {
  const { signal } = new AbortController();
  const SUMMARY = [
    'Status code distribution:',
    '  [200]\t90 responses',
    '  [503]\t5 responses',
    '',
    'Error distribution:',
    '  [5]\tGet "http://a/": dial tcp: connection refused',
    '',
  ].join('\n');
  const failure = async (
    output: string,
    standard: { readonly isHey: boolean; readonly least: number | undefined },
  ): Promise<string | undefined> => {
    const run = judged(() => Promise.resolve({ output, failure: undefined }), standard);
    return (await run({ signal })).failure;
  };

  it('is judged by answers below 500 among all requests', async () => {
    expect(await failure(SUMMARY, { isHey: true, least: 90 })).toBeUndefined();
    expect(await failure(SUMMARY, { isHey: true, least: 90.1 })).toBe(
      '90 of 100 requests were answered with a status below 500, minSuccessRate asks for 90.1%',
    );
    expect(await failure(SUMMARY, { isHey: true, least: undefined })).toBeUndefined();
  });

  it('without any answer is a failure of hey, and of nothing else', async () => {
    const [, errors = ''] = SUMMARY.split('responses\n\n');
    expect(await failure(errors, { isHey: true, least: undefined })).toBe(
      'none of 5 requests was answered: Get "http://a/": dial tcp: connection refused',
    );
    expect(await failure(errors, { isHey: false, least: undefined })).toBeUndefined();
  });

  it('has to be there where it is asked for', async () => {
    expect(await failure('hello', { isHey: false, least: 0 })).toBe(
      'minSuccessRate is set, but no summary of hey was printed',
    );
    expect(await failure('hello', { isHey: false, least: undefined })).toBeUndefined();
  });
});

describe('gates in memory', () => {
  it('are of one process: another one finds them closed', async () => {
    const [one, other] = [await openGates(''), await openGates('')];
    if (!one.ok || !other.ok) throw new Error('memory always serves');
    const gate = { kind: 'gate', name: 'podinfo', namespace: 'test' } as const;
    await one.value.open(gate);
    expect([await one.value.isOpen(gate), await other.value.isOpen(gate)]).toEqual([true, false]);
  });
});

describe('gates in a folder', () => {
  it('are those of every replica that shares it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gates-'));
    const [one, other] = [await openGates(folder), await openGates(folder)];
    if (!one.ok || !other.ok) throw new Error('a folder of the machine does not serve');
    const gate = { kind: 'gate', name: 'podinfo', namespace: 'test' } as const;
    const seen: boolean[] = [];
    for (const turn of ['open', 'open', 'close', 'close', 'open'] as const) {
      await one.value[turn](gate);
      seen.push(await other.value.isOpen(gate));
    }
    expect(seen).toEqual([true, true, false, false, true]);
    expect(await other.value.isOpen({ ...gate, name: 'another' })).toBe(false);
    rmSync(folder, { recursive: true });
  });
});

describe('what has to be there when the process starts', () => {
  it.each(['/dev/null/gates', '/proc/gates', '/nowhere/at/all'])(
    'is a folder for gates, which %s is not',
    async (folder) => {
      const gates = await openGates(folder);
      const sentence = `-gates-dir is ${folder}, where gates cannot be kept: `;
      expect(gates).toMatchObject({ ok: false, error: expect.stringContaining(sentence) });
    },
  );

  it.each([
    ['/nowhere', '-token-file is /nowhere, which cannot be read: '],
    ['/dev/null', '-token-file is /dev/null, which is empty, expected a token in each line'],
  ])('is a file with tokens, which %s is not', async (path, sentence) => {
    expect(await admission(path)).toMatchObject({ ok: false, error: expect.stringContaining(sentence) });
  });

  it('is neither where neither is named', async () => {
    const admit = await admission('');
    expect([admit.ok && (await admit.value(undefined)), (await openGates('')).ok]).toEqual([true, true]);
  });
});
