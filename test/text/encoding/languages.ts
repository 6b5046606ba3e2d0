import type { NamedEncoding } from '../../../src/text/encoding/names.js';

/** A language, the encodings that its old files have, and sentences in it, written for these tests. */
export interface Language {
  readonly name: string;
  readonly encodings: readonly NamedEncoding[];
  readonly sentences: readonly string[];
}

const WESTERN = ['windows-1252'] as const;
const CENTRAL = ['windows-1250', 'iso-8859-2'] as const;

export const LANGUAGES: readonly Language[] = [
  {
    name: 'German',
    encodings: WESTERN,
    sentences: [
      'Das Café war leer.',
      'Über den Dächern lag schon früh der Nebel, und niemand hörte die Glocken.',
      'Er schloß die Tür, setzte sich an den großen Tisch und zählte die Münzen noch einmal.',
      '„Möchten Sie noch etwas Brot?“, fragte die Wirtin – er schüttelte müde den Kopf.',
    ],
  },
  {
    name: 'French',
    encodings: WESTERN,
    sentences: [
      'Il a neigé cette nuit.',
      'La forêt était silencieuse, et le garçon cherchait où dormir avant la tempête.',
      'À l’aube, les pêcheurs rentraient déjà ; leurs filets étaient vides et leurs mains gelées.',
      '« Ça ne sert à rien », répéta la vieille, « tu n’as même pas fermé la fenêtre. »',
    ],
  },
  {
    name: 'Spanish',
    encodings: WESTERN,
    sentences: [
      'Mañana será otro día.',
      '¿Dónde está la llave del jardín? Nadie lo sabía, ni siquiera el señor Muñoz.',
      'Los niños corrían detrás del camión mientras su abuela recogía las últimas sábanas.',
      'Todavía recuerdo aquella canción que mi tío cantaba en otoño junto al río.',
    ],
  },
  {
    name: 'Portuguese',
    encodings: WESTERN,
    sentences: [
      'Não há mais pão.',
      'As crianças já estão à espera da avó na estação, mas o comboio não chegou.',
      'O coração batia depressa quando abriu a caixa e não encontrou as três cartas.',
      'Amanhã iremos à praia, se a previsão não mudar outra vez durante a noite.',
    ],
  },
  {
    name: 'Italian',
    encodings: WESTERN,
    sentences: [
      'La città è lontana.',
      'Perché non sei venuto? Ti ho aspettato fino a mezzanotte, e poi è cominciato a piovere.',
      'Lunedì tornerà il medico; così potrà dirci la verità su quella strana febbre.',
    ],
  },
  {
    name: 'Swedish',
    encodings: WESTERN,
    sentences: [
      'Snön låg över hela ön.',
      'Hon gick långsamt ned till sjön för att se om båten ännu låg kvar vid bryggan.',
      'Gården är gammal, men äpplena i trädgården är de bästa jag någonsin har ätit.',
    ],
  },
  {
    name: 'Danish',
    encodings: WESTERN,
    sentences: [
      'Færgen sejler først på lørdag.',
      'Hun åbnede døren og så, at køkkenet var tomt, og at brødet lå på gulvet.',
      'Når foråret kommer, går vi altid en tur ud til den gamle mølle ved åen.',
    ],
  },
  {
    name: 'Finnish',
    encodings: WESTERN,
    sentences: [
      'Tänään on kylmä päivä.',
      'Hän käveli hitaasti järven rantaa pitkin ja mietti, mitä äidille pitäisi sanoa.',
      'Kesällä yöt ovat niin lyhyitä, että linnut eivät ehdi nukkua ennen kuin aurinko jälleen nousee.',
    ],
  },
  {
    name: 'Polish',
    encodings: CENTRAL,
    sentences: [
      'Gdzie jest moja książka?',
      'Wieczorem wiatr ucichł, a nad łąką pojawiła się gęsta, biała mgła.',
      'Dziewczyna wzięła świecę, otworzyła drzwi i weszła powoli do zimnej sieni.',
      'Nie wiedział, że ktoś już wcześniej przeszukał jego pokój i zabrał pieniądze.',
    ],
  },
  {
    name: 'Czech',
    encodings: CENTRAL,
    sentences: [
      'Kůň stál u řeky.',
      'Večer přišel soused a vyprávěl nám, jak zabloudil v lese nedaleko mlýna.',
      'Děti běžely přes louku, protože už slyšely hudbu z náměstí a nechtěly přijít pozdě.',
      'Žádný člověk nevěděl, proč se stará paní každou neděli dívá z okna.',
    ],
  },
  {
    name: 'Hungarian',
    encodings: CENTRAL,
    sentences: [
      'Az öreg csendben ült az erdő szélén.',
      'A kislány felnézett az égre, és megkérdezte, miért repülnek a madarak délre ősszel.',
      'Reggel hűvös volt, de délután kisütött a nap, és a gyerekek végül elmentek fürödni a tóhoz.',
    ],
  },
  {
    name: 'Russian',
    encodings: ['windows-1251', 'koi8-r', 'ibm866', 'iso-8859-5'],
    sentences: [
      'Было уже совсем темно.',
      'Старик вышел на крыльцо и долго смотрел на дорогу, по которой уехал сын.',
      'Она открыла окно, и в комнату сразу вошёл запах мокрой травы и дыма.',
      '— Не знаю, — сказал он тихо, — может быть, завтра всё будет иначе.',
    ],
  },
  {
    name: 'Ukrainian',
    encodings: ['windows-1251', 'koi8-u'],
    sentences: [
      'Її хата стояла біля річки.',
      'Увечері ми сиділи на ґанку і слухали, як десь далеко співають дівчата.',
      'Коли зійшло сонце, він уже був у полі й чекав на свого брата, який мав приїхати з міста.',
    ],
  },
  {
    name: 'Bulgarian',
    encodings: ['windows-1251'],
    sentences: [
      'Къщата беше празна.',
      'Сутринта той излезе рано и тръгна към пазара, за да купи хляб и сирене.',
      'Никой не знаеше откъде идва старецът, който всяка вечер седеше край чешмата.',
    ],
  },
  {
    name: 'Greek',
    encodings: ['windows-1253', 'iso-8859-7'],
    sentences: [
      'Το σπίτι ήταν άδειο.',
      'Το πρωί ο γέρος κατέβηκε στο λιμάνι για να δει αν είχε έρθει το καράβι.',
      'Η μικρή κοπέλα άνοιξε το παράθυρο και άκουσε τα πουλιά που τραγουδούσαν στον κήπο.',
      'Κανείς δεν ήξερε πού είχε πάει, ούτε γιατί άφησε την πόρτα ανοιχτή.',
    ],
  },
  {
    name: 'Turkish',
    encodings: ['windows-1254'],
    sentences: [
      'Yağmur bütün gece yağdı.',
      'Küçük kız pencereyi açtı ve bahçedeki kuşların sesini dinlemeye başladı.',
      'Yaşlı adam her sabah kıyıya iner, balıkçıların dönüşünü sessizce beklerdi.',
      'Şimdi gitmeliyiz, çünkü akşam olmadan köye ulaşmamız gerekiyor.',
    ],
  },
  {
    name: 'Hebrew',
    encodings: ['windows-1255', 'iso-8859-8'],
    sentences: [
      'הבית היה ריק לגמרי.',
      'הילדה פתחה את החלון ושמעה את הציפורים ששרו בגינה הקטנה.',
      'בבוקר ירד הזקן אל הנמל כדי לראות אם הגיעה הספינה של בנו.',
    ],
  },
  {
    name: 'Arabic',
    encodings: ['windows-1256', 'iso-8859-6'],
    sentences: [
      'كان البيت فارغا تماما.',
      'في الصباح نزل الرجل العجوز إلى الميناء ليرى هل وصلت السفينة.',
      'فتحت البنت الصغيرة النافذة وسمعت أصوات الطيور في الحديقة.',
    ],
  },
  {
    name: 'Lithuanian',
    encodings: ['windows-1257'],
    sentences: [
      'Vėjas visą naktį daužė langinę.',
      'Senas žvejys kiekvieną rytą leisdavosi prie jūros ir laukė grįžtančių žmonių.',
      'Mergaitė atidarė langą ir išgirdo, kaip sode čiulba paukščiai.',
    ],
  },
  {
    name: 'Latvian',
    encodings: ['windows-1257'],
    sentences: [
      'Māja bija pavisam tukša.',
      'Vecais zvejnieks katru rītu gāja uz jūru un gaidīja, kad atgriezīsies dēls.',
      'Meitene atvēra logu un dzirdēja, kā dārzā dzied putni, bet neviens viņai neticēja.',
    ],
  },
  {
    name: 'Vietnamese',
    encodings: ['windows-1258'],
    sentences: [
      'Ngôi nhà hoàn toàn trống vắng.',
      'Mỗi buổi sáng ông lão xuống bến cảng để xem con tàu đã về chưa.',
      'Cô bé mở cửa sổ và nghe tiếng chim hót trong khu vườn nhỏ phía sau nhà.',
    ],
  },
  {
    name: 'Thai',
    encodings: ['windows-874'],
    sentences: [
      'บ้านหลังนั้นว่างเปล่า',
      'ทุกเช้าชายชราเดินลงไปที่ท่าเรือเพื่อดูว่าเรือของลูกชายกลับมาหรือยัง',
      'เด็กหญิงเปิดหน้าต่างแล้วได้ยินเสียงนกร้องอยู่ในสวนเล็ก ๆ หลังบ้าน',
    ],
  },
  {
    name: 'Japanese',
    encodings: ['shift_jis', 'euc-jp'],
    sentences: [
      '家には誰もいなかった。',
      '老人は毎朝港へ下りて、息子の船が帰ってきたかどうかを確かめた。',
      '少女は窓を開け、小さな庭で鳴いている鳥の声に耳を澄ました。',
      '「もう行かなければ」と彼は静かに言って、カバンを手に取った。',
    ],
  },
  {
    name: 'simplified Chinese',
    encodings: ['gbk'],
    sentences: [
      '屋子里一个人也没有。',
      '每天早晨老人都走到码头，看看儿子的船回来了没有。',
      '小女孩打开窗户，听见花园里的鸟儿正在唱歌。',
      '他低声说：“明天也许会不一样。”然后拿起帽子走了。',
    ],
  },
  {
    name: 'traditional Chinese',
    encodings: ['big5'],
    sentences: [
      '屋子裡一個人也沒有。',
      '每天早晨老人都走到碼頭，看看兒子的船回來了沒有。',
      '小女孩打開窗戶，聽見花園裡的鳥兒正在唱歌。',
      '他低聲說：「明天也許會不一樣。」然後拿起帽子走了。',
    ],
  },
  {
    name: 'Korean',
    encodings: ['euc-kr'],
    sentences: [
      '집에는 아무도 없었다.',
      '노인은 아침마다 항구로 내려가 아들의 배가 돌아왔는지 살펴보았다.',
      '소녀는 창문을 열고 작은 뜰에서 우는 새소리에 귀를 기울였다.',
      '그는 조용히 말했다. "내일은 아마 다를 것이다."',
    ],
  },
];
