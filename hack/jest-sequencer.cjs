// A fresh clone knows nothing of how long each file takes, and Jest begins the largest ones. The few that take minutes
// come first instead: the one that mostly waits beside those that mostly compute, and none is left alone at the end.
const { default: Sequencer } = require('@jest/test-sequencer');

const LONG = ['e2e/suite.test.ts', 'simulation/slices.test.ts', 'simulation/exhaustive.test.ts'];

module.exports = class extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => LONG.findIndex((end) => path.endsWith(end));
    const long = tests.filter((test) => rank(test) >= 0).sort((a, b) => rank(a) - rank(b));
    return [...long, ...super.sort(tests.filter((test) => rank(test) < 0))];
  }
};
