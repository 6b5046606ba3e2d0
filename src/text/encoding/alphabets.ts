import type { NamedEncoding } from './names.js';

/** What text in a language looks like beyond ASCII, and the encodings of its old files. */
export interface Alphabet {
  /** Those of one group are compared by the language; the first ones are the more usual. */
  readonly encodings: readonly NamedEncoding[];
  /** Lower-case letters beyond ASCII and marks, the most frequent first. */
  readonly letters: string;
  /** How frequent other characters of the same script are, together. */
  readonly others: number;
  /** How probable it is that a letter beyond ASCII follows another one. */
  readonly together: number;
}

const WESTERN = ['windows-1252', 'iso-8859-15', 'macintosh', 'ibm850', 'ibm437'] as const;
const CENTRAL = ['windows-1250', 'iso-8859-2', 'ibm852'] as const;
const BALTIC = ['windows-1257', 'iso-8859-13', 'iso-8859-4'] as const;
const CYRILLIC = ['windows-1251', 'koi8-u', 'ibm866', 'iso-8859-5', 'mac-cyrillic', 'ibm855'] as const;
const RUSSIAN = ['windows-1251', 'koi8-r', ...CYRILLIC.slice(1)] as const;
const TURKISH = ['windows-1254', 'ibm857'] as const;
const GREEK = ['windows-1253', 'iso-8859-7'] as const;
const HEBREW = ['windows-1255', 'iso-8859-8', 'ibm862'] as const;
const ARABIC = ['windows-1256', 'iso-8859-6'] as const;

function latin(encodings: readonly NamedEncoding[], letters: string, together = 0.06): Alphabet {
  return { encodings, letters, others: 0.02, together };
}

function script(encodings: readonly NamedEncoding[], letters: string): Alphabet {
  return { encodings, letters, others: 0.01, together: 0.82 };
}

function ideographs(encodings: readonly NamedEncoding[], letters: string, others: number): Alphabet {
  return { encodings, letters, others, together: 0.9 };
}

/** Hiragana in the order of their frequency. */
const KANA =
  'のいしたにとるはてをがなかでっれもうりらんこさすまくあきけえそよつせどだろめおわばじみちひほやえべゆげごむふねずずびぎぬへざぶぐぼぜゃゅょぽぱぞぴ';
const KATAKANA =
  'ーンスルトイラクリアフドシレジタコロプテグマメカサバキチウオパボモミセツビピィッョャュェァォヤヨレハネナホノヘヒブベペポゴギグゲザズゼゾダヅデエケソニムワガジ';
const KANJI =
  '一人日大年出本中子見国言上分生手自行者二間事思時気会十家女三前的方入小地合後目長場代私下立部学物月田何来彼話体動社知理山内同心発高実作当新世今書度明五戦力名金性対意用男主通関文屋感郎業定政持道外取所現最化四先民身不口川東相多法全聞情野考向平成軍開教経信近以語面連問原顔正機九次数美回表声報要変神記和引治決太込受解市期様活頭組指説能葉流然初在調笑議直夜選権利制続石進伝加助点産務件命番落付得半戻反無木水海風路空花鳥雨朝少静船港老毎';
const HANZI =
  '的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运屋船鸟园窗晨低静帽';
const TRADITIONAL =
  '的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡用道行所然家種事成方多經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心她本前開但因只從想實日軍者意無力它與長把機十民第公此已工使情明性知全三又關點正業外將兩高間由問很最重並物手應戰向頭文體政美相見被利什二等產或新己制身果加西斯月話合回特代內信表化老給世位次度門任常先海通教兒原東聲提立及比員解水名真論處走義各入幾口認條平系氣題活爾更別打女變四神總何電數安少報才結反受目太量再感建務做接必場件計管期市直德資命山金指克許統區保至隊形社便空決治展馬科司五基眼書非則聽白卻界達光放強即像難且權思王象完設式色路記南品住告類求據程北邊死張該交規萬取拉格望覺術領共確傳師觀清今切院讓識候帶導爭運屋船鳥園窗晨低靜帽';
const HANGUL =
  '이다는의에을가고하지은한를어서도로기자나사리시라니아일그대들었해인수있과게만것을보면으정부전스장제주여상원오우구소할신때같거까내말성중동방년모무저조려히와았겠습된될던세요안없위문적생학국공화회경물집길심속진명열둘셋노단배터물불람음않많야데처럼후더간산강눈입손발몸밤날별달';

/**
 * One row for each language. Whichever explains the characters beyond ASCII best names the encoding, so
 * small alphabets win where they suffice.
 */
export const ALPHABETS: readonly Alphabet[] = [
  latin(WESTERN, 'üäößéàè'), // German
  latin(WESTERN, 'éèàêçîôùâûœëïæ'), // French
  latin(WESTERN, 'óíáñéúü¿¡ºª'), // Spanish
  latin(WESTERN, 'ãçáéõóêíúâàôºª'), // Portuguese
  latin(WESTERN, 'èàòùéìî'), // Italian
  latin(WESTERN, 'àéèíòóçúï·ü'), // Catalan
  latin(WESTERN, 'åäöéü', 0.1), // Swedish
  latin(WESTERN, 'æøåéóä'), // Danish, Norwegian
  latin(WESTERN, 'äöåé', 0.3), // Finnish
  latin(WESTERN, 'íáðéþóöúæý', 0.1), // Icelandic
  latin(WESTERN, 'éëïóèü'), // Dutch
  latin(WESTERN, 'áéíóú'), // Irish
  latin(['windows-1252', 'iso-8859-15', 'windows-1257'], 'äõüöšž', 0.25), // Estonian
  latin(CENTRAL, 'łąężśćóńź', 0.12), // Polish
  latin(CENTRAL, 'íáéěřčžšýůúťňďó', 0.12), // Czech
  latin(CENTRAL, 'áíéčšžýúľťôóňäďĺŕ', 0.12), // Slovak
  latin(CENTRAL, 'áéóöőíüúű'), // Hungarian
  latin([...CENTRAL, 'iso-8859-16'], 'ăîâşţșț'), // Romanian
  latin(CENTRAL, 'čšžćđ'), // Croatian, Slovene
  latin(TURKISH, 'ıişüğçöâî', 0.12), // Turkish; the i stands for İ
  latin(BALTIC, 'ėųšžįčąūę„', 0.1), // Lithuanian
  latin(BALTIC, 'āīēšūņļžčģķ', 0.1), // Latvian
  // Vietnamese in windows-1258 has its tones as combining marks.
  latin(['windows-1258'], 'đ\u0301\u0300ươ\u0323ôêâ\u0309áàă\u0303éèíóúùýãõìò', 0.4),
  script(RUSSIAN, 'оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфёъ'),
  script(CYRILLIC, 'оаинвертісклудмпязьбгчхйжїєшцющфґ’'), // Ukrainian
  script(CYRILLIC, 'аеіноыскрялдтпмузьвбйчгшцўжэхюёф’'), // Belarusian
  script(CYRILLIC, 'аеиотнрсвлкдпмзбугъячйжщцшхюфь'), // Bulgarian
  script(CYRILLIC, 'аоеинртсвкдулмпјзбгчшцњжћљхфџђќѓѕ'), // Serbian, Macedonian
  script(GREEK, 'ατοινεσρκμπηυςίλάόέγδήώχύθωφβξζψϊϋΐΰ'),
  script(HEBREW, 'יוהלאתרבמשןנםדחעקפכטסגזצךףץ־\u05b0\u05b4\u05b7\u05b8\u05b6\u05bc\u05b5\u05b9\u05c1'),
  script(ARABIC, 'اليمنوترةدبعسفكحقهجشصىطأخضغذثزإءئظآؤً،ُِّ؟'),
  script(ARABIC, 'اینردتهموبشلکسفزخعقگحطجچذصپآژضثغئظء،ي؟'), // Persian
  script(['windows-874', 'iso-8859-11'], 'านรอกเง่มยลวด้ทสตะปบคหแจพชขใัีิไ็โูุำ์ืึผถซณศษธญฟฉภฆๆฎฐฏฬฮ'),
  ideographs(['shift_jis', 'euc-jp'], `${KANA}${KATAKANA}${KANJI}、。「」`, 0.12),
  ideographs(['gbk', 'gb18030'], `${HANZI}，。：、（）；？！`, 0.16),
  ideographs(['big5'], `${TRADITIONAL}，。：「」、；？！（）`, 0.16),
  ideographs(['euc-kr'], HANGUL, 0.14),
];
