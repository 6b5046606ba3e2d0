import type { FloatType } from './header.js';

/** Converts little-endian numbers to 32 bits, rounding wider ones to nearest. */
export function floatsOf(buffer: ArrayBuffer, type: FloatType): Float32Array {
  switch (type) {
    case 'F32':
      return new Float32Array(buffer);
    case 'F64':
      return Float32Array.from(new Float64Array(buffer));
    case 'F16':
      return Float32Array.from(new Uint16Array(buffer), half);
    case 'BF16':
      // The upper half of a 32-bit float.
      return new Float32Array(Uint32Array.from(new Uint16Array(buffer), (bits) => bits * 2 ** 16).buffer);
  }
}

/** Decodes an IEEE 754 binary16: a sign, 5 bits of exponent, 10 bits of fraction. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
