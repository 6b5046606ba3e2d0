import xterm from '@xterm/headless';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Screen } from '../../../src/ui/screen/screen.js';
import type { Picture } from '../../../src/ui/text/line.js';

const SHOW_CURSOR = '\x1b[?25h';

/** A terminal that records writes and emulates the screen. */
class FakeTerminal {
  writes: string[] = [];
  readonly #emulator: InstanceType<typeof xterm.Terminal>;

  constructor(
    readonly columns = 20,
    readonly rows = 4,
  ) {
    this.#emulator = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  }

  write(data: string): boolean {
    this.writes.push(data);
    this.#emulator.write(data);
    return true;
  }

  /** Returns what was written since the last call. */
  taken(): string {
    return this.writes.splice(0).join('');
  }

  /** Returns the rows without trailing spaces. */
  async shown(): Promise<string[]> {
    await new Promise<void>((resolve) => this.#emulator.write('', resolve));
    const { active } = this.#emulator.buffer;
    return Array.from({ length: this.rows }, (_, row) =>
      active.getLine(row)!.translateToString(true).trimEnd(),
    );
  }

  get isAlternate(): boolean {
    return this.#emulator.buffer.active.type === 'alternate';
  }
}

/** A picture of plain lines. */
function plain(text: string): Picture {
  return { lines: text.split('\n').map((line) => [{ text: line }]) };
}

function open(terminal = new FakeTerminal()): { terminal: FakeTerminal; screen: Screen } {
  const screen = new Screen(terminal);
  screen.enter();
  terminal.taken();
  return { terminal, screen };
}

describe('the screen', () => {
  it('is as large as the terminal', () => {
    const { screen } = open(new FakeTerminal(33, 7));
    expect([screen.columns, screen.rows]).toEqual([33, 7]);
  });

  it('draws each line in its row', async () => {
    const { terminal, screen } = open();
    screen.draw(plain('one\n\n  three\nfour'));
    expect(await terminal.shown()).toEqual(['one', '', '  three', 'four']);
  });

  it('writes only what has changed', async () => {
    const { terminal, screen } = open();
    screen.draw(plain('one\ntwo\nthree'));
    terminal.taken();
    screen.draw(plain('one\nTWO\nthree'));
    const written = terminal.taken();
    expect(written).toContain('TWO');
    expect(written).not.toMatch(/one|three/);
    screen.draw(plain('one\nTWO\nthree'));
    expect(terminal.taken()).toBe('');
    expect(await terminal.shown()).toEqual(['one', 'TWO', 'three', '']);
  });

  it('clears lines that became shorter or disappeared', async () => {
    const { terminal, screen } = open();
    screen.draw(plain('a long line\ntwo\nthree\nfour'));
    screen.draw(plain('short\ntwo'));
    expect(await terminal.shown()).toEqual(['short', 'two', '', '']);
    screen.draw(plain('short\ntwo\nthree'));
    expect(await terminal.shown()).toEqual(['short', 'two', 'three', '']);
  });

  it('shows the last of any sequence of frames', async () => {
    const frame = fc
      .array(fc.string({ unit: fc.constantFrom('a', 'b', ' ', '鯨'), maxLength: 8 }), { maxLength: 6 })
      .map((lines) => lines.join('\n'));
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { minLength: 1, maxLength: 6 }), async (frames) => {
        const { terminal, screen } = open();
        for (const one of frames) screen.draw(plain(one));
        const lines = frames
          .at(-1)!
          .split('\n')
          .map((line) => line.trimEnd());
        expect(await terminal.shown()).toEqual(Array.from({ length: 4 }, (_, row) => lines[row] ?? ''));
      }),
    );
  });

  it('omits rows that the terminal does not have', async () => {
    const { terminal, screen } = open();
    screen.draw(plain('1\n2\n3\n4\n5\n6'));
    expect(terminal.taken()).not.toContain('\x1b[5;');
    expect(await terminal.shown()).toEqual(['1', '2', '3', '4']);
  });

  it('crops lines to the width of the terminal', async () => {
    const { terminal, screen } = open(new FakeTerminal(6, 3));
    screen.draw(plain('abcdefg\n\n鯨鯨鯨鯨'));
    expect(await terminal.shown()).toEqual(['abcde…', '', '鯨鯨…']);
  });

  it('erases nothing after a line as wide as the terminal, where many would erase its last column', () => {
    const { terminal, screen } = open();
    screen.draw(plain(`${'─'.repeat(19)}╮`));
    expect(terminal.taken()).not.toContain('╮\x1b[K');
  });

  it('redraws everything after it was cleared', async () => {
    const { terminal, screen } = open();
    screen.draw(plain('one\ntwo'));
    screen.clear();
    expect(await terminal.shown()).toEqual(['', '', '', '']);
    screen.draw(plain('one\ntwo'));
    expect(await terminal.shown()).toEqual(['one', 'two', '', '']);
  });

  it('shows the cursor where it is set', () => {
    const { terminal, screen } = open();
    screen.draw({ ...plain('one'), cursor: { row: 1, column: 2 } });
    expect(terminal.taken()).toContain(`\x1b[2;3H${SHOW_CURSOR}`);
    screen.draw({ ...plain('one'), cursor: { row: 0, column: 0 } });
    expect(terminal.taken()).toContain(`\x1b[1;1H${SHOW_CURSOR}`);
  });

  it('is the alternate screen between enter and leave', async () => {
    const terminal = new FakeTerminal();
    terminal.write('$ charlstm train');
    const screen = new Screen(terminal);
    screen.enter();
    screen.draw(plain('one'));
    expect(await terminal.shown()).toEqual(['one', '', '', '']);
    expect(terminal.isAlternate).toBe(true);
    screen.leave();
    expect(await terminal.shown()).toEqual(['$ charlstm train', '', '', '']);
    expect(terminal.isAlternate).toBe(false);
    expect(terminal.taken()).toContain(SHOW_CURSOR);
  });

  it('writes nothing before enter or after leave, and leaves once', () => {
    const { terminal, screen } = open();
    screen.leave();
    expect(terminal.taken()).not.toBe('');
    screen.leave();
    screen.draw(plain('one'));
    screen.clear();
    expect(terminal.taken()).toBe('');
    const closed = new Screen(terminal);
    closed.draw(plain('one'));
    closed.leave();
    expect(terminal.taken()).toBe('');
  });

  it('redraws everything when it is entered again', async () => {
    const { terminal, screen } = open();
    screen.draw(plain('one\ntwo'));
    screen.leave();
    screen.enter();
    screen.draw(plain('one\ntwo'));
    expect(await terminal.shown()).toEqual(['one', 'two', '', '']);
  });
});
