import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { optionsPage, PAGE } from '../../docs/options.js';

it('docs/reference/options.md is what "npm run docs" makes of the table', () => {
  expect(readFileSync(PAGE, 'utf8')).toBe(optionsPage());
});
