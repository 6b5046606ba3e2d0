/** What the first bytes of a file say. */
type Test = (head: Buffer) => boolean;

/** Tests whether a file begins with some bytes: text stands for its Latin-1 bytes. */
export const begins =
  (...magics: readonly (string | readonly number[])[]): Test =>
  (head) =>
    magics.some((magic) => holds(head, 0, magic));

/** Tests whether some bytes are at an offset. */
export const has =
  (offset: number, ...magics: readonly (string | readonly number[])[]): Test =>
  (head) =>
    magics.some((magic) => holds(head, offset, magic));

export const both =
  (...tests: readonly Test[]): Test =>
  (head) =>
    tests.every((test) => test(head));

/** Whether there is a zero byte, which texts do not have. */
export const hasZero: Test = (head) => head.includes(0);

function holds(head: Buffer, offset: number, magic: string | readonly number[]): boolean {
  const bytes = Buffer.from(magic as string, 'latin1');
  return head.subarray(offset, offset + bytes.length).equals(bytes);
}

export const isGzip = begins([0x1f, 0x8b, 8]);
export const isZip = begins('PK\x03\x04', 'PK\x05\x06');

/** Whether the names of the first files in a zip archive, which are not compressed, include a name. */
export const names = (name: string): Test => both(isZip, (head) => head.includes(name));

/** The media type that is stored first in EPUB and OpenDocument files; undefined for others. */
export function mediaTypeOf(head: Buffer): string | undefined {
  if (!isZip(head) || !has(30, 'mimetype')(head)) return undefined;
  return /^[a-z]+\/[a-z0-9.+-]+/.exec(head.toString('latin1', 38 + head.readUInt16LE(28), 138))?.[0];
}
