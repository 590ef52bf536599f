import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { WireReader } from './wire.ts';
import { WireWriter } from './wire-writer.ts';

function varint(value: bigint): Uint8Array {
  const out: number[] = [];
  let rest = BigInt.asUintN(64, value);
  while (rest > 0x7fn) {
    out.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  return Uint8Array.from([...out, Number(rest)]);
}

test('every 64-bit integer is read as the nearest number, signed and unsigned', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
      expect(new WireReader(varint(value)).integer()).toBe(Number(value));
      expect(new WireReader(varint(value)).unsigned()).toBe(Number(BigInt.asUintN(64, value)));
    }),
  );
  for (const value of [0n, 1n, -1n, 2n ** 31n, -(2n ** 31n), 2n ** 53n, -(2n ** 63n), 2n ** 63n - 1n]) {
    expect(new WireReader(varint(value)).integer()).toBe(Number(value));
  }
});

test('a part ends where it says, whatever follows', () => {
  const reader = new WireReader(Uint8Array.of(2, 0x61, 0x62, 0x63));
  const part = reader.part();
  part.skip(0);
  part.skip(0);
  expect(part.atEnd).toBe(true);
  expect(() => part.unsigned()).toThrow('unexpected EOF');
  expect(reader.atEnd).toBe(false);
});

test('a double may be anywhere in the buffer', () => {
  const bytes = new Uint8Array(11);
  new DataView(bytes.buffer).setFloat64(3, -2.5, true);
  expect(new WireReader(bytes.subarray(2), 1).double()).toBe(-2.5);
});

test('what is written is read again, the last first, however small the buffer was', () => {
  const text = fc.string({ unit: 'binary' });
  fc.assert(
    fc.property(
      text,
      fc.maxSafeInteger(),
      fc.nat(),
      fc.uint8Array(),
      fc.double(),
      (string, integer, unsigned, bytes, double) => {
        const writer = new WireWriter(1);
        writer.double(double);
        writer.bytes(bytes);
        writer.unsigned(unsigned);
        writer.integer(integer);
        writer.string(string);
        const written = writer.finish();
        expect(writer.length).toBe(written.length);
        const reader = new WireReader(written);
        expect(Buffer.from(reader.bytes())).toEqual(Buffer.from(string));
        expect(reader.integer()).toBe(integer);
        expect(reader.unsigned()).toBe(unsigned);
        expect(reader.bytes()).toEqual(bytes);
        expect(reader.double()).toBe(double);
        expect(reader.atEnd).toBe(true);
      },
    ),
  );
});

test('integers of 64 bits are written whole', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
      const writer = new WireWriter(4);
      writer.bigInteger(value);
      expect(writer.finish()).toEqual(varint(value));
    }),
  );
});
