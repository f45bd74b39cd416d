import { describe } from '@jest/globals';
import { searchAll } from './exhaustive.ts';
import { OTHERS } from './slices.ts';

describe('every state of what else may happen', () => searchAll(OTHERS));
