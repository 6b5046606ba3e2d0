import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TextFile } from '../../../src/cli/write/text-file.js';
import { temporaryFolder } from '../../helpers/cli.js';

const folder = await temporaryFolder();

it('a file keeps its line ends, whatever they are, and new ones are like them if all are equal', () => {
  const path = join(folder, 'text.txt');
  const pieces = fc.array(fc.constantFrom('a', '\r', '\n', '\r\n', '\ufeff'), { maxLength: 12 });
  fc.assert(
    fc.property(pieces, (parts) => {
      const content = parts.join('');
      writeFileSync(path, content);
      const file = new TextFile(path);
      file.save(file.text);
      expect(readFileSync(path, 'utf8')).toBe(content);
      file.save(`${file.text}\n`);
      const kinds = new Set(content.match(/\r\n|[\r\n]/g));
      const added = readFileSync(path, 'utf8').slice(content.length);
      if (kinds.size === 1) expect(added).toBe([...kinds][0]);
      else expect(added).toMatch(/^\r?\n$/);
    }),
    { numRuns: 60 },
  );
});
