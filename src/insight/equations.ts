import type { CharacterModel } from '../checkpoint/checkpoint.js';
import { type CellName, gatesOf } from '../model/cells.js';
import type { ModelConfig } from '../model/config.js';
import { checkIndex } from '../numbers.js';
import {
  call,
  type Equation,
  type Expression,
  equation,
  known,
  oneMinus,
  part,
  product,
  sum,
} from './expression.js';
import type { Parts } from './parts.js';
import type { LayerStep } from './step.js';

/** Numbers of a layer, under their name in its equations. */
export interface Quantity {
  readonly name: string;
  /** A share is how much a gate lets through, from 0 to 1; a state is unbounded; signed is from -1 to 1. */
  readonly kind: 'share' | 'state' | 'signed';
  /** (H) */
  readonly values: Float32Array;
}

/** The two halves of a sum: from the input below, and from the previous step. */
interface Halves {
  readonly below: Expression;
  readonly past: Expression;
}

/** One unit of a layer at one step. */
interface Unit {
  /** The activation of a gate. */
  gate(name: string): number;
  /** The sum inside that activation, such as W · x + b + U · h'. */
  sumOf(name: string): Expression;
  /** The two halves of that sum. */
  halvesOf(name: string): Halves;
  readonly c: number;
  readonly h: number;
  /** The states before this step. */
  readonly past: { readonly c: Expression; readonly h: Expression };
}

type Row = readonly [name: string, expression: Expression, value: number];

/**
 * The equations of each kind of cell, in the order of computation. x is the input from below and ' marks the
 * previous step; W and b belong to x, U (and d, if there is one) to h'.
 */
const EQUATIONS: Record<CellName, (unit: Unit, coupled: boolean) => Row[]> = {
  lstm: (unit, coupled) => [...gatesOfLstm(unit, coupled), gateRow(unit, 'o', 'σ'), ...statesOfLstm(unit)],
  peephole: (unit, coupled) => {
    const [c, h] = statesOfLstm(unit);
    return [...gatesOfLstm(unit, coupled), c, gateRow(unit, 'o', 'σ'), h];
  },
  gru: (unit) => {
    const { below, past } = unit.halvesOf('n');
    const z = activation(unit, 'z');
    return [
      gateRow(unit, 'r', 'σ'),
      gateRow(unit, 'z', 'σ'),
      ['n', call('tanh', sum(...termsOf(below), product(activation(unit, 'r'), past))), unit.gate('n')],
      ['h', sum(product(oneMinus(z), activation(unit, 'n')), product(z, unit.past.h)), unit.h],
    ];
  },
  rnn: (unit) => [gateRow(unit, 'h', 'tanh')],
};

function gatesOfLstm(unit: Unit, isCoupled: boolean): Row[] {
  const f = gateRow(unit, 'f', 'σ');
  const g = gateRow(unit, 'g', 'tanh');
  if (!isCoupled) return [gateRow(unit, 'i', 'σ'), f, g];
  return [f, ['i', oneMinus(activation(unit, 'f')), unit.gate('i')], g];
}

function statesOfLstm(unit: Unit): [Row, Row] {
  const gate = (name: string) => activation(unit, name);
  return [
    ['c', sum(product(gate('f'), unit.past.c), product(gate('i'), gate('g'))), unit.c],
    ['h', product(gate('o'), call('tanh', known('c', unit.c))), unit.h],
  ];
}

function activation(unit: Unit, name: string): Expression {
  return known(name, unit.gate(name));
}

function gateRow(unit: Unit, name: string, squash: 'σ' | 'tanh'): Row {
  return [name, call(squash, unit.sumOf(name)), unit.gate(name)];
}

function termsOf(expression: Expression): Expression[] {
  return expression.kind === 'sum' ? expression.terms.map(({ of }) => of) : [expression];
}

/**
 * Returns the equations of one unit of a layer, in numbers: from the input, the bias and the previous state
 * to the new state.
 * @throws RangeError naming a layer or a unit that does not exist
 */
export function equationsOf(model: CharacterModel, step: LayerStep, layer: number, unit: number): Equation[] {
  const { cell, coupled = false, residual = false } = model.config;
  checkIndex('layer', layer, model.config.layers);
  checkIndex('unit', unit, model.config.hidden);
  const equations = EQUATIONS[cell](unitOf(model, step, unit), coupled).map(([name, expression, value]) =>
    equation(name, expression, value),
  );
  if (!residual || layer === 0) return equations;
  const up = sum(known('x', step.input[unit]!), known('h', step.after.h[unit]!));
  return [...equations, equation('y', up, step.handedUp[unit]!)];
}

function unitOf(model: CharacterModel, step: LayerStep, unit: number): Unit {
  const { hidden } = model.config;
  const { parts, gates, before, after } = step;
  const names = gatesOf(model.config).map(({ name }) => name);
  const at = (name: string) => names.indexOf(name) * hidden + unit;
  const past = { c: known("c'", before.c[unit] ?? 0), h: known("h'", before.h[unit]!) };
  const halves = (name: string) => halvesOf(model.config, parts, name, at(name));
  return {
    gate: (name) => (names.includes(name) ? gates[at(name)]! : Math.fround(1 - gates[at('f')]!)),
    halvesOf: halves,
    sumOf: (name) => {
      const { below, past } = halves(name);
      return sum(...termsOf(below), ...termsOf(past));
    },
    c: after.c[unit] ?? 0,
    h: after.h[unit]!,
    past,
  };
}

/**
 * Returns the two halves of the sum inside one activation of a unit.
 * @param i the index of the activation within the layer, (G)
 */
function halvesOf({ cell }: ModelConfig, parts: Parts, name: string, i: number): Halves {
  const of = (symbol: string) => (cell === 'rnn' ? symbol : `${symbol}${name}`);
  const { normalised, peepholes, pastBias } = parts;
  // Where products are evaluated in a stage of their own, the bias appears in two stages as the same number.
  const bias = (symbol: string, value: number) => (normalised ? known : part)(of(symbol), value);
  const productOf = (half: keyof Halves, symbols: string, scale: string) => {
    if (!normalised) return part(symbols, parts[half][i]!);
    const { scale: scales, values } = normalised[half];
    return product(known(of(scale), scales[i]!), known(`N(${symbols})`, values[i]!));
  };
  const peephole =
    peepholes && name !== 'g'
      ? [product(known(of('p'), peepholes.weights[i]!), known(name === 'o' ? 'c' : "c'", peepholes.seen[i]!))]
      : [];
  return {
    below: sum(productOf('below', `${of('W')}·x`, 'γ'), bias('b', parts.bias[i]!)),
    past: sum(
      productOf('past', `${of('U')}·h'`, 'δ'),
      ...(pastBias ? [bias('d', pastBias[i]!)] : []),
      ...peephole,
    ),
  };
}

/** Returns all quantities in a layer's equations: its gates, then its states before and after the step. */
export function quantitiesOf(model: CharacterModel, { gates, before, after }: LayerStep): Quantity[] {
  const { hidden, cell, coupled = false } = model.config;
  const activations = gatesOf(model.config).map(
    ({ name, activation }, gate): Quantity => ({
      name,
      kind: activation === 'sigmoid' ? 'share' : 'signed',
      values: gates.slice(gate * hidden, (gate + 1) * hidden),
    }),
  );
  const input = (): Quantity => ({
    name: 'i',
    kind: 'share',
    values: activations[0]!.values.map((f) => 1 - f),
  });
  const states: Quantity[] = [
    { name: "c'", kind: 'state', values: before.c },
    { name: 'c', kind: 'state', values: after.c },
    { name: "h'", kind: 'signed', values: before.h },
    { name: 'h', kind: 'signed', values: after.h },
  ];
  return [
    ...(coupled ? [input()] : []),
    // The activation of a plain cell is its new state.
    ...(cell === 'rnn' ? [] : activations),
    ...states.filter(({ values }) => values.length > 0),
  ];
}
