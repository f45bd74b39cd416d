/** Proofs that a text comes from whoever has a key. */
import { createHash, createHmac, createPrivateKey, sign } from 'node:crypto';

import { err, ok, type Result } from './result.ts';

export function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

export function hmacSha256(key: string | Uint8Array, text: string): Uint8Array {
  return createHmac('sha256', key).update(text, 'utf8').digest();
}

/**
 * A JSON Web Token signed with RSA (RS256). `pem`: a private key; one that cannot be read is refused, without a word of it.
 */
export function signedToken(
  claims: Readonly<Record<string, unknown>>,
  { pem, id }: { readonly pem: string; readonly id: string },
): Result<string, string> {
  const text = [{ alg: 'RS256', typ: 'JWT', kid: id }, claims].map(encoded).join('.');
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType !== 'rsa') return err('the private key is not an RSA key');
    return ok(`${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`);
  } catch {
    return err('the private key cannot be read');
  }
}

function encoded(part: unknown): string {
  return Buffer.from(JSON.stringify(part), 'utf8').toString('base64url');
}
