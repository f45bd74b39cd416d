/** One configuration; the suites are folders of test/, chosen by path on the command line. */
module.exports = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': '<rootDir>/hack/jest-esbuild.cjs' },
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // Played by `npm run e2e`, which needs the machine for itself; beside other tests its shares come too slowly.
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/e2e/suite'],
  cacheDirectory: '<rootDir>/.cache/jest',
  // Two workers on two cores; suites that start processes wait for them, not for a clock.
  maxWorkers: 2,
};
