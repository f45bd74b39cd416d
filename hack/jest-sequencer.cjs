// A fresh clone knows nothing of how long each file takes, and Jest begins the largest ones. The few that take a
// minute come first instead, those that wait beside those that compute, and none is left alone at the end.
const { default: Sequencer } = require('@jest/test-sequencer');

const LONG = [
  'e2e/suite.test.ts',
  'simulation/slices.test.ts',
  'e2e/trouble.test.ts',
  'simulation/exhaustive.test.ts',
  'e2e/suite-alone.test.ts',
  'contract/controller.test.ts',
  'e2e/permissions.test.ts',
  'e2e/control.test.ts',
  'e2e/bad-input.test.ts',
  'e2e/workloads.test.ts',
  'e2e/command-line.test.ts',
];

module.exports = class extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => LONG.findIndex((end) => path.endsWith(end));
    const long = tests.filter((test) => rank(test) >= 0).sort((a, b) => rank(a) - rank(b));
    return [...long, ...super.sort(tests.filter((test) => rank(test) < 0))];
  }
};
