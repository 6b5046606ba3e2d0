/** Small collections of texts, written for these tests, each with what its texts are. */
export const COLLECTIONS: Record<string, { readonly texts: string; readonly text: string }> = {};

const add = (name: string, texts: string, text: string) => {
  COLLECTIONS[name] = { texts, text };
};

const NAMES =
  'Tavin Orlea Bettrin Sorrel Mikka Jonell Perrin Asta Wendrik Lioba Corwen Ysolde Fenna Rurik Hallis Immo ' +
  'Dorrit Elske Garren Nadira Ottmar Quill Sunniva Ulf Vesper Xanthe Yorick Zella Brannoc Cilla';
const WORDS =
  'harbour lantern gravel whisper orchard tumble narrow kettle feather mortar amber cinder velvet saddle ' +
  'thimble anchor bramble copper drizzle ember fathom glimmer hollow ivory jostle kindle ledger meadow nettle';

add('names in no order', 'line', NAMES.replaceAll(' ', '\n'));
add('names in order', 'line', NAMES.split(' ').sort().join('\n'));
add('names with CR LF', 'line', NAMES.replaceAll(' ', '\r\n'));
add('words', 'line', WORDS.replaceAll(' ', '\n'));
add(
  'first names and surnames',
  'line',
  NAMES.split(' ')
    .map((name, i) => `${name} ${NAMES.split(' ')[(i * 7 + 3) % 30]}${i % 2 ? 'sen' : 'ov'}`)
    .join('\n'),
);
add(
  'names in Chinese',
  'line',
  Array.from(
    '安柏陳丁方高何江柯林馬倪彭齊任孫唐吳許楊張鄭',
    (one, i) => `${one}${'文英明華'[i % 4]}${i % 3 ? '德' : ''}`,
  ).join('\n'),
);
add(
  'names in Arabic',
  'line',
  'أحمد بلال تميم جابر حسن خالد داود رامي زيد سالم شادي صالح طارق عادل غسان فارس قاسم كريم لؤي ماجد نادر هاني وليد ياسر'.replaceAll(
    ' ',
    '\n',
  ),
);
add(
  'titles',
  'line',
  `The Salt Merchant's Daughter
A House Above the Weir
Nine Letters to the Postmaster
The Clockmaker of Hollow Street
Under a Borrowed Moon
What the Ferryman Knew
An Orchard in Winter
The Last Lamp in Harrow Lane
Songs for a Broken Bell
The Map of Quiet Places
Two Brothers and a Goose
The Year Without Bread
Letters From the Northern Light
A Short History of Fog
The Botanist's Second Wife
Beyond the Iron Garden
The Winter of the Blue Horse
Some Notes on Falling
Miss Ardley Goes to Sea
The Bridge at Nether Combe
A Thousand and One Potatoes
The Bell Under the Ice
How Martha Sold the Moon
The Man Who Counted Doors`,
);
add(
  'tweets',
  'line',
  `Third day of rain in a row. The cat has stopped talking to me. #weather
@millpond did you see the heron on the roof?? It is back!
New bread recipe is up, and no, it does not need six eggs: https://bread.example/rye
lost my second umbrella of the week
Reading by candle because the whole street is dark. Oddly nice, to be honest
Somebody has painted the bus stop pink. Nobody knows who. Everybody smiles.
#nowplaying the fridge, in B flat
My grandmother's advice: never argue before soup
@tobin_r the ferry leaves at nine, not at ten. I am already on it :)
is it normal for a goose to look at you like that
Finished the puzzle! One piece is missing, and I think it was never there #puzzle
Good morning to everybody except the person with the drill
The library is open on Sundays now! https://library.example
I planted carrots in April and harvested, let us say, an opinion
🌧️🌧️ again
Why do all recipes begin with a childhood. I only want to know how long to boil it
@orla thank you!! That was exactly the song I was looking for
Snow on the hills this morning, and the first lamb #spring
Four hours of meetings, one decision: we will meet again
can confirm that the soup is too hot
Old Marten sold his boat today. He says he only sold the paint
New in the shop: lamps made of bottles, bottles made of lamps https://lamps.example/new
anyone else hear that bell
If the moon had a back door, I would know where to find my neighbours #night`,
);
add(
  'SMILES',
  'line',
  'CCO CC(=O)O c1ccccc1 CC(C)O CCN(CC)CC C1CCCCC1 CC(=O)Oc1ccccc1C(=O)O OCC(O)CO CCCCCC C#N CC#N NCC(=O)O c1ccncc1 CC(N)C(=O)O ClCCl O=C=O CCOC(=O)C c1ccsc1 C1CCNC1 CN(C)C=O CS(=O)C OC(=O)c1ccccc1 Nc1ccccc1'.replaceAll(
    ' ',
    '\n',
  ),
);
add(
  'passwords',
  'line',
  'blueheron7 123456 lantern99 qwertz! m00nlight trustno2 00700700 sunny_day kettle1 abcd1234 hunter3 pa55word goose! 987654 letmein2 redbrick monday1 iloverain x9x9x9 dragonfly potato88 swordfish1 harbour'.replaceAll(
    ' ',
    '\n',
  ),
);
add(
  'cards',
  'paragraph',
  Array.from(
    { length: 14 },
    (_, i) =>
      `${['Ember', 'Moss', 'Tide'][i % 3]} ${['Drake', 'Warden', 'Imp', 'Sage'][i % 4]} ${'ABCDEFGHIJKLMN'[i]}\n{${(i % 5) + 1}}{${'RGU'[i % 3]}}\nCreature\n${i % 2 ? 'Flies over walls.' : 'When it enters, draw a card.'}\n${i % 4}/${(i % 3) + 1}`,
  ).join('\n\n'),
);
add(
  'cards on one line each, with blank lines between',
  'paragraph',
  Array.from(
    { length: 14 },
    (_, i) => `|5creature|4imp|8${i % 3}/${i % 4}|9draw a card|1ember ${'abcdefghijklmn'[i]}|`,
  ).join('\n\n'),
);
add(
  'cards with labels',
  'paragraph',
  Array.from(
    { length: 12 },
    (_, i) => `Name: Card ${'ABCDEFGHIJKL'[i]}\nCost: ${i % 6}\nText: Draw ${i % 3} cards, then rest.`,
  ).join('\n\n'),
);
add(
  'ABC tunes',
  'paragraph',
  Array.from(
    { length: 5 },
    (_, i) =>
      `X:${i + 1}\nT:The Goose at the Gate, part ${i + 1}\nM:6/8\nK:G\n|:GAB c2A|BAG A3|${'dcB '.repeat(i + 1)}G3:|`,
  ).join('\n\n'),
);
add(
  'games of chess',
  'paragraph',
  Array.from(
    { length: 4 },
    (_, i) =>
      `[Event "Club evening ${i}"]\n[White "Aster, B"]\n[Black "Orme, K"]\n[Result "1-0"]\n\n1. e4 e5 2. Nf3 Nc6 3. Bb5 a6 4. Ba4 Nf6 1-0`,
  ).join('\n\n'),
);
add(
  'recipes',
  'paragraph',
  Array.from(
    { length: 12 },
    (_, i) =>
      `${['Barley', 'Leek', 'Plum', 'Onion'][i % 4]} ${['Soup', 'Cake', 'Pie'][i % 3]}\nServes ${(i % 5) + 2}\n- ${i + 1} cups of flour\n- a little salt\nStir everything, and bake it until it is brown.`,
  ).join('\n\n'),
);
const NOTE = (i: number) => `Note ${i}. The tide came ${i % 2 ? 'late' : 'early'}, and the boats lay still.`;
const noted = (between: string) => Array.from({ length: 12 }, (_, i) => NOTE(i)).join(between);
add('texts with <|endoftext|> in lines of their own', '<|endoftext|>', noted('\n<|endoftext|>\n'));
add('texts with <|endoftext|> within lines', '<|endoftext|>', noted('<|endoftext|>'));
add('texts with lines of dashes', '-----', noted('\n-----\n'));
add('texts with lines of stars', '***', noted('\n\n***\n\n'));
add('sayings with lines of %', '%', noted('\n%\n'));
