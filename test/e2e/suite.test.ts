/** The scenarios of `npm run e2e`, played on the cluster in memory: one test each, several at a time. */
import { playedTogether } from './suite/jest.ts';

playedTogether();
