/** The sampling options of suggestions. */
export interface Settings {
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly minP: number;
}

interface Setting {
  readonly name: keyof Settings;
  readonly label: string;
  /** The values that keys step through. */
  readonly steps: readonly number[];
  /** The value that disables the setting. */
  readonly off: number | undefined;
}

const tenths = (from: number, to: number) =>
  Array.from({ length: Math.round((to - from) * 10) + 1 }, (_, i) => Math.round(from * 10 + i) / 10);

export const SETTINGS: readonly Setting[] = [
  { name: 'temperature', label: 'temp', steps: tenths(0, 2), off: undefined },
  { name: 'topK', label: 'top-k', steps: [0, 1, 2, 3, 5, 8, 10, 15, 20, 30, 50], off: 0 },
  { name: 'topP', label: 'top-p', steps: [0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 1], off: 1 },
  { name: 'minP', label: 'min-p', steps: [0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5], off: 0 },
];

/** Returns the settings with one of them a step higher or lower. */
export function stepped(settings: Settings, index: number, by: 1 | -1): Settings {
  const { name, steps } = SETTINGS[index]!;
  const value = settings[name];
  const next = by > 0 ? steps.find((step) => step > value) : steps.findLast((step) => step < value);
  return next === undefined ? settings : { ...settings, [name]: next };
}

/** Formats the value of a setting. */
export function shownValue(settings: Settings, { name, off }: Setting): string {
  const value = settings[name];
  if (value === off) return 'off';
  return name === 'temperature' ? value.toFixed(Math.max(1, decimals(value))) : String(value);
}

function decimals(value: number): number {
  return (String(value).split('.')[1] ?? '').length;
}
