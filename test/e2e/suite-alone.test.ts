/** The scenarios of `npm run e2e` that need a controller of their own, played on the cluster in memory. */
import { playedAlone } from './suite/jest.ts';

playedAlone();
