import { decimal } from '../format.js';

/** The arithmetic of one number, written in symbols, in numbers, and step by step to the result. */
export type Expression =
  | {
      readonly kind: 'number';
      readonly symbol: string;
      readonly value: number;
      /** It appears nowhere else, so its last digit may be rounded either way to make a sum add up. */
      readonly isPart?: true;
    }
  | { readonly kind: 'sum'; readonly terms: readonly Term[] }
  | { readonly kind: 'product'; readonly factors: readonly Expression[] }
  | { readonly kind: 'call'; readonly name: keyof typeof FUNCTIONS; readonly of: Expression };

interface Term {
  readonly isSubtracted?: boolean;
  readonly of: Expression;
}

type Leaf = Extract<Expression, { kind: 'number' }>;

/** `name = symbols`, followed by stages in numbers alone; the last stage is the result. */
export interface Equation {
  readonly name: string;
  readonly symbols: string;
  readonly stages: readonly Stage[];
}

export interface Stage {
  /**
   * How it follows from the previous stage: `=` if a calculator gets it, as rounded, from the numbers as
   * written; `≈` if those have too few digits.
   */
  readonly relation: '=' | '≈';
  readonly text: string;
}

const FUNCTIONS = { σ: (x: number) => 1 / (1 + Math.exp(-x)), tanh: Math.tanh };

/** Decimals of all numbers: each number written is a whole multiple of 1 / UNIT. */
const DECIMALS = 3;
const UNIT = 10 ** DECIMALS;

/** A number that also appears elsewhere. */
export function known(symbol: string, value: number): Expression {
  return { kind: 'number', symbol, value };
}

/** A number that appears nowhere else. */
export function part(symbol: string, value: number): Expression {
  return { kind: 'number', symbol, value, isPart: true };
}

export function sum(...terms: readonly Expression[]): Expression {
  return { kind: 'sum', terms: terms.map((of) => ({ of })) };
}

export function oneMinus(of: Expression): Expression {
  return { kind: 'sum', terms: [{ of: known('1', 1) }, { isSubtracted: true, of }] };
}

export function product(...factors: readonly Expression[]): Expression {
  return { kind: 'product', factors };
}

export function call(name: keyof typeof FUNCTIONS, of: Expression): Expression {
  return { kind: 'call', name, of };
}

function inUnits(units: number): string {
  return decimal(units / UNIT, DECIMALS);
}

/** Writes an equation in stages; `value` is the result, the network's own number if it has one. */
export function equation(name: string, expression: Expression, value = exact(expression)): Equation {
  const inner = expression.kind === 'call' ? expression.of : expression;
  const wrapped = (text: string) => (expression.kind === 'call' ? `${expression.name}(${text})` : text);
  const total = Math.round((expression.kind === 'call' ? exact(inner) : value) * UNIT);

  const forms = isFlat(inner) ? [inner] : [inner, withEvaluatedChildren(inner)];
  if (expression.kind === 'call') forms.push(part('', exact(inner)));
  const written = forms.map((form) => numbers(form, total));
  const stages = written.map(({ text, value }, i): Stage => {
    const before = written[i - 1];
    return { relation: !before || isSame(before.value, value) ? '=' : '≈', text: wrapped(text) };
  });
  const last = written.at(-1)!.value;
  const reached = expression.kind === 'call' ? FUNCTIONS[expression.name](last) : last;
  const result = Math.round(value * UNIT) / UNIT;
  stages.push({ relation: isSame(reached, result) ? '=' : '≈', text: inUnits(Math.round(value * UNIT)) });
  return { name, symbols: symbols(expression), stages };
}

function isSame(a: number, b: number): boolean {
  // A little more than half a unit, since a final five may be rounded either way.
  return Math.abs(a - b) * UNIT <= 0.5 + 1e-6;
}

/** Whether an expression is a single sum or product of numbers. */
function isFlat(expression: Expression): boolean {
  return childrenOf(expression).every(({ kind }) => kind === 'number');
}

function childrenOf(expression: Expression): readonly Expression[] {
  if (expression.kind === 'sum') return expression.terms.map(({ of }) => of);
  return expression.kind === 'product' ? expression.factors : [];
}

/** Replaces each term or factor with its value. */
function withEvaluatedChildren(expression: Expression): Expression {
  const evaluatedChild = (child: Expression) => (child.kind === 'number' ? child : part('', exact(child)));
  if (expression.kind === 'sum') {
    return { kind: 'sum', terms: expression.terms.map((term) => ({ ...term, of: evaluatedChild(term.of) })) };
  }
  return expression.kind === 'product' ? product(...expression.factors.map(evaluatedChild)) : expression;
}

function exact(expression: Expression): number {
  return evaluated(expression, ({ value }) => value);
}

function evaluated(expression: Expression, numberOf: (leaf: Leaf) => number): number {
  const of = (child: Expression) => evaluated(child, numberOf);
  switch (expression.kind) {
    case 'number':
      return numberOf(expression);
    case 'sum':
      return expression.terms.reduce((total, term) => total + (term.isSubtracted ? -1 : 1) * of(term.of), 0);
    case 'product':
      return expression.factors.reduce((total, factor) => total * of(factor), 1);
    case 'call':
      return FUNCTIONS[expression.name](of(expression.of));
  }
}

/** Writes an expression in numbers, and evaluates it from the numbers as written. */
function numbers(expression: Expression, total: number): { text: string; value: number } {
  const units = roundedToTotal(expression, total);
  const unitsOf = (leaf: Leaf) => units.get(leaf) ?? Math.round(leaf.value * UNIT);
  const render = (leaf: Leaf) => (leaf.symbol === '1' ? '1' : inUnits(unitsOf(leaf)));
  return {
    text: rendered(expression, render),
    value: evaluated(expression, (leaf) => unitsOf(leaf) / UNIT),
  };
}

function symbols(expression: Expression): string {
  return rendered(expression, ({ symbol }) => symbol);
}

/** Rounds the parts of a sum, in units, so that the sum as written adds up to its total if possible. */
function roundedToTotal(expression: Expression, total: number): Map<Leaf, number> {
  const units = new Map<Leaf, number>();
  if (expression.kind !== 'sum' || !isFlat(expression)) return units;
  const terms = expression.terms.map(({ of, isSubtracted }) => ({
    leaf: of as Leaf,
    sign: isSubtracted ? -1 : 1,
  }));
  for (const { leaf } of terms) units.set(leaf, Math.round(leaf.value * UNIT));
  const missing = () => total - terms.reduce((sum, { leaf, sign }) => sum + sign * units.get(leaf)!, 0);
  for (let left = missing(); left !== 0; left = missing()) {
    const step = Math.sign(left);
    const errorOf = (one: (typeof terms)[number]) =>
      Math.abs(units.get(one.leaf)! + step * one.sign - one.leaf.value * UNIT);
    const [best] = terms
      .filter((one) => one.leaf.isPart && errorOf(one) < 1)
      .sort((a, b) => errorOf(a) - errorOf(b));
    if (!best) break;
    units.set(best.leaf, units.get(best.leaf)! + step * best.sign);
  }
  return units;
}

function rendered(expression: Expression, render: (leaf: Leaf) => string): string {
  const of = (child: Expression) => rendered(child, render);
  const inBrackets = (text: string) => `(${text})`;
  switch (expression.kind) {
    case 'number':
      return render(expression);
    case 'call':
      return `${expression.name}${inBrackets(of(expression.of))}`;
    case 'product':
      return expression.factors
        .map((factor, i) => {
          const text = of(factor);
          return factor.kind === 'sum' || (i > 0 && text.startsWith('−')) ? inBrackets(text) : text;
        })
        .join('·');
    case 'sum':
      return expression.terms
        .map(({ of: term, isSubtracted = false }, i) => {
          const text = of(term);
          const isNegative = text.startsWith('−') !== isSubtracted;
          const bare = text.replace(/^−/, '');
          if (i === 0) return isNegative ? `−${bare}` : bare;
          return ` ${isNegative ? '−' : '+'} ${bare}`;
        })
        .join('');
  }
}
