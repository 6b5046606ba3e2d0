/** Prose in paragraphs of one line each, written for these tests. */
export const PARAGRAPHS = [
  'On the first morning of the fair the ropemaker found that somebody had tied a knot in every one of his ropes, and not a knot that he knew. He sat down on the steps of the well and looked at it for an hour. Then he sent his daughter to fetch the schoolmaster, who was said to have seen the world before he came to see so little of it.',
  'The schoolmaster came without his hat. He turned the rope over twice, pulled at one end and then at the other, and said that it was a fisherman\u2019s knot, but that no fisherman had made it, because a fisherman would have been ashamed of the left side. "Who else makes knots?" asked the ropemaker. "Everybody," said the schoolmaster, "who has ever owned a goat."',
  'So they went to the woman with the goats, who lived above the bridge in a house that leaned on its own chimney. She let them in and gave them milk and would not speak of ropes at all until the milk was gone. It was the wind, she said at last; in the year of the flood the wind had done the same to all the washing in the valley, and nobody had been able to wear a shirt for a week.',
  'The daughter had said nothing so far. She had been looking at her own hands, which were brown with tar, and now she held them out in the light from the door. "I did it in my sleep," she said. "I have dreamed of that knot for a month. I thought that if I made it often enough, it would leave me alone." The old woman laughed until she had to sit down.',
  'They sold every rope before noon, with the knots in them, and at a better price than any rope had ever brought in that town. People said that such a knot kept off lightning. The schoolmaster bought one himself, though he believed in nothing of the kind, and hung it above the blackboard, where it was admired by all who did not want to look at the sums.',
];

/** The same as one text. */
export const TALE = `${PARAGRAPHS.join('\n\n')}\n`;

/** Returns paragraphs with the words of this one, each in another order. */
export function varied(paragraph: string, count: number): string[] {
  const words = paragraph.split(' ');
  return Array.from({ length: count }, (_, i) =>
    words.map((_, j) => words[(i * i + j * (2 * i + 3) + ((i * j) % 7)) % words.length]).join(' '),
  );
}
