/** Who may have the load tester do something: whoever knows a token. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';

import { err, ok, type Result } from '../shared/result.ts';

/** Whether a value of the header `Authorization` shows a token. Rejects where the tokens cannot be read. */
export type Admit = (authorization: string | undefined) => Promise<boolean>;

/**
 * Whoever shows a line of the file, or everybody where none is named; a sentence where the file does not serve. It is
 * read each time, so that a Secret may change; two lines are an old token and a new one. A token may come as a bearer
 * token, or as the password of a URL, which any webhook can have.
 */
export async function admission(path: string): Promise<Result<Admit, string>> {
  if (path === '') return ok(() => Promise.resolve(true));
  try {
    const tokens = await readTokens(path);
    if (tokens.length === 0)
      return err(`-token-file is ${path}, which is empty, expected a token in each line`);
    return ok(admitBy(path));
  } catch (error) {
    return err(
      `-token-file is ${path}, which cannot be read: ${error instanceof Error ? error.message : 'failed'}`,
    );
  }
}

function admitBy(path: string): Admit {
  return async (authorization) => {
    const shown = tokenIn(authorization ?? '');
    const tokens = await readTokens(path);
    return tokens.filter((token) => isSame(token, shown)).length > 0;
  };
}

async function readTokens(path: string): Promise<readonly string[]> {
  const text = await readFile(path, 'utf8');
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function tokenIn(authorization: string): string {
  const [, scheme = '', credentials = ''] = /^(\w+)\s+(\S+)\s*$/.exec(authorization) ?? [];
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return credentials;
    case 'basic':
      return Buffer.from(credentials, 'base64')
        .toString('utf8')
        .replace(/^[^:]*:/, '');
    default:
      return '';
  }
}

/** In a time that says nothing about the token, not even its length. */
function isSame(token: string, shown: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(token), digest(shown));
}
