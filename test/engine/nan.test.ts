// A network that diverges is noticed by its NaNs, so no kernel of any build may lose one: the minimum and
// maximum of some instruction sets return the other operand instead.

import { describe, expect, it } from 'vitest';
import type { Engine, Kernels } from '../../src/engine/kernels.js';
import { builds } from '../helpers/engines.js';

/** With vectors of any length, a remainder too. */
const [WIDTH, ROWS] = [19, 2];
const N = ROWS * WIDTH;

/** What a kernel does with an array. */
type Use = 'reads' | 'writes' | 'changes' | 'needs';

interface Case {
  /** The length of each array, and what the kernel does with it. */
  readonly arrays: Record<string, readonly [use: Use, length: number]>;
  /** Elements of `array`, whole rows of 3 * WIDTH, that are not read although others are. */
  readonly unread?: { readonly array: string; readonly below: number };
  /** Calls the kernel, given byte offsets in the order of `arrays`. */
  run(kernels: Kernels, ...at: number[]): unknown;
}

const read = (length: number) => ['reads', length] as const;
const written = (length: number) => ['writes', length] as const;
const changed = (length: number) => ['changes', length] as const;
/** Indices, which are all 0, and scratch memory. */
const needed = (length: number) => ['needs', length] as const;

function lstm(gates: 3 | 4, has: 0 | 1): Record<string, Case> {
  const width = gates * WIDTH;
  const peepholes = read(has * (width - WIDTH));
  const name = `of ${gates} gates${has ? ' with peepholes' : ''}`;
  return {
    [`lstm_forward ${name}`]: {
      arrays: { gates: changed(ROWS * width), before: read(N), c: written(N), h: written(N), peepholes },
      run: (k, z, before, c, h, p) => k.lstm_forward(z!, before!, c!, h!, p!, ROWS, WIDTH, width, has),
    },
    [`lstm_backward ${name}`]: {
      arrays: {
        gates: changed(ROWS * width),
        before: read(N),
        c: read(N),
        dh: read(N),
        dc: changed(N),
        peepholes,
      },
      run: (k, z, before, c, dh, dc, p) =>
        k.lstm_backward(z!, before!, c!, dh!, dc!, p!, ROWS, WIDTH, width, has),
    },
  };
}

const loss = (scale: number): Case => ({
  arrays: { logits: scale ? changed(N) : read(N), targets: needed(ROWS), losses: written(ROWS) },
  run: (k, logits, targets, losses) =>
    k.softmax_cross_entropy(logits!, targets!, losses!, ROWS, WIDTH, scale),
});

const CASES: Record<string, Case> = {
  'matmul after pack': {
    arrays: { a: read(N), b: read(WIDTH * WIDTH), packed: needed(64 * WIDTH), c: written(N) },
    run(k, a, b, packed, c) {
      k.pack(packed!, b!, WIDTH, WIDTH, WIDTH, 1);
      k.matmul(c!, WIDTH, a!, WIDTH, 1, packed!, ROWS, WIDTH, WIDTH, 0);
    },
  },
  ...lstm(4, 0),
  ...lstm(4, 1),
  ...lstm(3, 0),
  ...lstm(3, 1),
  rnn_forward: {
    arrays: { z: changed(N), h: written(N) },
    run: (k, z, h) => k.rnn_forward(z!, h!, ROWS, WIDTH),
  },
  rnn_backward: {
    arrays: { z: changed(N), dh: read(N) },
    run: (k, z, dh) => k.rnn_backward(z!, dh!, ROWS, WIDTH),
  },
  gru_forward: {
    arrays: { gates: changed(3 * N), past: read(3 * N), before: read(N), h: written(N) },
    run: (k, gates, past, before, h) => k.gru_forward(gates!, past!, before!, h!, ROWS, WIDTH),
  },
  gru_backward: {
    arrays: {
      gates: changed(3 * N),
      past: changed(3 * N),
      before: read(N),
      dh: read(N),
      dhBefore: changed(N),
    },
    // Of the recurrent product, the gradient depends only on the candidate's part.
    unread: { array: 'past', below: 2 * WIDTH },
    run: (k, gates, past, before, dh, dhBefore) =>
      k.gru_backward(gates!, past!, before!, dh!, dhBefore!, ROWS, WIDTH),
  },
  normalise_rows: {
    arrays: { x: changed(N), inverse: written(ROWS) },
    run: (k, x, inverse) => k.normalise_rows(x!, inverse!, ROWS, WIDTH),
  },
  add_scaled_rows: {
    arrays: { out: changed(N), x: read(N), scale: read(WIDTH) },
    run: (k, out, x, scale) => k.add_scaled_rows(out!, x!, scale!, ROWS, WIDTH),
  },
  normalise_rows_backward: {
    arrays: { dx: written(N), dy: read(N), x: read(N), inverse: read(ROWS), scale: read(WIDTH) },
    run: (k, dx, dy, x, inverse, scale) =>
      k.normalise_rows_backward(dx!, dy!, x!, inverse!, scale!, ROWS, WIDTH),
  },
  'softmax_cross_entropy with a gradient': loss(0.5),
  'softmax_cross_entropy without a gradient': loss(0),
  draw_rows: {
    arrays: {
      choices: written(ROWS), // -1 has the bits of a NaN
      weights: written(N),
      logits: read(N),
      bans: read(WIDTH),
      uniforms: read(ROWS),
      scales: read(ROWS),
    },
    run: (k, choices, weights, logits, bans, uniforms, scales) =>
      k.draw_rows(choices!, weights!, logits!, bans!, uniforms!, scales!, ROWS, WIDTH),
  },
  broadcast_rows: {
    arrays: { out: written(N), x: read(WIDTH) },
    run: (k, out, x) => k.broadcast_rows(out!, x!, ROWS, WIDTH),
  },
  gather_rows: {
    arrays: { out: written(N), table: read(WIDTH), indices: needed(ROWS) },
    run: (k, out, table, indices) => k.gather_rows(out!, table!, indices!, ROWS, WIDTH),
  },
  scatter_add_rows: {
    arrays: { table: changed(WIDTH), x: read(N), indices: needed(ROWS) },
    run: (k, table, x, indices) => k.scatter_add_rows(table!, x!, indices!, ROWS, WIDTH, WIDTH),
  },
  'select_rows of the first matrix': {
    arrays: { out: written(N), x: read(N), y: needed(N), marks: needed(ROWS) },
    run: (k, out, x, y, marks) => k.select_rows(out!, x!, y!, marks!, ROWS, WIDTH),
  },
  'select_rows of the second matrix': {
    arrays: { out: written(N), x: needed(N), y: read(N) },
    // The bits of its own first numbers are not 0, so they serve as marks.
    run: (k, out, x, y) => k.select_rows(out!, x!, y!, y!, ROWS, WIDTH),
  },
  sum_rows: {
    arrays: { out: changed(WIDTH), x: read(N) },
    run: (k, out, x) => k.sum_rows(out!, x!, ROWS, WIDTH, WIDTH),
  },
  sum_products: {
    arrays: { out: changed(WIDTH), a: read(N), b: read(N) },
    run: (k, out, a, b) => k.sum_products(out!, a!, WIDTH, b!, WIDTH, ROWS, WIDTH),
  },
  add: { arrays: { out: changed(N), x: read(N) }, run: (k, out, x) => k.add(out!, x!, N, 1) },
  'dropout that drops nothing': {
    arrays: { out: written(N), x: read(N) },
    run: (k, out, x) => k.dropout(out!, x!, N, 0, N / 2, 1, 2, 3, 0, 1),
  },
  squared_norm: { arrays: { x: read(N) }, run: (k, x) => k.squared_norm(x!, N) },
  adamw: {
    arrays: { value: changed(N), gradient: changed(N), m: changed(N), v: changed(N) },
    run: (k, value, gradient, m, v) =>
      k.adamw(value!, gradient!, m!, v!, N, 0.5, 0.01, 0.9, 0.99, 1e-8, 0.1, 0.1, 0.01),
  },
};

/** Returns the elements in which a NaN is lost: no result is NaN if they are. */
function lost({ kernels, arena }: Engine, { arrays, unread, run }: Case): string[] {
  const all = Object.entries(arrays).map(([name, [use, length]]) => {
    const at = arena.allocate(length);
    return { name, use, at, view: arena.floats(at, length) };
  });
  const isNaNAnywhere = () =>
    all.some(({ use, view }) => (use === 'writes' || use === 'changes') && view.some(Number.isNaN));
  const found: string[] = [];
  for (const { name, use, view } of all) {
    if (use !== 'reads' && use !== 'changes') continue;
    for (let i = 0; i < view.length; i++) {
      if (name === unread?.array && i % (3 * WIDTH) < unread.below) continue;
      for (const array of all) array.view.fill(array.use === 'needs' ? 0 : 0.5);
      view[i] = Number.NaN;
      const result = run(kernels, ...all.map(({ at }) => at));
      if (!Number.isNaN(result as number) && !isNaNAnywhere()) found.push(`${name}[${i}]`);
    }
  }
  return found;
}

describe.each(builds)('%s', (_, open) => {
  const engine = open();
  it.runIf(engine).each(Object.entries(CASES))(
    '%s passes on a NaN in any element it reads',
    (_name, kernel) => {
      expect(lost(engine!, kernel)).toEqual([]);
    },
  );
});
