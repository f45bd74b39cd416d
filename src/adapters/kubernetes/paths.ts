/** Reading what an aggregated API serves that is no object. */
import type { PathReader } from '../../api/objects.ts';
import { err } from '../../shared/result.ts';
import type { Transport } from './transport.ts';

export function createPathReader(transport: Transport): PathReader {
  return {
    async get({ resource, path, query }, options) {
      const answer = await transport.call({ verb: 'get', resource, path, query }, options);
      return answer.ok ? answer : err(answer.error.error);
    },
  };
}
