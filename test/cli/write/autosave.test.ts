import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { Autosave } from '../../../src/cli/write/autosave.js';
import { findTextFile, openTextFile } from '../../../src/cli/write/text-file.js';
import { temporaryFolder } from '../../helpers/cli.js';
import { thrownBy } from '../../helpers/files.js';

const root = await temporaryFolder();
const DEAD = 99_999_999;

/** A folder with some files, one of which is edited. */
async function edited(files: Record<string, string | Uint8Array>, name = 'a.txt') {
  const folder = mkdtempSync(join(root, 'x-'));
  for (const [file, content] of Object.entries(files)) writeFileSync(join(folder, file), content);
  const file = await openTextFile(findTextFile(join(folder, name)), 'utf8');
  const others = () => readdirSync(folder).filter((other) => !(other in files));
  return { folder, file, autosave: new Autosave(file), others };
}

describe('the autosave of a text', () => {
  it('holds what the file would, is written only when needed, and goes when the text is saved', async () => {
    const { folder, file, autosave, others } = await edited({ 'a.txt': '\ufeffone\r\ntwo' });
    autosave.keep('one\ntwo');
    expect(others()).toEqual([]);
    autosave.keep('one\ntwo\nthree');
    expect(others()).toEqual([`.a.txt.${process.pid}.autosave`]);
    const path = join(folder, others()[0]!);
    expect(readFileSync(path, 'utf8')).toBe('\ufeffone\r\ntwo\r\nthree');
    file.save('one\ntwo\nthree');
    autosave.keep('one\ntwo\nthree');
    expect(others()).toEqual([]);
  });

  it('is UTF-8 whatever the file is, and is taken over', async () => {
    const { folder, autosave, others } = await edited({ 'a.txt': Buffer.from('Caf\xe9\r\n', 'latin1') });
    autosave.keep('Café →\n');
    expect(readFileSync(join(folder, others()[0]!), 'utf8')).toBe('Café →\r\n');
    const left = { 'a.txt': Buffer.from('Caf\xe9\r\n', 'latin1'), [`.a.txt.${DEAD}.autosave`]: 'Café →\r\n' };
    const next = await edited(left);
    expect(next.autosave.takeLeftBehind().text).toBe('Café →\n');
  });

  it('is next to the file that a link leads to', async () => {
    const { folder } = await edited({ 'a.txt': 'one' });
    mkdirSync(join(folder, 'links'));
    symlinkSync('../a.txt', join(folder, 'links/b.txt'));
    const file = await openTextFile(findTextFile(join(folder, 'links/b.txt')), 'utf8');
    new Autosave(file).keep('one!');
    expect(readdirSync(folder)).toContain(`.a.txt.${process.pid}.autosave`);
  });

  it('reports a disk that refuses, but not each time', async () => {
    const { folder, autosave } = await edited({});
    rmSync(folder, { recursive: true });
    expect(thrownBy(() => autosave.keep('one')).hint).toContain('^S');
    autosave.keep('one'); // not tried again yet
  });
});

describe('what was left behind', () => {
  it('is taken over: only the newest, and none of a living process', async () => {
    const own = `.a.txt.${process.pid}.autosave`;
    const { folder, autosave, others } = await edited({
      [`.a.txt.${DEAD}.autosave`]: 'kept',
      '.b.txt.1.autosave': 'b',
    });
    expect(autosave.takeLeftBehind()).toEqual({ text: 'kept', notice: expect.stringMatching(/^recovered/) });
    expect(others()).toEqual([own]);
    autosave.keep('');
    expect(readdirSync(folder)).toEqual(['.b.txt.1.autosave']);

    const busy = await edited({ [`.a.txt.${process.ppid}.autosave`]: 'kept' });
    expect(busy.autosave.takeLeftBehind().notice).toMatch(`also being written by process ${process.ppid}`);
    expect((await edited({})).autosave.takeLeftBehind()).toEqual({});
  });

  it('that is no text, or a pipe, is left alone', async () => {
    const { autosave, others } = await edited({ [`.a.txt.${DEAD}.autosave`]: Uint8Array.of(0xff, 0xfe) });
    expect(autosave.takeLeftBehind()).toEqual({ notice: expect.stringContaining('is not UTF-8') });
    expect(others()).toEqual([]);
    const { folder, autosave: other } = await edited({});
    await execa('mkfifo', [join(folder, `.a.txt.${DEAD}.autosave`)]);
    expect(other.takeLeftBehind()).toEqual({});
  });

  it('of a file without a chosen name is pointed at', async () => {
    const name = 'writing-2026-11-22-231800.txt';
    const files = { [`.${name}.${DEAD}.autosave`]: 'kept', [`.c.txt.${DEAD}.autosave`]: 'other' };
    expect((await edited(files, 'writing-new.txt')).autosave.hintAtOthers().notice).toContain(
      `--file ${name}`,
    );
    expect((await edited({})).autosave.hintAtOthers()).toEqual({});
  });
});
