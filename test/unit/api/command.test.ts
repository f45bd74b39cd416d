import { describe, expect, it } from '@jest/globals';

import { commandsOf } from '../../../src/api/command.ts';

const REVISION = '1-0123456789abcdef';

describe('commands in the annotations of a canary', () => {
  it('are found with the revision they are about', () => {
    const { commands, findings } = commandsOf({
      'serin.dev/abort': REVISION,
      'serin.dev/retry': `${REVISION}/second try, by /anna`,
      'example.com/abort': REVISION,
    });
    expect(commands).toEqual([
      { verb: 'abort', revision: REVISION, value: REVISION },
      { verb: 'retry', revision: REVISION, value: `${REVISION}/second try, by /anna` },
    ]);
    expect(findings).toEqual([]);
  });

  it('are doubted where the value can be no revision', () => {
    const { commands, findings } = commandsOf({ 'serin.dev/pause': 'true', 'serin.dev/promote': ' ' });
    expect(commands).toEqual([{ verb: 'pause', revision: 'true', value: 'true' }]);
    expect(findings.map(({ field, message }) => `${field}: ${message}`)).toEqual([
      'metadata.annotations[serin.dev/promote]: found "", expected the revision to promote, as in status.lastAppliedSpec',
      'metadata.annotations[serin.dev/pause]: found "true", expected the revision to pause, as in status.lastAppliedSpec',
    ]);
  });
});
