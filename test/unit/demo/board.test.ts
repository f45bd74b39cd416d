import { describe, expect, it } from '@jest/globals';
import { Board, type Position } from '../../../hack/demo/board.ts';
import { Meter } from '../../../hack/demo/measure.ts';
import { Screen } from '../../../hack/demo/screen.ts';
import type { Served } from '../../../hack/demo/router.ts';

function served(workload: string | undefined, status = 200, milliseconds = 2): Served {
  return { workload, status, milliseconds, mirrored: false };
}

/** A board without a terminal, whose clock is turned by hand. */
function aBoard(): {
  readonly lines: string[];
  readonly meter: Meter;
  readonly at: (milliseconds: number, position: Partial<Position>) => void;
  readonly close: () => void;
} {
  const lines: string[] = [];
  const screen = new Screen({ write: (text) => lines.push(text.trimEnd()) });
  const meter = new Meter('podinfo');
  let now = 0;
  const board = new Board(screen, meter, () => now);
  const at = (milliseconds: number, position: Partial<Position>): void => {
    now = milliseconds;
    board.update({
      phase: 'Progressing',
      weight: 20,
      failedChecks: 0,
      waitingFor: 'the interval',
      ...position,
    });
  };
  return { lines, meter, at, close: () => board.close() };
}

describe('the live table', () => {
  it('has a line per position with what was measured while it held', () => {
    const { lines, meter, at } = aBoard();
    at(1_000, {});
    for (let count = 0; count < 8; count += 1) meter.count(served('podinfo-primary', 200, 90));
    meter.count(served('podinfo', 200, 4));
    meter.count(served('podinfo', 500, 8));
    at(2_000, { weight: 40 });
    expect(lines).toEqual([
      '   1.0s  Progressing      20%       20.0% of 10       50.0%   8.0 ms      0  the interval',
    ]);
    at(3_000, { weight: 60 });
    expect(lines[1]).toMatch(/2\.0s .* 40% +no requests +– +– +0/);
  });

  it('leaves out what it waited for only for an instant', () => {
    const { lines, at } = aBoard();
    at(0, {});
    at(100, { waitingFor: 'the metric request-duration' });
    at(200, {});
    at(5_000, { waitingFor: 'the metric request-duration' });
    expect(lines).toEqual([]);
    at(5_300, { waitingFor: 'the metric request-duration' });
    expect(lines).toHaveLength(1);
  });

  it('gives a failed check a line of its own', () => {
    const { lines, at } = aBoard();
    at(0, {});
    at(1_000, { failedChecks: 1 });
    at(2_000, { failedChecks: 2 });
    expect(lines).toHaveLength(2);
  });

  it('gives a sign of life where there is no terminal', () => {
    const { lines, at } = aBoard();
    at(0, {});
    at(9_900, {});
    expect(lines).toHaveLength(0);
    at(10_000, {});
    at(10_100, {});
    expect(lines).toHaveLength(1);
  });

  it('prints the open line at the end', () => {
    const { lines, at, close } = aBoard();
    at(0, { phase: 'Succeeded' });
    close();
    expect(lines[0]).toContain('Succeeded');
  });
});

describe('the measured share', () => {
  it('leaves out copies and counts failures of nobody', () => {
    const meter = new Meter('podinfo');
    meter.count({ ...served('podinfo'), mirrored: true });
    expect(meter.read()).toMatchObject({ requests: 0, share: undefined, success: undefined });
    meter.count(served('podinfo-primary'));
    meter.count(served(undefined, 503));
    expect(meter.read()).toMatchObject({ requests: 2, share: 0, success: 50 });
  });
});

describe('a terminal', () => {
  it('has one line at the bottom that is rewritten below what is printed', () => {
    let text = '';
    const screen = new Screen({ isTTY: true, columns: 20, write: (part) => (text += part) });
    screen.live('a line that is far too long');
    screen.print('done');
    screen.live('next');
    screen.settle();
    const erase = '\r\u001b[2K';
    expect(text).toBe(`a line that is far ${erase}done\na line that is far ${erase}next${erase}`);
  });

  it('gets no rewriting where it is a file', () => {
    let text = '';
    const screen = new Screen({ write: (part) => (text += part) });
    screen.live('half');
    screen.print('whole');
    expect(text).toBe('whole\n');
  });
});
