/** Small texts that are one whole text, whatever their lines look like; written for these tests. */
export const WHOLES: Record<string, string> = {
  'a novel in wrapped lines': `The ferry was late again, and old Marten had already folded his newspaper
twice before the first smoke showed over the reeds. He did not mind the
waiting. What he minded was the boy beside him, who asked a question for
every minute that passed and listened to none of the answers.

"Will she be on it?" the boy asked.

"She will be on it or on the next one," said Marten. "People who write that
they are coming generally come."

The smoke grew into a funnel and the funnel into a boat, broad and dirty and
much too slow for the current. Ropes were thrown. Somebody cursed in the
friendly way of people who have cursed at the same rope for thirty years. Then
the gangway fell, and the first to cross it was a goose.

"That is not her," said the boy.

"No," said Marten, who had seen stranger arrivals, "but it seems to know the
way." And he took off his hat, for behind the goose came a woman with a trunk,
and she was looking about her as if the whole village were a room that she had
left tidy and now found otherwise.
`,
  'wrapped prose without blank lines': `In the year of the long frost the mill stood still from
November until the last week of March, and those who had
flour lent it to those who had wood. My grandmother kept a
tally on the door of the pantry, in chalk, and when the thaw
came she would not let anybody wipe it off. She said that a
debt between neighbours is a kind of fence, and that a fence
one can see is better than one to stumble over in the dark.
The tally stayed there for eleven years. I learned my numbers
from it. When at last the door was painted, my uncle copied
every line into the back of the hymn book, where it may still
be found between the evening songs and the index, four pages
of names and cups of flour, all of it paid, as he noted in
the margin, except for the half cup owed by the priest, who
had died that June and left nothing but a spade, two goats
and a great many letters that nobody in the parish could
read. The spade is ours now. We use it for the potatoes. It
is a good spade, though short in the handle, and every time
the ground is hard somebody says that the priest has paid
his half cup ten times over, and somebody else says no, not
yet, there is still the matter of the goats to be settled.
`,
  'a play': `FIRST WATCHMAN. Who walks there?
SECOND WATCHMAN. A man with cold feet.
FIRST WATCHMAN. Then walk faster.

Enter the CAPTAIN with a lantern.

CAPTAIN. Which of you was asleep?
FIRST WATCHMAN. Neither, sir. He was talking and I was not listening.
SECOND WATCHMAN. It comes to the same thing, but it is quieter.
CAPTAIN. There is a ship in the bay without a light.
FIRST WATCHMAN. We saw it, sir.
CAPTAIN. And rang no bell?
SECOND WATCHMAN. It had no light, sir. We did not see it very well.
`,
  'a play with a name before each speech': Array.from({ length: 14 }, (_, i) =>
    [
      `${i % 2 ? 'Orla' : 'Benno'}:`,
      `${['Speak lower', 'The door is shut', 'Nobody hears us', 'I heard a step'][i % 4]}, my friend,`,
      `and tell me what became of letter ${['one', 'two', 'three', 'four', 'five'][i % 5]}.`,
    ].join('\n'),
  ).join('\n\n'),
  'verse in stanzas': Array.from(
    { length: 6 },
    () => `The heron keeps the river's book,
And turns a page of weed and stone;
She gives the water one long look
And lets the shallow water own

That every word she takes is fair.
The minnows are the smaller print,
The evening is a folding chair,
The moon above it but a hint`,
  ).join('\n\n'),
  'a poem with short lines and no stanzas': `so little
is needed
for the evening
to begin
a cup
and the
smell of
rain on
the iron
stairs
and someone
two floors
below
who has
forgotten
the words
of a song
and goes
on with
the tune
until the
words
come back`,
  'blank verse': `Now when the winter loosened on the hills,
And every gutter talked of nothing else,
The shepherd took his stick from by the door,
Looked at the sky, and looked at it again,
As one who reads a letter for its tone,
And said the word that shepherds say in March.
The dog had heard it first; she was outside,
A streak of mud already to the gate,
And barking at the slowness of the world.
They climbed until the village was a toy,
Until the river was a thread of tin,
And there, beneath the overhanging stone,
They found the ewe, and with the ewe a lamb,
Not dead, as he had dreamed, but very wet,
Complaining of the manner of its birth.
He laughed, and then was quiet, for he saw
Beyond the ridge a second line of snow,
And what he thought was smoke was not yet smoke,
But cloud that came like cattle to a ford,
Unhurried, broad of shoulder, and in rows.`,
  'song lines without stops': `I left my coat beside the water
I left my name upon the wall
I left the keys with your brother
I never left the town at all
The bus goes out at half past seven
The bus comes back at half past four
My mother thinks there is a heaven
My father paints it on the door
I take my coffee at the station
I watch the clock above the train
They call it summer, call it vacation
I call it waiting for the rain
I left a candle in the kitchen
I left the window open wide
The cat came in and cat hairs with it
And all the weather from outside
You wrote a letter from the border
You wrote that you were never gone
You put my sentences in order
And then you left the lamp still on
`,
  Python: `import sys


def read_table(path):
    rows = []
    with open(path) as file:
        for line in file:
            key, value = line.split('\\t')
            rows.append((key, float(value)))
    return rows


def total(rows):
    result = 0
    for _, value in rows:
        result += value
    return result


class Ledger:
    def __init__(self, rows):
        self.rows = rows

    def largest(self):
        return max(self.rows, key=lambda row: row[1])


if __name__ == '__main__':
    table = read_table(sys.argv[1])
    print(total(table))
    print(Ledger(table).largest())
`,
  'functions in C with blank lines between': Array.from(
    { length: 12 },
    (_, i) => `static int add_${i}(int a, int b) {\n  int sum = a + b + ${i};\n  return sum;\n}`,
  ).join('\n\n'),
  'a page in HTML': Array.from({ length: 15 }, (_, i) => `<li><a href="/${i}">Part ${i}</a></li>`).join('\n'),
  'a log with times': Array.from(
    { length: 40 },
    (_, i) => `2031-05-${10 + (i % 20)} 12:0${i % 10}:00 ${i % 3 ? 'INFO' : 'WARN'} pump ${i} restarted`,
  ).join('\n'),
  'a log of short lines without times': Array.from(
    { length: 60 },
    (_, i) => `${['opened valve', 'closed valve', 'pressure at'][i % 3]} ${i * 7}`,
  ).join('\n'),
  'subtitles with blank lines': Array.from(
    { length: 12 },
    (_, i) =>
      `${i + 1}\n00:00:${10 + i},000 --> 00:00:${11 + i},500\nWe have to go ${i % 2 ? 'now' : 'back'}.`,
  ).join('\n\n'),
  'a chat with times': Array.from(
    { length: 30 },
    (_, i) =>
      `[12.03.31, 18:${10 + i}:07] ${i % 3 ? 'Ines' : 'Tom B'}: see you at the ${i % 2 ? 'lake' : 'bus'}`,
  ).join('\n'),
  'a chat without times': Array.from(
    { length: 30 },
    (_, i) =>
      `${['Ines', 'Tom B', 'Ines', 'Aki'][i % 4]}: are you at number ${['one', 'two', 'six'][i % 3]} yet ${i}`,
  ).join('\n'),
  'chapters with scenes divided by stars': Array.from({ length: 8 }, () =>
    'He walked on, and nobody followed. The lamps were lit one after another. '.repeat(30),
  ).join('\n\n* * *\n\n'),
  'headings with lines under them': Array.from(
    { length: 9 },
    (_, i) => `Chapter ${i}\n=========\n\nThe road turns here, and there is nothing to be seen but fields.\n`,
  ).join('\n'),
  'a dictionary': `abate, v. to become less strong, as of a storm or a pain.
abbey, n. a house of monks or nuns; the church of such a house.
abide, v. to bear patiently; with by, to keep to what was agreed.
ablaze, adj. on fire; also of windows in the evening, or of eyes.
aboard, adv. on or onto a ship, or a train, or lately an aeroplane.
abode, n. a place where somebody lives, in letters and in law.
abound, v. to be there in plenty, as herring in a good year.
about, prep. near; around; concerning; also, on the point of.
above, prep. higher than; in rank, over; of money, more than.
abreast, adv. side by side, and facing in the same direction.
abridge, v. to shorten a book, and to make its author angry.
abroad, adv. in another country; of news, known to everybody.
abrupt, adj. sudden; of manners, short; of cliffs, very steep.
absent, adj. not there; of a look, turned to something else.
absorb, v. to take in, as a sponge water, or a reader a book.
abstain, v. to do without; in a vote, to say neither yes nor no.
absurd, adj. so far from reason that one laughs, or should.
abundant, adj. more than enough, and not yet too much of it.
abyss, n. a depth without a floor; used of seas and of debts.
academy, n. a school of a higher kind, or one that says so.
accent, n. the way in which others speak; also a small mark.`,
  'one very long line': 'and the wind went round the house and round it once more '.repeat(300),
  'thirty characters': 'thirty characters of one text!',
  'Chinese prose':
    `${'那年冬天，河水結了冰，渡船停在岸邊，沒有人過河。老張每天早上走到碼頭，看一看天，又走回去。'.repeat(3)}\n`.repeat(
      25,
    ),
  'Chinese verse': Array.from(
    { length: 24 },
    (_, i) => `${'春風夜雨山月江花'[i % 8]}來人未${'知歸眠語'[i % 4]}，`,
  ).join('\n'),
  'Hebrew prose':
    'הנהר עלה בלילה, ואיש לא ישן. בבוקר הלכו כולם אל הגשר, וראו כי\nהמים לקחו את הסירה ואת הספסל, אבל לא את העץ הישן.\n'.repeat(
      12,
    ),
  'Arabic prose':
    'كان النهر هادئا في ذلك الصباح، ولم يكن أحد على الجسر. جلس\nالرجل العجوز قرب الماء، وانتظر القارب الذي لا يأتي في موعده.\n'.repeat(
      12,
    ),
  'a table without its ending': Array.from(
    { length: 40 },
    (_, i) => `${i},Oak ${i},${i * 3}.5,${['north', 'south'][i % 2]},${i * 17}`,
  ).join('\n'),
  'DNA in lines of one length': Array.from({ length: 40 }, (_, i) =>
    Array.from({ length: 60 }, (_, j) => 'ACGT'[(i * i + j * 7 + i * j) % 4]).join(''),
  ).join('\n'),
  'a paragraph a line, with dialogue': Array.from({ length: 30 }, (_, i) =>
    i % 3
      ? `"I have told you ${i} times," he said. "You do not listen."`
      : `The house stood empty in that year ${i}. ${'They came and went, and nobody asked where. '.repeat(5)}`,
  ).join('\n'),
  'verse with numbered stanzas': Array.from(
    { length: 12 },
    (_, i) => `${i + 1}\nThe heron keeps the river's book,\nAnd turns a page of weed and stone.`,
  ).join('\n\n'),
  'a diary with dates': Array.from(
    { length: 14 },
    (_, i) => `${i + 3}/5/1931\nThe river rose again. We carried the flour upstairs, and the cat after it.`,
  ).join('\n\n'),
  settings: Array.from({ length: 12 }, (_, i) => `[part${i}]\nport = ${8000 + i}\npath = /srv/${i}`).join(
    '\n\n',
  ),
  'sequences of DNA with names': Array.from(
    { length: 12 },
    (_, i) =>
      `>seq${i}\n${Array.from({ length: 4 }, (_, j) => `${'ACGT'[j]}${'GATTACA'.repeat(9)}${'ACGTACGTACGT'[i]}${i % 7}`).join('\n')}`,
  ).join('\n'),
  'a table of two columns without its ending': Array.from(
    { length: 30 },
    (_, i) => `${['oak', 'elm', 'fir'][i % 3]}${i},${i * 3}`,
  ).join('\n'),
  'a list of contents': Array.from(
    { length: 30 },
    (_, i) => `${i + 1}. The ${['Oak', 'Elm', 'Fir'][i % 3]} by Gate ${i} ........ ${i * 12}`,
  ).join('\n'),
  'a document with rules between its sections': Array.from(
    { length: 9 },
    (_, i) => `## Part ${i}\n\nWrite to the mill in that year, and ask for flour ${i}.\n`,
  ).join('\n---\n\n'),
};
