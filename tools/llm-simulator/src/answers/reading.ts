import type { LanguageCode } from './language.ts';

/** Patterns that find the words of a description in one language. Group 1 of each holds the words. */
export interface Reading {
  /** The name of the business, surest pattern first. Empty for scripts without capital letters. */
  readonly names: readonly RegExp[];
  /** Set if a name can be in quotation marks within a sentence. */
  readonly quotesNames?: true;
  /** Words before the noun phrase that describes the business, removed in this order. */
  readonly openings: readonly RegExp[];
  readonly phraseEnd: RegExp;
  /** Puts the noun phrase into the form that the items need. Returns null if it describes no business. */
  readonly definite: (phrase: string) => string | null;
  /** Contracts words at the edges of inserted words: "de el" becomes "del". */
  readonly contractions: readonly (readonly [RegExp, string])[];
  readonly offers: readonly RegExp[];
  readonly audiences: readonly RegExp[];
}

const PUNCTUATION = '[,.;:!?()\\n–—，。；：！？、।۔،؛]';
const BEFORE = '(?<![\\p{L}\\p{M}])';
const AFTER = '(?![\\p{L}\\p{M}])';
const WORD = "[\\p{L}\\p{M}\\d&'’-]";

/** A phrase after one of the words, up to punctuation or a stop word. */
function after(words: string, stops: string): RegExp {
  return new RegExp(
    `${BEFORE}(?:${words})\\s+(?!(?:${stops})${AFTER})(.+?)(?=\\s*${PUNCTUATION}|\\s(?:${stops})${AFTER}|$)`,
    'iu',
  );
}

/** A phrase before one of the words, for languages that put the verb or the postposition last. */
function before(words: string, starts: string): RegExp {
  const border = `${PUNCTUATION}|${BEFORE}(?:${starts})${AFTER}`;
  return new RegExp(`(?:^|${border})\\s*((?:(?!${border}).)+?)\\s+(?:${words})`, 'iu');
}

function phraseEnd(stops: string): RegExp {
  return new RegExp(`\\s*${PUNCTUATION}|\\s-\\s|\\s(?:${stops})${AFTER}`, 'iu');
}

function opening(words: string): RegExp {
  return new RegExp(`^(?:${words})${AFTER}[\\s,]*`, 'iu');
}

/**
 * Capitalised words at the start, except `openers`: one word before a verb, a colon, a dash or an article, or several
 * words before any punctuation.
 */
function leadingName(openers: string, articles: string, verbs: string): RegExp {
  const word = `\\p{Lu}${WORD}*`;
  const sure = `\\s+(?:${verbs})${AFTER}|\\s*[:–—(]|\\s+-|\\s*,\\s+(?:${articles})\\s`;
  const several = `${word}(?:\\s+(?:(?:&|and|of|de|la|du|da|do|del|y|e|et|und)\\s+)?${word})+(?=\\s*,|\\.?$)`;
  const one = `${word}(?:\\s+(?:(?:&|and|of|de|la|du|da|do|del|y|e|et|und)\\s+)?${word})*(?=${sure}|$)`;
  return new RegExp(`^(?!(?:${openers})${AFTER})(${one}|${several})`, 'u');
}

function called(words: string): RegExp {
  return new RegExp(`${BEFORE}(?:${words})\\s+["“'‘«„]?(\\p{Lu}${WORD}*(?:\\s+(?:&|\\p{Lu}${WORD}*))*)`, 'u');
}

const quoted = /["“„«「《『]([^"“”„«»「」《》『』\n]{2,40})["”“»」》』]/u;

const deStops =
  'die|der|das|mit|für|in|im|am|an|bei|von|vom|zu|zum|auf|per|nach|aus|über|ohne|vor|und|wo|damit|verkauf(?:t|en)|biete(?:t|n)|liefer(?:t|n)|back(?:t|en)';
const deVerbs =
  'verkauft|verkaufen|anbietet|anbieten|bietet|bieten|backt|bäckt|backen|liefert|liefern|ausliefert|produziert|produzieren|vermietet|vermieten|verleiht|entwickelt|entwickeln|repariert|reparieren|braut|brauen|unterrichtet|röstet|kocht|näht|herstellt|herstellen';
const esStops =
  'a|al|para|en(?!\\s+línea)|por|con|que|y|desde|sin|sobre|donde|cerca|vende(?:n|mos)?|ofrece(?:n|mos)?|entrega(?:n|mos)?|reparte(?:n|mos)?|hornea(?:n|mos)?';
const frStops =
  'à|aux|pour|dans|en(?!\\s+ligne)|par|avec|et|qui|sur|chez|depuis|afin|sans|près|où|vend(?:ent|ons)?|propose(?:nt)?|livre(?:nt)?|offre(?:nt)?';
const ptStops =
  'para|em|no|na|nos|nas|por|com|que|e|ao|aos|à|às|sem|desde|onde|perto|vende(?:m|mos)?|oferece(?:m|mos)?|entrega(?:m|mos)?';
const idStops =
  'untuk|kepada|bagi|di|dari|dengan|ke|yang|dan|melalui|secara|setiap|lewat|menjual|menawarkan|menyediakan|mengantar\\p{L}*';
const ruStops =
  'для|в|во|на|по|с|со|из|от|к|и|котор\\p{L}+|через|без|у|где|рядом|прода\\p{L}+|предлага\\p{L}+|доставля\\p{L}+|пек[её]т';
const arStops =
  'في(?!\\s+اللغة)|إلى|من|عبر|على|مع|يساعد|تساعد|الذين|الذي|التي|التى|بدون|قرب|لل[\\p{L}\\p{M}]+|لأ[\\p{L}\\p{M}]+|[يتن](?:بيع|قدم|وفر|وصل|صنع|علم|ؤجر)[\\p{L}\\p{M}]*';
const hiStarts = 'जो|जहाँ|जहां|हम|हमारा|हमारी|के लिए|को|में|से|तक|पर|और';
const bnStarts = 'যা|যেখানে|যারা|আমরা|আমাদের|জন্য|কাছে|থেকে|মধ্যে|এবং';
const urStarts = 'جو|جہاں|ہم|ہمارا|ہماری|کے لیے|کے لئے|کو|میں|سے|تک|پر|اور';

/** Replaces or adds the article by the first rule that applies. Null for a phrase that begins like `excluded`. */
function withArticle(
  phrase: string,
  excluded: RegExp,
  rules: readonly (readonly [RegExp, string])[],
): string | null {
  const rule = rules.find(([pattern]) => pattern.test(phrase));
  if (!rule || excluded.test(phrase)) return null;
  const [pattern, article] = rule;
  return article === '$&' || article === ''
    ? uncapitalised(phrase)
    : article + uncapitalised(phrase.replace(pattern, ''));
}

/** "eine kleine Bäckerei" as "der kleinen Bäckerei": the items need the dative, which masculine and neuter share. */
function germanDative(phrase: string): string | null {
  const [, ending, rest = ''] = /^(?:ein|unser|mein)(e?) (.+)$/i.exec(phrase) ?? [];
  if (ending === undefined) return null;
  return `${ending === 'e' ? 'der' : 'dem'} ${rest.replace(/(?<!\p{L})(\p{Ll}+?)e[rs]?(?=\s)/gu, '$1en')}`;
}

/** The phrase with a small first letter, unless an abbreviation begins it. */
export function uncapitalised(phrase: string): string {
  return /^\p{Lu}\p{Ll}/u.test(phrase) ? phrase.charAt(0).toLowerCase() + phrase.slice(1) : phrase;
}

/** The patterns of each language. */
export const readings: Readonly<Record<LanguageCode, Reading>> = {
  en: {
    names: [
      called('called|named'),
      quoted,
      leadingName(
        'An?|The|We|I|It|This|Our|My|Your|Some|Please|Generate|Create|Build|Write|Give|Improve|Suggest|Tell|Explain|Say|Hello|Hi|What|How|Why',
        'an?|the|your',
        'is|are|(?:sell|offer|help|provide|make|deliver|run|bake|brew|rent|build|serve|ship|connect|repair|design|create|produce|let|give|turn)s?|teaches',
      ),
      // Two capitalised words within a sentence, unless they name a place or belong to a longer title.
      /(?<!(?:\b(?:in|at|near|from|across|around|of|to)|\p{Lu}[\p{L}\d]*))\s(?!Business Model)(\p{Lu}[\p{L}\d&'’-]*(?:\s+(?:&\s+)?\p{Lu}[\p{L}\d&'’-]*)+)/u,
    ],
    openings: [
      // A question or an instruction: its first noun phrase comes after an article.
      /^(?:how|what|which|why|when|where|who|can|could|should|do|does|is|are|tell|explain|suggest|improve|write|give|generate|create|describe|help|list|name)\b.*?\b(?=(?:an?|the|my|our)\s)/i,
      /^(?:(?:we|i)(?:'re|'m| are| am| run| own| have| sell| want to (?:open|start|build|launch|create)| plan to \w+)?|it is|this is|our \w+ is|(?:open|start|launch|build)(?:ing)?|please|hello|hi)\b[\s,]*/i,
      opening('an?|the|my|our|your|this|some'),
    ],
    phraseEnd: phraseEnd(
      'that|which|who|where|sell(?:s|ing)?|offer(?:s|ing)?|bak(?:es|ing)|for|in|with|to|from|near|serv(?:es|ing)|help(?:s|ing)?|provid(?:es|ing)|deliver(?:s|ing)|mak(?:es|ing)|teach(?:es|ing)|us(?:es|ing)|rent(?:s|ing)|is|are|on|at|by|and|sold',
    ),
    definite: (phrase) => `the ${uncapitalised(phrase)}`,
    contractions: [],
    offers: [
      after(
        '(?:sell|offer|provid|mak|bak|deliver|rent|teach|build|brew|produc|design|cook|roast|repair|restor)(?:e?s|ing|e)?',
        'to|for|in|from|with|at|by|through|that|who|and|before|after|near|on',
      ),
    ],
    audiences: [
      after('helps?|helping', 'find|to|get|save|manage|keep|learn|book|make|choose|track|with|in|by'),
      after(
        'for|serving|targeting|aimed at|sold to|to',
        'an?|the|make|help|be|sell|build|open|start|in|with|by|through|who|that|from|near|and|before|after|on|at',
      ),
    ],
  },
  de: {
    names: [
      called('namens|heißt|genannt'),
      quoted,
      leadingName(
        'Eine?[nmrs]?|Die|Der|Das|Wir|Ich|Es|Unsere?|Mein|Meine|Bitte|Erstelle|Schreibe|Wie|Was|Warum',
        'eine?|die|der|das',
        'ist|sind|bietet|verkauft|liefert|backt|bäckt|vermietet|entwickelt|repariert|hilft|betreibt|unterrichtet|röstet|braut',
      ),
    ],
    openings: [
      opening(
        '(?:wir|ich) (?:sind|bin|betreiben?|führen?|eröffnen?|haben?|planen?|möchten?)|unser\\p{L}* \\p{L}+ ist|(?:wie|was|warum) \\p{L}+',
      ),
    ],
    phraseEnd: phraseEnd(deStops),
    definite: germanDative,
    contractions: [
      [/\bvon dem /g, 'vom '],
      [/\bvon der /g, 'der '],
      [/\b([Bb])ei dem /g, '$1eim '],
    ],
    offers: [
      // In a relative clause the verb comes last: "eine Bäckerei, die Brot per Lastenrad liefert".
      new RegExp(
        `${BEFORE}((?:(?!(?:die|der|eine[nrsm]?|seine|ihre|unsere)\\s)\\p{Ll}+(?:e|es|en|er)\\s+)?\\p{Lu}\\p{L}+(?:\\s+und\\s+\\p{Lu}\\p{L}+)?)(?=(?:\\s+(?:per|mit|aus|in|im|für|an|vor|nach|bei|zu|zum)\\s[^,.]*?)?\\s+(?:${deVerbs})(?:\\s*[,.;]|\\s+und|$))`,
        'u',
      ),
      after(deVerbs, deStops),
    ],
    audiences: [
      after('für', deStops),
      /\ban\s+(\p{Lu}\p{L}+(?:n|er|e)(?:\s+und\s+\p{Lu}\p{L}+)?)(?=\s|[,.]|$)/u,
    ],
  },
  es: {
    names: [
      called('llamad[oa]s?|se llama|denominad[oa]'),
      quoted,
      leadingName(
        'Un[ao]?s?|El|La|Los|Las|Somos|Nuestr[oa]|Mi|Soy|Tengo|Vendemos|Ofrecemos|Crea|Escribe|Cómo|Qué|Por',
        'un[ao]?|el|la',
        'es|son|vende|ofrece|entrega|reparte|alquila|prepara|produce|desarrolla|repara|enseña|hornea|ayuda|conecta',
      ),
    ],
    openings: [
      opening('somos|tenemos|soy|tengo|(?:queremos|quiero) (?:abrir|crear|lanzar)|¿?cómo \\p{L}+'),
      opening('nuestr[oa]|mi'),
    ],
    phraseEnd: phraseEnd(esStops),
    definite: (phrase) =>
      withArticle(phrase, /^(?:somos|tenemos|soy|tengo|vende|ofrece|alquila|hace)/i, [
        [/^un /i, 'el '],
        [/^una /i, 'la '],
        [/^(?:el|la|los|las) /i, '$&'],
        [/^(?=\S+(?:a|ión|dad)(?:\s|$))/i, 'la '],
        [/^/, 'el '],
      ]),
    contractions: [
      [/\bde el /g, 'del '],
      [/\ba el /g, 'al '],
    ],
    offers: [
      after(
        'vende[nmos]*|ofrece[nmos]*|fabrica[nmos]*|entrega[nmos]*|reparte[nmos]*|alquila[nmos]*|prepara[nmos]*|produce[nmos]*|desarrolla[nmos]*|repara[nmos]*|enseña[nmos]*|hornea[nmos]*|elabora[nmos]*|imparte[nmos]*|envía[nmos]*|venta de|reparto de',
        esStops,
      ),
    ],
    audiences: [
      after('para(?!\\s+\\p{L}+[aei]r\\s)', esStops),
      /\sa ((?:los|las) .+?)(?=\s*[,.;]|\s(?:en|con|por|que|de)\s|$)/iu,
    ],
  },
  fr: {
    names: [
      called("appelée?s?|nommée?s?|s’appelle|s'appelle"),
      quoted,
      leadingName(
        'Une?|Le|La|Les|Des|Nous|Notre|Mon|Ma|Je|Crée|Créez|Écris|Comment|Pourquoi|Que',
        'une?|le|la',
        'est|sont|vend|propose|offre|livre|loue|prépare|produit|développe|répare|enseigne|torréfie|brasse|aide|conçoit',
      ),
    ],
    openings: [
      opening(
        '(?:nous|je) (?:sommes|suis|avons|ouvrons|gérons|gère|voulons ouvrir|veux ouvrir)|comment \\p{L}+',
      ),
    ],
    phraseEnd: phraseEnd(frStops),
    definite: (phrase) =>
      withArticle(phrase, /^(?:nous|je|on) /i, [
        [/^une? (?=[aeiouyhéèêâîô])/i, 'l’'],
        [/^un /i, 'le '],
        [/^une /i, 'la '],
        [/^(?:le |la |les |l’|l')/i, '$&'],
      ]),
    contractions: [
      [/\bde le /g, 'du '],
      [/\bde les /g, 'des '],
      [/à le /g, 'au '],
    ],
    offers: [
      after(
        'vend(?:ent|ons|ant)?|(?:propos|offr|fabriqu|livr|lou|prépar|développ|répar|enseign|torréfi|brass)(?:e|ent|ons|ant)|produit|produisent|conçoit|vente de',
        frStops,
      ),
    ],
    audiences: [
      after('aide(?:nt|ons)?', 'à|avec|dans'),
      after('pour(?!\\s+\\p{L}+(?:er|ir|re)\\s)', frStops),
    ],
  },
  pt: {
    names: [
      called('chamad[oa]s?|se chama|denominad[oa]'),
      quoted,
      leadingName(
        'Uma?|Umas|Uns|O|A|Os|As|Somos|Nosso|Nossa|Meu|Minha|Sou|Tenho|Vendemos|Oferecemos|Crie|Escreva|Como|Que|Por',
        'uma?|o|a',
        'é|são|vende|oferece|entrega|aluga|prepara|produz|desenvolve|conserta|ensina|assa|ajuda|conecta',
      ),
    ],
    openings: [
      opening('somos|temos|sou|tenho|(?:queremos|quero) (?:abrir|criar|lançar)|como \\p{L}+'),
      opening('nosso|nossa|meu|minha'),
    ],
    phraseEnd: phraseEnd(ptStops),
    definite: (phrase) =>
      withArticle(phrase, /^(?:somos|temos|sou|tenho|vende|oferece|aluga|faz)/i, [
        [/^um /i, 'o '],
        [/^uma /i, 'a '],
        [/^[oa]s? /i, '$&'],
        [/^(?=\S+(?:a|ção|dade|gem)(?:\s|$))/i, 'a '],
        [/^/, 'o '],
      ]),
    contractions: [
      [/\bde ([oa]s?) /g, 'd$1 '],
      [/\bem ([oa]s?) /g, 'n$1 '],
      [/\bpor ([oa]s?) /g, 'pel$1 '],
    ],
    offers: [
      after(
        'vende[mos]*|oferece[mos]*|fabrica[mos]*|entrega[mos]*|aluga[mos]*|prepara[mos]*|produz(?:em|imos)?|desenvolve[mos]*|conserta[mos]*|ensina[mos]*|assa[mos]*|envia[mos]*|venda de|entrega de',
        ptStops,
      ),
    ],
    audiences: [
      after('(?:ajuda|conecta)[mos]*', 'a|com|em|para'),
      after('para(?!\\s+\\p{L}+[aei]r\\s)', ptStops),
      /\sa(os .+?)(?=\s*[,.;]|\s(?:em|com|por|que|de|no|na)\s|$)/iu,
    ],
  },
  id: {
    names: [
      called('bernama|disebut'),
      quoted,
      leadingName(
        'Sebuah|Kami|Saya|Usaha|Buat|Tulis|Bagaimana|Apa|Mengapa|Toko|Warung|Aplikasi|Layanan|Jasa',
        'sebuah|usaha|toko|warung|layanan|jasa',
        'adalah|menjual|menawarkan|menyediakan|membuat|mengantarkan?|mengirim|menyewakan|membantu|mengajarkan?',
      ),
    ],
    openings: [
      opening('(?:kami|saya) (?:adalah|memiliki|membuka|ingin membuka)|bagaimana \\p{L}+'),
      opening('sebuah|usaha kami'),
    ],
    phraseEnd: phraseEnd(idStops),
    definite: (phrase) => withArticle(phrase, /^(?:kami|saya|kita)(?: |$)/i, [[/^/, '']]),
    contractions: [],
    offers: [
      after(
        'menjual|menawarkan|menyediakan|membuat|mengantarkan|mengantar|mengirimkan|mengirim|menyewakan|memproduksi|mengembangkan|memperbaiki|mengajarkan|memanggang|menyajikan',
        idStops,
      ),
    ],
    audiences: [
      after('membantu', 'me[mn]\\p{L}+|untuk|dengan|di'),
      after('untuk(?!\\s+me[mn]\\p{L}+)|bagi|kepada', idStops),
    ],
  },
  ru: {
    names: [
      quoted,
      leadingName(
        'Мы|Я|Наш[аеи]?|Мой|Моя|Это|Создай|Напиши|Как|Что|Почему',
        'это',
        '—|это|прода[её]т|предлагает|доставляет|печ[её]т|производит|сда[её]т|готовит|разрабатывает|ремонтирует|обучает|помогает|варит',
      ),
    ],
    quotesNames: true,
    openings: [
      opening('мы (?:откры\\p{L}+|запуска\\p{L}+)|я (?:хочу открыть|открываю)|как \\p{L}+'),
      opening('наш[аеи]?|мой|моя|эт[оа]'),
    ],
    phraseEnd: phraseEnd(ruStops),
    definite: (phrase) => (/^(?:мы|я|у нас)(?: |$)/i.test(phrase) ? null : `«${phrase}»`),
    contractions: [],
    offers: [
      after(
        'прода[её]т|продают|прода[её]м|предлага(?:ет|ют|ем)|доставля(?:ет|ют|ем)|пеку?т|печ[её]т|печ[её]м|производ(?:ит|ят|им)|сда[её]т|готов(?:ит|ят|им)|разрабатыва(?:ет|ют|ем)|ремонтиру(?:ет|ют|ем)|варит|шь[её]т|обжарива(?:ет|ют|ем)',
        ruStops,
      ),
    ],
    audiences: [after('для', ruStops)],
  },
  ar: {
    names: [quoted, /(?:اسمه|اسمها|باسم|يسمى|تسمى)\s+([\p{L}\p{M}]+)/u],
    openings: [opening('نحن|لدينا|أملك|أدير|ندير|(?:نريد|أريد) فتح|كيف [\\p{L}\\p{M}]+')],
    phraseEnd: phraseEnd(arStops),
    definite: (phrase) =>
      /^[نأ](?:حن|بيع|قدم|وفر|صنع|وصل|ؤجر)/u.test(phrase) ? null : phrase.replace(/^(?!ال)(?=\S+$)/u, 'ال'),
    contractions: [
      [/لـال/gu, 'لل'],
      [/بـال/gu, 'بال'],
    ],
    offers: [
      after('[يتن](?:بيع|قدم|وفر|صنع|وصل|علم|ؤجر|طور|حضر|صلح|نتج)(?:ون)?|بيع|تقديم|توصيل|تأجير', arStops),
    ],
    audiences: [
      /(?<=\s)(ل(?:ل|أ)[\p{L}\p{M}]+(?:\s(?!في|إلى|من|عبر|على|مع|الذين|الذي|التي|حتى|قبل|بعد|كل)[\p{L}\p{M}]+){0,3})/u,
    ],
  },
  hi: {
    names: [quoted, /([\p{L}\p{M}]+(?:\s[\p{L}\p{M}]+)?)\s+(?:नामक|नाम (?:का|की|के|से))/u],
    openings: [/^[\p{L}\p{M}]+ में\s+/u, opening('यह|एक'), /^(?!हम|मैं)(?:(?!जो)[^,।]){1,40}?के लिए\s+/u],
    phraseEnd: phraseEnd('जो|जहाँ|जहां|जिसमें|जिससे|है|हैं|चलाते|चलाता|बेचते|बेचती'),
    definite: (phrase) => (/^(?:हम|मैं|मेर|हमार)/u.test(phrase) ? null : phrase),
    contractions: [],
    offers: [
      before(
        '(?:ऑनलाइन\\s+)?(?:बेच|उपलब्ध करा|पहुँचा|पहुंचा|बना(?:ता|ती|ते|कर)|देता|देती|देते|प्रदान|सिखा|डिलीवर|तैयार|पका)',
        hiStarts,
      ),
    ],
    audiences: [before('के लिए|हेतु', 'जो|जहाँ|जहां|हम|में|से|और')],
  },
  bn: {
    names: [quoted, /([\p{L}\p{M}]+(?:\s[\p{L}\p{M}]+)?)\s+নামে/u],
    openings: [
      /^[\p{L}\p{M}]+(?:য়|য়)\s+/u,
      opening('এটি|একটি|এক'),
      /^(?!আমরা|আমি)(?:(?!যা)[^,।]){1,40}?জন্য\s+/u,
    ],
    phraseEnd: phraseEnd('যা|যেখানে|যেটি|যারা|চালাই|বিক্রি'),
    definite: (phrase) => (/^(?:আমরা|আমি|আমাদের|আমার)/u.test(phrase) ? null : phrase),
    contractions: [
      [/([\u09be-\u09cc])-এর/gu, '$1র'],
      [/([\u0995-\u09b9\u09dc-\u09df]|\u09bc)-এর/gu, '$1ের'],
    ],
    offers: [
      before('(?:অনলাইনে\\s+)?(?:বিক্রি|সরবরাহ|পৌঁছে|তৈরি কর|বানা|দেয়|দিই|দেই|শেখা|ভাড়া দে|প্রদান|রান্না কর)', bnStarts),
    ],
    audiences: [before('জন্য', 'যা|যেখানে|যেটি|যারা|আমরা|থেকে|মধ্যে|এবং')],
  },
  ur: {
    names: [quoted, /([\p{L}\p{M}]+(?:\s[\p{L}\p{M}]+)?)\s+نامی/u],
    openings: [
      /^[\p{L}\p{M}]+ میں\s+/u,
      opening('یہ|ایک'),
      /^(?!ہم|میں)(?:(?!\sجو\s)[^،۔]){1,40}?کے ل(?:یے|ئے)\s+/u,
    ],
    phraseEnd: phraseEnd('جو|جہاں|جس میں|ہے|ہیں|چلاتے|بیچتے'),
    definite: (phrase) => (/^(?:ہم|میں|میر|ہمار)/u.test(phrase) ? null : phrase),
    contractions: [],
    offers: [
      before(
        '(?:آن لائن\\s+)?(?:بیچ|فروخت|فراہم|پہنچا|بنا(?:تا|تی|تے)|دیتا|دیتی|دیتے|سکھا|کرائے پر|تیار کر)',
        urStarts,
      ),
    ],
    audiences: [before('کے لیے|کے لئے', 'جو|جہاں|ہم|میں|سے|اور')],
  },
  ja: {
    names: [quoted, /([\p{L}\d]{2,16})(?:という|と呼ばれる)/u],
    openings: [
      /^(?:私たちは|私は|弊社は|当社は)/u,
      /^[^、。]{1,20}(?:向けの|のための)/u,
      /^[^、。]{1,30}を[^、。をに]{0,6}(?:届ける|販売する|提供する|売る|教える|作る|つくる|焼く|貸す|運ぶ|支える)/u,
    ],
    phraseEnd: /[、。，．,.:：！？\n]|です|を(?:運営|経営|販売|提供)/u,
    definite: (phrase) => phrase,
    contractions: [],
    offers: [
      /([^、。，．,.\s「」をにへではが]{2,24})を(?:[^、。をに]{0,8})(?:販売|提供|届け|配達|作|つく|売|焼|教え|貸|運営|開発|生産|製造|修理|配信|出す)/u,
    ],
    audiences: [
      /([^、。，．,.\s「」をはでが]{2,20}?)(?:向け|のための|のために)/u,
      /([^、。，．,.\s「」をはでが]{2,20}?)に(?=[^、。に]{0,30}を[^、。]{0,8}(?:販売|提供|届け|配達|教え|貸|売))/u,
    ],
  },
  zh: {
    names: [quoted, /(?:名为|叫做|名叫|叫)([\p{L}\d]{2,12}?)(?=的|，|。|,|$)/u],
    openings: [
      /^(?:我们(?:是|经营|开了|想开|计划开)|我(?:想开|经营|有)|这是)/u,
      /^(?:一[家个间款种项所])/u,
      /^(?:为|给)[^，。]{1,20}?提供[^，。]{2,20}的(?=[^，。的]{1,6}(?:[，。]|$))/u,
      /^(?:位于|在)[^，。,的]{1,12}?的/u,
      /^(?:面向|针对)[^，。,的]{1,20}的/u,
    ],
    phraseEnd: /[，。；：！？、,.;:!?\n]|(?:为|向|给)[^，。]{1,20}?(?:提供|出售|销售|配送)/u,
    definite: (phrase) => (/^(?:我们?|提供|出售|销售)/u.test(phrase) ? null : phrase),
    contractions: [],
    offers: [
      /^(?:为|给)[^，。]{1,20}?提供([^，。]{2,20})的[^，。的]{1,6}(?:[，。]|$)/u,
      /(?:提供|出售|销售|售卖|专卖|制作|生产|配送|出租|教授|烘焙|开发)(?!给)([^，。；：！？、,.;:!?\n]{2,24}?)(?=给|并|到|[，。；：！？、,.;:!?\n]|$)/u,
    ],
    audiences: [
      /(?:面向|针对|服务于|帮助|为|给)([^，。；：！？、,.;:!?\n]{2,20}?)(?=提供|出售|销售|配送|制作|送|开发|打造|的|找|[，。；：！？、,.;:!?\n]|$)/u,
    ],
  },
};
