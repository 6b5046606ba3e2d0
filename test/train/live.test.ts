import { expect, it } from 'vitest';
import { LiveSample } from '../../src/train/live.js';
import { openSession } from '../../src/train/session.js';
import { newRun } from '../helpers/training.js';

it('a live sample of a model of bytes consists of whole characters, and so does its prompt', async () => {
  const { run, record } = await newRun({}, {}, 'bytes');
  const live = new LiveSample(await openSession(run, record));
  expect(live.setPrompt('née —')).toBe('née ');
  let text = '';
  let count = 0;
  while (count < 30) {
    const event = live.write(1, true);
    if (!event) continue;
    expect(event.prompt).toBe('née ');
    text += event.text;
    count += event.certainty.length;
    for (const probability of event.certainty) {
      expect(probability).toBeGreaterThan(0);
      expect(probability).toBeLessThanOrEqual(1);
    }
  }
  expect(Array.from(text).length).toBe(count);
  expect(text).not.toMatch(/[\x80-\xff]/);
});

it('a live sample of a collection is whole texts, each after the prompt', async () => {
  const { run, record } = await newRun({}, {}, 'utf8', { division: 'paragraph', labels: [] });
  let milliseconds = 0;
  const live = new LiveSample(openSession(run, record), () => {
    milliseconds += 20;
    return milliseconds;
  });
  live.setPrompt('The ');
  const samples = new Map<number, string>();
  while (samples.size < 3) {
    const event = live.write(1, true);
    if (!event) continue;
    expect(event.certainty.length).toBe(Array.from(event.text).length);
    samples.set(event.sample, (samples.get(event.sample) ?? event.prompt) + event.text);
  }
  const [first, second] = [...samples.values()];
  for (const sample of [first!, second!]) {
    expect(sample.includes('\u0003')).toBe(false);
    expect(sample.split('\n\nThe ').length).toBeGreaterThan(2);
    expect(sample.startsWith('The ')).toBe(true);
  }
});
