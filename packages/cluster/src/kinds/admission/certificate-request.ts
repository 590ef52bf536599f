/** 2.5.4.10, organizationName, with its tag and length. */
const ORGANIZATION = Buffer.from('060355040a', 'hex');

/** One value of DER: its tag, its content, and where it ends. */
interface Element {
  readonly tag: number;
  readonly content: Buffer;
  readonly end: number;
}

/**
 * The organizations in the subject of a certificate request (PKCS #10): the groups of whom the certificate is for. None of
 * what is no such request.
 *
 * @param base64 the request as PEM, as the API holds it
 */
export function organizations(base64: string): readonly string[] {
  const pem = Buffer.from(base64, 'base64').toString('latin1');
  const body = /-----BEGIN CERTIFICATE REQUEST-----([^-]*)-----END/.exec(pem)?.[1];
  if (body === undefined) return [];
  try {
    // CertificationRequest { info { version, subject { SET { SEQUENCE { type, value } } … } … } … }
    const info = read(read(Buffer.from(body, 'base64'), 0).content, 0).content;
    const subject = read(info, read(info, 0).end).content;
    return children(subject)
      .flatMap(({ content }) => children(content))
      .filter(({ content }) => content.subarray(0, ORGANIZATION.length).equals(ORGANIZATION))
      .map(({ content }) => read(content, ORGANIZATION.length).content.toString('utf8'));
  } catch (error) {
    if (error instanceof RangeError) return [];
    throw error;
  }
}

function children(content: Buffer): readonly Element[] {
  const found: Element[] = [];
  for (let at = 0; at < content.length; at = found.at(-1)!.end) found.push(read(content, at));
  return found;
}

/** @throws RangeError at the end of the bytes */
function read(bytes: Buffer, at: number): Element {
  const first = bytes.readUInt8(at + 1);
  const count = first < 0x80 ? 0 : first & 0x7f;
  const length = count === 0 ? first : bytes.readUIntBE(at + 2, count);
  const start = at + 2 + count;
  if (start + length > bytes.length) throw new RangeError('the value is longer than its bytes');
  return { tag: bytes.readUInt8(at), content: bytes.subarray(start, start + length), end: start + length };
}
