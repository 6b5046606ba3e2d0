import { execFileSync } from 'node:child_process';
import { closeSync, truncateSync, writeFileSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileError } from '../src/errors.js';
import { linesOf, openRegular, readRegular } from '../src/regular.js';
import { temporaryFolder } from './helpers/cli.js';

const root = await temporaryFolder();
const path = join(root, 'file');

/** What an action says about a file that it refuses. */
function refusal(file: string, action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return (fileError(error, file, '') as Error).message;
  }
  return expect.fail('nothing was thrown');
}

describe('a file that anybody may have put there', () => {
  it.runIf(process.platform !== 'win32').each([
    ['pipe', 'is a named pipe, not a file', (at: string) => void execFileSync('mkfifo', [at])],
    ['zero', 'is a device, not a file', (at: string) => symlink('/dev/zero', at)],
    ['folder', 'is a folder, not a file', (at: string) => mkdir(at)],
  ])('is refused without waiting if it is not a file: %s', async (name, reason, make) => {
    const odd = join(root, name);
    await make(odd);
    expect(refusal(odd, () => openRegular(odd))).toBe(`${odd} ${reason}`);
    expect(refusal(odd, () => readRegular(odd, 10))).toBe(`${odd} ${reason}`);
  });

  it('is read up to the size that it can have', () => {
    writeFileSync(path, '0123456789');
    expect(readRegular(path, 10).toString()).toBe('0123456789');
    truncateSync(path, 3e9);
    expect(refusal(path, () => readRegular(path, 10))).toBe(
      `${path} has 3,000,000,000 bytes, and no such file has more than 10`,
    );
  });

  it('may be reached through a link, and be made by opening it', async () => {
    await writeFile(path, 'text');
    await symlink(path, join(root, 'link'));
    expect(readRegular(join(root, 'link'), 10).toString()).toBe('text');
    expect(() => openRegular(join(root, 'missing'))).toThrow('ENOENT');
  });
});

describe('the lines of a file', () => {
  const linesIn = (file: string) => {
    const { descriptor } = openRegular(file);
    const lines = Array.from(linesOf(descriptor), ({ bytes, end }) => ({
      text: bytes.toString('latin1'),
      end,
    }));
    closeSync(descriptor);
    return lines;
  };

  it('are those that end, whatever their lengths, and those over a megabyte are empty', () => {
    const length = fc.oneof(
      { weight: 5, arbitrary: fc.nat(100) },
      { weight: 1, arbitrary: fc.integer({ min: (1 << 20) - 2, max: (1 << 20) + 2 }) },
      { weight: 1, arbitrary: fc.integer({ min: (2 << 20) - 2, max: 5 << 20 }) },
    );
    fc.assert(
      fc.property(fc.array(length, { maxLength: 6 }), fc.nat(50), (lengths, rest) => {
        const texts = lengths.map((size, i) => String.fromCharCode(97 + i).repeat(size));
        writeFileSync(path, texts.map((text) => `${text}\n`).join('') + 'x'.repeat(rest));
        let end = 0;
        const expected = texts.map((text) => {
          end += text.length + 1;
          return { text: text.length > 1 << 20 ? '' : text, end };
        });
        expect(linesIn(path)).toEqual(expected);
      }),
      { numRuns: 15 },
    );
  });
});
