/** One configuration; the suites are folders of test/, chosen by path on the command line. */
module.exports = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': '<rootDir>/hack/jest-esbuild.cjs' },
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testSequencer: '<rootDir>/hack/jest-sequencer.cjs',
  cacheDirectory: '<rootDir>/.cache/jest',
  // Two workers on two cores; suites that start processes wait for them, not for a clock.
  maxWorkers: 2,
};
