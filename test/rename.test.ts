import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { onceFree, onceFreeSync, renameFile, renameFileSync } from '../src/rename.js';

const folder = mkdtempSync(join(tmpdir(), 'rename-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Returns an action that the system refuses this many times. */
function refused(times: number, code = 'EPERM') {
  const state = { attempts: 0 };
  const action = () => {
    state.attempts++;
    if (state.attempts <= times) throw Object.assign(new Error(code), { code });
    return 'done';
  };
  return { state, action };
}

describe('a file that another program has open on Windows', () => {
  it.each(['EPERM', 'EACCES', 'EBUSY'])('is renamed once it is free, after %s', async (code) => {
    for (const times of [0, 1, 3]) {
      const { state, action } = refused(times, code);
      expect(await onceFree(async () => action(), 'win32')).toBe('done');
      expect(state.attempts).toBe(times + 1);
      expect(onceFreeSync(refused(times, code).action, 'win32')).toBe('done');
    }
  });

  it('is given up after eight attempts', async () => {
    const { state, action } = refused(Number.POSITIVE_INFINITY);
    await expect(onceFree(async () => action(), 'win32')).rejects.toThrow('EPERM');
    expect(state.attempts).toBe(8);
  });

  it('is not waited for if something else is wrong, or on another system', async () => {
    for (const [code, platform] of [
      ['ENOENT', 'win32'],
      ['ENOSPC', 'win32'],
      ['EPERM', 'linux'],
      ['EACCES', 'darwin'],
    ] as const) {
      const { state, action } = refused(1, code);
      await expect(onceFree(async () => action(), platform)).rejects.toThrow(code);
      expect(() => onceFreeSync(refused(1, code).action, platform)).toThrow(code);
      expect(state.attempts).toBe(1);
    }
  });
});

it('a renamed file takes the place of another', async () => {
  const [from, to] = [join(folder, 'from'), join(folder, 'to')];
  for (const content of ['one', 'two']) {
    writeFileSync(from, content);
    if (content === 'one') await renameFile(from, to);
    else renameFileSync(from, to);
    expect(readFileSync(to, 'utf8')).toBe(content);
  }
});
