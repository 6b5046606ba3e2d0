import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cacheFolder } from '../src/cache-folder.js';

it('the cache lies where each system keeps what can be made again', () => {
  expect(cacheFolder({}, 'linux')).toBe(join(homedir(), '.cache'));
  expect(cacheFolder({}, 'darwin')).toBe(join(homedir(), 'Library', 'Caches'));
  expect(cacheFolder({}, 'win32')).toBe(join(homedir(), 'AppData', 'Local'));
});

it('the cache lies where the environment says, unless that depends on the working folder', () => {
  const env = { XDG_CACHE_HOME: '/caches', LOCALAPPDATA: '/local' };
  expect(cacheFolder(env, 'linux')).toBe('/caches');
  expect(cacheFolder(env, 'win32')).toBe('/local');
  expect(cacheFolder({ XDG_CACHE_HOME: 'caches' }, 'linux')).toBeUndefined();
  expect(cacheFolder({ XDG_CACHE_HOME: '' }, 'linux')).toBe(join(homedir(), '.cache'));
});
