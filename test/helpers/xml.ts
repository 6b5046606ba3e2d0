import { expect } from 'vitest';

/** Checks that a document is XML 1.0 (elements, attributes and text, as far as we write them). */
export function expectWellFormed(xml: string): void {
  expect(xml).not.toMatch(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these characters must not occur
    /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff\p{Surrogate}]/u,
  );
  const open: string[] = [];
  const rest = xml.replace(
    /<(\/?)([a-z]+)((?: [\w:-]+="[^"<&]*")*)(\/?)>/g,
    (_, closing, name, _attributes, empty) => {
      if (closing) expect(open.pop()).toBe(name);
      else if (!empty) open.push(name);
      return '';
    },
  );
  expect(open).toEqual([]);
  expect(rest).not.toContain('<');
  expect(rest.replace(/&(amp|lt|gt|quot|#39);/g, '')).not.toContain('&');
}
