import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fileSource, type Source } from '../../../src/text/files/source.js';
import { temporaryFolder } from '../../helpers/cli.js';

const folder = await temporaryFolder();
const path = join(folder, 'text.txt');

async function bytesOf(source: Source): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of source.read(folder)) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

test.each([0, 1, 2, 100, 262_143, 262_144, 262_145, 600_000])(
  'a file of %i bytes is read whole',
  async (size) => {
    const bytes = Buffer.from(Uint8Array.from({ length: size }, (_, i) => (i * 31) % 251));
    writeFileSync(path, bytes);
    expect((await bytesOf(fileSource(path))).equals(bytes)).toBe(true);
  },
);

test.each([1, 100, 262_144])('a file of %i bytes that grows by one is refused', async (size) => {
  writeFileSync(path, Buffer.alloc(size, 'a'));
  const source = fileSource(path);
  appendFileSync(path, 'b');
  await expect(bytesOf(source)).rejects.toThrow('text.txt changed while it was read');
});
