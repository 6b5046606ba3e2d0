// Draws thousands of frames (10,000 in `npm run test:faults`).

import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { tries } from '../../faults/scale.js';

const UI = new URL('../../../dist/ui/', import.meta.url);

const FRAMES = tries(10_000, 1_500);

/** Draws frames of a training run, and prints how memory grew after the first fifth of them. */
const PROGRAM = `
  const { Screen } = await import('${new URL('screen/screen.js', UI)}');
  const { initialState } = await import('${new URL('dashboard/state.js', UI)}');
  const { reduce } = await import('${new URL('dashboard/reduce.js', UI)}');
  const { picture } = await import('${new URL('dashboard/view.js', UI)}');
  const size = { columns: 72, rows: 14 };
  let bytes = 0;
  const screen = new Screen({ ...size, write: (text) => (bytes += text.length) });
  screen.enter();
  let state = initialState({ lr: 5e-3, clip: 1, history: [] }, 0, size);
  const start = { type: 'start', run: 'r', corpus: 'c', model: 'm', parameters: 1, engine: 'e', threads: 1, step: 0,
    stepsPerEpoch: 500, charactersPerStep: 2048, totalSteps: 20000, minutes: undefined, patience: 0, seconds: 0, lr: 5e-3 };
  state = reduce(state, { type: 'events', now: 1, events: [start] });
  const heap = () => { gc(); return process.memoryUsage().heapUsed; };
  let before;
  for (let i = 1; i <= ${FRAMES}; i++) {
    const loss = 1.5 + 3 * Math.exp(-i / 800) + 0.1 * Math.sin(i * 12.9898);
    const events = [
      { type: 'step', step: i, epoch: i / 500, loss, gradNorm: 0.5, lr: 5e-3, charsPerSecond: 30_000 },
      { type: 'live', step: i, sample: i >> 8, temperature: 0.8, prompt: '', text: 'ab', certainty: [0.5, 0.1] },
    ];
    if (i % 100 === 0) events.push({ type: 'validation', step: i, loss, bpc: loss, perplexity: loss });
    state = reduce(state, { type: 'events', now: 50 * i, events });
    screen.draw(picture(state));
    if (i === ${FRAMES / 5}) before = heap();
  }
  console.log(JSON.stringify({ grown: heap() - before, entries: performance.getEntries().length, bytes }));
`;

it('drawing thousands of frames keeps no memory', async () => {
  const { stdout } = await execa(process.execPath, ['--expose-gc', '--input-type=module', '-e', PROGRAM], {
    cwd: fileURLToPath(UI),
    env: { CI: undefined },
  });
  const { grown, entries, bytes } = JSON.parse(stdout) as Record<string, number>;
  expect(entries).toBe(0);
  expect(grown).toBeLessThan(2e6);
  expect(bytes).toBeGreaterThan(100 * FRAMES);
}, 300_000);
