/** A recorded process is known by when it began, so that a pid which was given out again is never signalled. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { beganIn, isAlive, processOf, signal } from '../../../hack/cluster/record.ts';

const onLinux = process.platform === 'linux' ? describe : describe.skip;

describe('the text of a stat file', () => {
  it('tells when a process began, whatever its name holds', () => {
    const fields = Array.from({ length: 40 }, (_, index) => `f${index + 3}`).join(' ');

    expect(beganIn(`12 (a) b (c)) ${fields}`)).toBe('f22');
  });
});

onLinux('a recorded process', () => {
  it('is alive while it runs, and can be signalled', async () => {
    const child = spawn('sleep', ['60']);
    const record = processOf(child.pid ?? 0);
    if (record === undefined) throw new Error('the child is not there');

    expect(isAlive(record)).toBe(true);
    expect(signal(record, 'SIGTERM')).toBe(true);
    await once(child, 'exit');
    expect(isAlive(record)).toBe(false);
    expect(signal(record, 'SIGTERM')).toBe(false);
  });

  it('is not the one that has its pid now', () => {
    const other = { pid: process.pid, began: '1' };

    expect(isAlive(other)).toBe(false);
    expect(signal(other, 'SIGKILL')).toBe(false);
  });
});
