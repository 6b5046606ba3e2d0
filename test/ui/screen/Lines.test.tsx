import { render } from 'ink';
import { expect, it } from 'vitest';
import { Lines } from '../../../src/ui/screen/Lines.js';
import { Screen } from '../../../src/ui/screen/screen.js';

it('draws lines in their places, cropped to the width of the terminal', () => {
  const writes: string[] = [];
  const write = (data: string) => writes.push(data);
  const screen = new Screen({ columns: 6, rows: 3, write } as unknown as NodeJS.WriteStream);
  screen.enter();
  const lines = ['abcdefg', '', '鯨鯨鯨'].map((text) => [{ text }]);
  const app = render(<Lines lines={lines} columns={6} rows={3} />, {
    stdout: screen as unknown as NodeJS.WriteStream,
    debug: true,
    patchConsole: false,
  });
  app.unmount();
  const drawn = writes.join('');
  expect(drawn).toContain('\x1b[1;1H\x1b[Kabcde…');
  expect(drawn).toContain('\x1b[3;1H\x1b[K鯨鯨鯨');
});
