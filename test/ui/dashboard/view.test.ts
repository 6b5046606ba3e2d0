import chalk from 'chalk';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { BINDINGS, press } from '../../../src/ui/dashboard/keys.js';
import type { DashboardState } from '../../../src/ui/dashboard/state.js';
import { picture } from '../../../src/ui/dashboard/view.js';
import { styled } from '../../../src/ui/text/styled.js';
import {
  at,
  frozen,
  gaugesEvent,
  newState,
  played,
  START,
  stepEvent,
  stroke,
  tick,
  trainedState,
} from '../../helpers/ui-fixture.js';

/** Draws the dashboard. @param colors the level of chalk: 0 for none, 1 for sixteen, 3 for all */
function drawn(state: DashboardState, colors: 0 | 1 | 3 = 0): string {
  const before = chalk.level;
  chalk.level = colors;
  const lines = picture(frozen(state)).lines.map((line) => line.map(styled).join('').trimEnd());
  chalk.level = before;
  return lines.join('\n');
}

function pressed(state: DashboardState, ...keys: readonly string[]): DashboardState {
  return keys.reduce<DashboardState>((now, key) => press(now, stroke(key)).state, state);
}

/** Returns the columns of some characters. */
function columnsOf(line: string, characters: string): number[] {
  const before = (index: number) => stringWidth(line.slice(0, index));
  return Array.from(line.matchAll(new RegExp(`[${characters}]`, 'g')), ({ index }) => before(index));
}

const size = (columns: number, rows: number) => ({ columns, rows });
const trained = trainedState();
const lastMs = trained.now - trained.startedAt;
const obeyed = (type: 'pause' | 'stop') =>
  played(trained, at(lastMs, { type: 'command', step: 830, command: { type } }), tick(lastMs + 65_000));

/** Gates and gradients, watched for half a minute. */
const watched = (layers: number, ratio?: number) =>
  played(
    pressed(trained, 'g'),
    ...Array.from({ length: 30 }, (_, i) => at(lastMs, gaugesEvent(801 + i, layers, ratio))),
  );

/** Returns the state at a step with many digits. */
const late = (state: DashboardState) => {
  const { gauges, samples } = state;
  const step = 4_321_000;
  const pages = samples.pages.map((page) => ({ ...page, step }));
  return { ...state, gauges: { ...gauges, last: { ...gauges.last!, step } }, samples: { ...samples, pages } };
};

/** All screens with a picture in test/screens. */
const SCREENS: Record<string, DashboardState> = {
  '30x8': { ...trained, ...size(30, 8) },
  '40x12': { ...trained, ...size(40, 12) },
  '80x24': trained,
  '120x40': { ...trained, ...size(120, 40) },
  '200x60': { ...trained, ...size(200, 60) },
  waiting: newState(),
  'before the first step': played(newState(), at(0, START), tick(700, 90 * 2 ** 20)),
  'first step': played(newState(), at(0, START), at(300, stepEvent(1, 4.4258, { charsPerSecond: 21_728 }))),
  paused: obeyed('pause'),
  stopping: obeyed('stop'),
  help: pressed(trained, '?'),
  quit: pressed(trained, 'q'),
  prompt: pressed(trained, 'e', 'It was a dark and 鯨 night', '\n', '\t\x1b', 'e\u0301🐋'),
  'bits, epochs, log, recent': pressed(trained, 'u', 'x', 'l', 'tab'),
  'older sample': pressed(trained, '[', '['),
  gates: watched(2),
  'gates before the first': pressed(trained, 'g'),
  'gates of five layers': watched(5, 10),
  'gates of 32 layers': late(watched(32, 2)),
  'gates at 40x12': { ...watched(2, 5000), ...size(40, 12) },
  'gates at 120x40': { ...watched(3), ...size(120, 40) },
};

const SMALL = { '40x12': size(40, 12), '60x20': size(60, 20), '71x50': size(71, 50), '72x12': size(72, 12) };
const dialogs = [
  'paused',
  'stopping',
  'help',
  'quit',
  'prompt',
  'before the first step',
  'gates',
  'gates of five layers',
] as const;

/** All screens, and the dialogs at awkward sizes. */
const all: [string, DashboardState][] = [
  ...Object.entries(SCREENS),
  ...Object.entries(SMALL).flatMap(([name, columns]) =>
    dialogs.map((dialog): [string, DashboardState] => [
      `${dialog} at ${name}`,
      { ...SCREENS[dialog]!, ...columns },
    ]),
  ),
];

it.each(Object.entries(SCREENS))('looks as before: %s', async (name, state) => {
  const file = `${name.replaceAll(/[, ]+/g, '-')}.txt`;
  await expect(`${drawn(state)}\n`).toMatchFileSnapshot(`../../screens/${file}`);
});

describe.each(all)('%s', (_, state) => {
  const frame = drawn(state);
  const lines = frame.split('\n');

  it('is as large as the terminal, and no larger', () => {
    expect(lines.length).toBe(state.rows < 12 || state.columns < 40 ? 1 : state.rows);
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(state.columns);
  });

  it.each([1, 3] as const)('says the same without colours as at level %i', (level) => {
    const colored = drawn(state, level);
    const codes = new RegExp(`${'\x1b'}\\[[\\d;]*m`, 'g');
    const plain = colored.replace(codes, '').split('\n');
    expect(plain.map((line) => line.trimEnd())).toEqual(lines);
    expect(colored).not.toBe(frame);
    expect(colored, 'black on black').not.toContain('\x1b[30m');
  });

  it('has no control characters', () => {
    expect(lines.filter((line) => /\p{Cc}/u.test(line))).toEqual([]);
  });
});

it.each(Object.keys(SCREENS))('panels have straight edges: %s', (name) => {
  const lines = drawn(SCREENS[name]!).split('\n');
  const top = lines.findIndex((line) => line.startsWith('╭'));
  if (top < 0) return;
  const bottom = lines.findIndex((line) => line.startsWith('╰'));
  const edges = columnsOf(lines[top]!, '╭╮');
  expect(columnsOf(lines[bottom]!, '╰╯')).toEqual(edges);
  for (const line of lines.slice(top + 1, bottom)) {
    expect(columnsOf(line, '│┤')).toEqual(expect.arrayContaining(edges));
  }
});

it('titles of panels are shortened rather than cut, at the usual size and in the narrowest panel', () => {
  for (const columns of [72, 80, 120]) {
    for (const keys of [['g', 'l', 'u'], ['[', 'l'], []]) {
      const state = pressed(late(watched(2)), 'g', ...keys);
      const [edges] = /╭.*╮/.exec(drawn({ ...state, columns }))!;
      expect(edges).not.toContain('…');
      expect(edges).toMatch(/ ─+╮╭.* ─+╮$/);
    }
  }
});

it('help lists all keys and what they do, on a terminal of the usual size', () => {
  const help = drawn(SCREENS.help!);
  for (const { keys, name = keys[0], label } of BINDINGS) expect(help).toContain(`${name} ${label} `);
  expect(help).toContain('^C stop and save; again: at once ');
  expect(help).toContain('^Z suspend; fg resumes ');
});

describe.each(Object.entries(SMALL))('at %s', (_, { columns, rows }) => {
  const shown = (name: string) => drawn({ ...SCREENS[name]!, columns, rows });

  it('shows the verdict and open questions', () => {
    expect(shown('80x24')).toContain('still improving');
    expect(shown('paused')).toContain('paused: p continues');
    expect(shown('stopping')).toContain('saving and stopping');
    expect(shown('quit')).toMatch(/Stop training\?.*y yes.*n no/);
    expect(shown('prompt')).toMatch(/prompt: .*🐋▌/);
  });
});
