/**
 * A certificate authority and a server certificate for the sandbox, made anew at every start. Node can sign but not
 * write X.509, and an openssl binary may be missing, so the few structures needed are written in DER here.
 */
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

export interface Credentials {
  /** The authority's certificate, for clients. */
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

const DAY = 86_400_000;
const CA_NAME = 'sandbox-ca';

/** PEM texts valid from a day before `now` for a year, for these DNS names and IPv4 addresses. */
export function makeCredentials(
  now: number,
  names: readonly string[],
  addresses: readonly string[],
): Credentials {
  const authority = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const server = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const validity = { from: new Date(now - DAY), to: new Date(now + 365 * DAY) };
  const identifier = keyIdentifier(authority.publicKey);
  const ca = makeCertificate({
    subject: CA_NAME,
    publicKey: authority.publicKey,
    signer: authority.privateKey,
    validity,
    extensions: [
      extension('551d13', true, sequence(boolean(true))),
      // keyCertSign and cRLSign: the bits 5 and 6, one bit unused.
      extension('551d0f', true, tagged(0x03, Buffer.from([0x01, 0x06]))),
      extension('551d0e', false, tagged(0x04, identifier)),
    ],
  });
  const certificate = makeCertificate({
    subject: 'sandbox',
    publicKey: server.publicKey,
    signer: authority.privateKey,
    validity,
    extensions: [
      extension('551d25', false, sequence(objectId('2b06010505070301'))),
      extension('551d23', false, sequence(tagged(0x80, identifier))),
      extension('551d11', false, sequence(...names.map(dnsName), ...addresses.map(ipAddress))),
    ],
  });
  return { ca, certificate, key: server.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

interface Request {
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly signer: KeyObject;
  readonly validity: { readonly from: Date; readonly to: Date };
  readonly extensions: readonly Buffer[];
}

const ECDSA_WITH_SHA256 = '2a8648ce3d040302';
const COMMON_NAME = '550403';

function makeCertificate({ subject, publicKey, signer, validity, extensions }: Request): string {
  const algorithm = sequence(objectId(ECDSA_WITH_SHA256));
  const body = sequence(
    // Version 3 is written as 2.
    tagged(0xa0, integer(Buffer.from([2]))),
    // The first bit cleared keeps the number positive, the second set keeps it from beginning with a zero byte.
    integer(serialNumber()),
    algorithm,
    distinguishedName(CA_NAME),
    sequence(time(validity.from), time(validity.to)),
    distinguishedName(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...extensions)),
  );
  const signature = sign('sha256', body, signer);
  return pem(sequence(body, algorithm, bitString(signature)));
}

function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes;
}

function keyIdentifier(key: KeyObject): Buffer {
  return createHash('sha1')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest();
}

function distinguishedName(commonName: string): Buffer {
  return sequence(tagged(0x31, sequence(objectId(COMMON_NAME), tagged(0x0c, Buffer.from(commonName)))));
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  const flags = critical ? [boolean(true)] : [];
  return sequence(objectId(id), ...flags, tagged(0x04, value));
}

function dnsName(name: string): Buffer {
  return tagged(0x82, Buffer.from(name));
}

function ipAddress(address: string): Buffer {
  return tagged(0x87, Buffer.from(address.split('.').map(Number)));
}

function time(date: Date): Buffer {
  const digits = date.toISOString().replaceAll(/[-:T]/g, '').slice(0, 14);
  return tagged(0x18, Buffer.from(`${digits}Z`));
}

function boolean(value: boolean): Buffer {
  return tagged(0x01, Buffer.from([value ? 0xff : 0]));
}

function integer(bytes: Buffer): Buffer {
  return tagged(0x02, bytes);
}

function bitString(bytes: Buffer): Buffer {
  return tagged(0x03, Buffer.concat([Buffer.from([0]), bytes]));
}

function objectId(hex: string): Buffer {
  return tagged(0x06, Buffer.from(hex, 'hex'));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function tagged(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content]);
}

/** Below 128 in one byte; else the number of bytes, then the bytes. Nothing here is longer than two can say. */
function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  if (length < 0x100) return Buffer.from([0x81, length]);
  return Buffer.from([0x82, length >> 8, length & 0xff]);
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
