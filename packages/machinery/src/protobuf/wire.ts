import { DecodeError } from '../typed/decode-error.ts';
import { decodeUtf8 } from './utf8.ts';

/** Wire types of proto2. */
export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
export const FIXED32 = 5;

/** Reads protobuf's wire format from a part of a buffer, front to back; never beyond its end. Copies nothing. */
export class WireReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #position: number;
  /** The halves of the last varint, as signed 32-bit numbers. */
  #low = 0;
  #high = 0;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#position = start;
    this.#end = end;
  }

  get atEnd(): boolean {
    return this.#position >= this.#end;
  }

  /** The next field's number and wire type. */
  tag(): { readonly number: number; readonly wire: number } {
    const tag = this.unsigned();
    const number = Math.floor(tag / 8);
    if (number < 1 || number > MAX_FIELD_NUMBER) throw new DecodeError(`proto: illegal tag ${number}`);
    return { number, wire: tag % 8 };
  }

  /** An unsigned 64-bit number. Beyond 2^53 it is the nearest JavaScript number. */
  unsigned(): number {
    this.#readVarint();
    return (this.#high >>> 0) * 2 ** 32 + (this.#low >>> 0);
  }

  /** A signed 64-bit number (int32 and int64 fields). Beyond 2^53 it is the nearest JavaScript number. */
  integer(): number {
    this.#readVarint();
    return this.#high * 2 ** 32 + (this.#low >>> 0);
  }

  double(): number {
    const start = this.#take(8);
    return new DataView(this.#bytes.buffer, this.#bytes.byteOffset + start, 8).getFloat64(0, true);
  }

  /** A length-delimited part as a reader of its own. */
  part(): WireReader {
    const length = this.#length();
    const start = this.#take(length);
    return new WireReader(this.#bytes, start, start + length);
  }

  /** A length-delimited part as a view on the buffer. */
  bytes(): Uint8Array {
    const length = this.#length();
    const start = this.#take(length);
    return this.#bytes.subarray(start, start + length);
  }

  string(): string {
    return decodeUtf8(this.bytes());
  }

  /** Steps over a field's value. Groups, which proto2 once had, are refused. */
  skip(wire: number): void {
    switch (wire) {
      case VARINT:
        this.#readVarint();
        return;
      case FIXED64:
        this.#take(8);
        return;
      case BYTES:
        this.#take(this.#length());
        return;
      case FIXED32:
        this.#take(4);
        return;
      default:
        throw new DecodeError(`proto: illegal wireType ${wire}`);
    }
  }

  /** Seven bits a byte, the lowest first; what goes beyond 64 bits is cut off. */
  #readVarint(): void {
    this.#low = 0;
    this.#high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.#bytes[this.#take(1)]!;
      const bits = byte & 0x7f;
      if (shift < 28) this.#low |= bits << shift;
      else if (shift > 28) this.#high |= bits << (shift - 32);
      else {
        this.#low |= bits << 28;
        this.#high |= bits >> 4;
      }
      if (byte < 0x80) return;
    }
    throw new DecodeError('proto: integer overflow');
  }

  #length(): number {
    const length = this.unsigned();
    if (length > this.#end - this.#position) throw new DecodeError('unexpected EOF');
    return length;
  }

  /** Moves on and returns where it was. */
  #take(count: number): number {
    const start = this.#position;
    if (count > this.#end - start) throw new DecodeError('unexpected EOF');
    this.#position = start + count;
    return start;
  }
}

const MAX_FIELD_NUMBER = 2 ** 29 - 1;
