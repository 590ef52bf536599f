/**
 * Writes protobuf's wire format back to front: the length of a message is known when its content stands, so nothing is
 * measured first and nothing is moved. What is to come first is written last.
 */
export class WireWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  /** Where what was written begins. */
  #start: number;

  /** @param capacity bytes to begin with; more are taken as they are needed */
  constructor(capacity = 1024) {
    this.#bytes = new Uint8Array(capacity);
    this.#start = capacity;
  }

  /** How many bytes there are. */
  get length(): number {
    return this.#bytes.length - this.#start;
  }

  /** What was written: a view on the writer's own buffer. The writer is done with. */
  finish(): Uint8Array {
    return this.#bytes.subarray(this.#start);
  }

  /** An unsigned number below 2^32: tags and lengths. */
  unsigned(value: number): void {
    if (value < 0x80) {
      if (this.#start === 0) this.#grow(1);
      this.#bytes[--this.#start] = value;
    } else {
      this.#varint(value, 0);
    }
  }

  /** A signed 64-bit number: int32 and int64 fields. Negative ones take ten bytes. */
  integer(value: number): void {
    if (value >= 0 && value < 0x80) this.unsigned(value);
    else this.#varint(value | 0, Math.floor(value / 2 ** 32) | 0);
  }

  /** {@link integer} of any size; what goes beyond 64 bits is cut off. */
  bigInteger(value: bigint): void {
    this.#varint(Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n)));
  }

  boolean(value: boolean): void {
    this.unsigned(value ? 1 : 0);
  }

  double(value: number): void {
    const at = this.#take(8);
    new DataView(this.#bytes.buffer, at, 8).setFloat64(0, value, true);
  }

  /** A length-delimited text in UTF-8. */
  string(value: string): void {
    const before = this.length;
    this.text(value);
    this.unsigned(this.length - before);
  }

  /** A length-delimited run of bytes. */
  bytes(value: Uint8Array): void {
    this.raw(value);
    this.unsigned(value.length);
  }

  /** Bytes as they are. */
  raw(value: Uint8Array): void {
    const at = this.#take(value.length);
    this.#bytes.set(value, at);
  }

  /** UTF-8 without a length. A lone surrogate becomes U+FFFD. */
  text(value: string): void {
    // Three bytes are the most that a UTF-16 unit takes.
    if (this.#start < value.length * 3) this.#grow(value.length * 3);
    const bytes = this.#bytes;
    let at = this.#start;
    let i = value.length - 1;
    // Nearly all texts are ASCII.
    for (let code = 0; i >= 0; i--) {
      code = value.charCodeAt(i);
      if (code >= 0x80) break;
      bytes[--at] = code;
    }
    for (; i >= 0; i--) {
      let code = value.charCodeAt(i);
      if (code < 0x80) {
        bytes[--at] = code;
        continue;
      }
      if (code >= 0xdc00 && code < 0xe000 && i > 0) {
        const lead = value.charCodeAt(i - 1);
        if (lead >= 0xd800 && lead < 0xdc00) {
          code = 0x10000 + ((lead - 0xd800) << 10) + (code - 0xdc00);
          i--;
        }
      }
      if (code >= 0xd800 && code < 0xe000) code = 0xfffd;
      bytes[--at] = tail(code);
      if (code < 0x800) {
        bytes[--at] = 0xc0 | (code >> 6);
        continue;
      }
      bytes[--at] = tail(code >> 6);
      if (code < 0x10000) {
        bytes[--at] = 0xe0 | (code >> 12);
        continue;
      }
      bytes[--at] = tail(code >> 12);
      bytes[--at] = 0xf0 | (code >> 18);
    }
    this.#start = at;
  }

  /** A 64-bit number in halves, seven bits a byte. */
  #varint(low: number, high: number): void {
    let size = 1;
    let [l, h] = [low >>> 0, high >>> 0];
    while (h !== 0 || l > 0x7f) {
      l = ((l >>> 7) | (h << 25)) >>> 0;
      h >>>= 7;
      size++;
    }
    let at = this.#take(size);
    [l, h] = [low >>> 0, high >>> 0];
    for (let left = size; left > 1; left--) {
      this.#bytes[at++] = (l & 0x7f) | 0x80;
      l = ((l >>> 7) | (h << 25)) >>> 0;
      h >>>= 7;
    }
    this.#bytes[at] = l;
  }

  /** Room for so many bytes before the others; where it begins. */
  #take(count: number): number {
    if (this.#start < count) this.#grow(count);
    this.#start -= count;
    return this.#start;
  }

  #grow(count: number): void {
    const { length } = this;
    const bytes = new Uint8Array(Math.max(this.#bytes.length * 2, length + count));
    bytes.set(this.#bytes.subarray(this.#start), bytes.length - length);
    this.#bytes = bytes;
    this.#start = bytes.length - length;
  }
}

function tail(code: number): number {
  return 0x80 | (code & 0x3f);
}
