// The pages: every link leads somewhere, and every file they name exists.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const pages = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
].sort();

const read = (page: string) => readFileSync(join(ROOT, page), 'utf8');

/** The text of a page outside code blocks. */
const prose = (page: string) => read(page).replace(/^( *)```[\s\S]*?^\1```/gm, '');

/** The anchors of a page, as GitHub makes them of its headings. */
function anchors(page: string): string[] {
  const headings = [...prose(page).matchAll(/^#+ (.*)$/gm)].map((match) => match[1]!);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

const links = (page: string) =>
  [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1]!)
    .filter((link) => !link.includes('://'));

describe.each(pages)('%s', (page) => {
  it('links to files and headings that exist', () => {
    const broken = links(page).filter((link) => {
      const [path, anchor] = link.split('#');
      const target = path ? normalize(join(dirname(page), path)) : page;
      return !existsSync(join(ROOT, target)) || (anchor !== undefined && !anchors(target).includes(anchor));
    });
    expect(broken).toEqual([]);
  });

  it('names only files that exist', () => {
    const named = [...prose(page).matchAll(/`((?:[\w.-]+\/)+[\w.-]+\.(?:ts|tsx|c|h|md|py))`/g)].map(
      (match) => match[1]!,
    );
    const missing = named.filter(
      (path) => ![path, join('src', path)].some((at) => existsSync(join(ROOT, at))),
    );
    expect(missing).toEqual([]);
  });
});

it('the index of the docs links to every page', () => {
  const listed = links('docs/README.md').map((link) => normalize(join('docs', link.split('#')[0]!)));
  const unlisted = pages.filter((page) => page.startsWith('docs/') && page !== 'docs/README.md');
  expect(unlisted.filter((page) => !listed.includes(page))).toEqual([]);
});
