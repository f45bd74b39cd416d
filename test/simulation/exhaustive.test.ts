import { describe } from '@jest/globals';
import { searchAll } from './exhaustive.ts';
import { STRATEGIES } from './slices.ts';

describe('every state of every strategy', () => searchAll(STRATEGIES));
