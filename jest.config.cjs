/** One configuration; the suites are folders of test/, chosen by path on the command line. */
module.exports = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': '<rootDir>/hack/jest-esbuild.cjs' },
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testSequencer: '<rootDir>/hack/jest-sequencer.cjs',
  cacheDirectory: '<rootDir>/.cache/jest',
  // Three workers on two cores: suites that start processes wait for them most of the time.
  maxWorkers: 3,
  // For what hangs; how long anything takes is no test's business.
  testTimeout: 20_000,
};
