/** One word of a question, in the order they stand. */
export interface Word {
  /** As it was typed. */
  raw: string;
  /** Lower case, without accents. */
  plain: string;
  /** What `plain` shares with its own inflections. */
  stem: string;
  /** Where it stands in the text: [from, to). Words of one contraction share their place. */
  from: number;
  to: number;
  /** Nothing of its sentence stands before it, so a capital says nothing. */
  opens: boolean;
  kind: 'word' | 'number' | 'sign' | 'quoted' | 'identifier';
}

const PIECES =
  /`[^`]{1,80}`|"[^"]{1,80}"|“[^”]{1,80}”|„[^“”]{1,80}[“”]|«[^»]{1,80}»|[\p{L}\p{N}_]+(?:[.,'’_@][\p{L}\p{N}_]+)*[+#]*|[€$£¥₹%°]|→|->/gu;
const NUMBER = /^\d+(?:[.,]\d+)*$/;
/** A word with its own spelling: a digit among letters, an underscore, a dot, capitals inside. */
const IDENTIFIER = /^(?=.*[\p{L}_])(?:.*[\d_@.+#]|.*\p{Ll}\p{Lu})/u;
const ELISION = /^(?:l|d|n|j|m|t|s|c|qu|jusqu|lorsqu|puisqu|un|dell|all|nell|sull|dall|quell|cos)['’](?=.)/iu;

/** Contractions and closed compounds, as the words they are made of. */
const MADE_OF: Record<string, string> = {
  cannot: 'can not',
  cant: 'can not',
  dont: 'do not',
  doesnt: 'does not',
  isnt: 'is not',
  arent: 'are not',
  wont: 'will not',
  shouldnt: 'should not',
  checkin: 'check in',
  checkout: 'check out',
  login: 'log in',
  logout: 'log out',
  signin: 'sign in',
  signout: 'sign out',
  signup: 'sign up',
  setup: 'set up',
  pickup: 'pick up',
  dropoff: 'drop off',
  // One deed by two names.
  draft: 'write',
  compose: 'write',
};

/** Lower case, without accents, one form for letters that have several. */
export function foldWord(raw: string): string {
  return raw.normalize('NFKD').replaceAll(/\p{M}/gu, '').replaceAll('’', "'").replaceAll('ß', 'ss').toLowerCase();
}

/** Reads a question word by word. */
export function readWords(text: string): Word[] {
  const words: Word[] = [];
  let end = 0;
  for (const match of text.matchAll(PIECES)) {
    const between = text.slice(end, match.index);
    const opens = words.length === 0 || /[.?!:;\n¿¡]/.test(between);
    end = match.index + match[0].length;
    words.push(...readPiece(match[0], { from: match.index, to: end, opens, joined: between === '-' }));
  }
  return words;
}

type Place = Pick<Word, 'from' | 'to' | 'opens'> & { joined: boolean };

function readPiece(raw: string, { joined, ...place }: Place): Word[] {
  if (/^[`"“„«]/.test(raw)) return [word(raw, foldWord(raw.slice(1, -1)).trim(), 'quoted', place)];
  if (/^[€$£¥₹%°→-]/.test(raw)) return [word(raw, raw === '->' ? '→' : raw, 'sign', place)];
  if (NUMBER.test(raw)) return [word(raw, plainNumber(raw), 'number', place)];
  const measured = /^(\d+(?:[.,]\d+)*)(\p{L}{1,3})$/u.exec(raw);
  if (measured !== null) {
    const [, amount = '', unit = ''] = measured;
    return [word(raw, plainNumber(amount), 'number', place), word(raw, foldWord(unit), 'word', place)];
  }
  const bare = raw.replace(/['’]s$/u, '');
  if (IDENTIFIER.test(bare)) return [word(raw, foldWord(bare), 'identifier', place)];
  const elided = ELISION.exec(bare)?.[0];
  const parts =
    elided === undefined ? apart(foldWord(bare)) : [foldWord(elided.slice(0, -1)), foldWord(bare.slice(elided.length))];
  // "sugar-free" is without sugar; "free" alone is not without anything.
  if (joined && (parts[0] === 'free' || parts[0] === 'less')) return [word(raw, 'without', 'word', place)];
  return parts.map((part) => word(raw, part, 'word', place));
}

function apart(plain: string): string[] {
  const made = MADE_OF[plain];
  if (made !== undefined) return made.split(' ');
  if (plain === "can't") return ['can', 'not'];
  if (plain === "won't") return ['will', 'not'];
  if (plain.endsWith("n't")) return [plain.slice(0, -3), 'not'];
  return [plain.replace(/'.*$/, '')];
}

function word(raw: string, plain: string, kind: Word['kind'], place: Pick<Word, 'from' | 'to' | 'opens'>): Word {
  return { raw, plain, stem: kind === 'word' ? stemOf(plain) : plain, kind, ...place };
}

/** `1,000` and `1000` are one number, `3,5` and `3.5` too. */
function plainNumber(raw: string): string {
  if (/^[1-9]\d{0,2}(?:[.,]\d{3})+$/.test(raw)) return raw.replaceAll(/[.,]/g, '');
  return raw.replaceAll(',', '.').replace(/^0+(?=\d)/, '');
}

/** What a folded word shares with its inflections. Coarse on purpose: it only has to treat both questions alike. */
export function stemOf(plain: string): string {
  if (plain.length < 4) return plain;
  let stem = plain.replace(/is(?=(?:e|es|ed|ing|ation)$)/, 'iz');
  stem = stem.replace(/(?:ies|ied)$/, 'y').replace(/(?<=ss|x|ch|sh)es$/, '');
  if (stem.length > 5) stem = stem.replace(/(?:ing|ed|ly)$/, '').replace(/([bdgmnprt])\1$/, '$1');
  stem = stem.replace(/(?<![su])s$/, '');
  const cut = stem.replace(/(?:are|ere|ire|ar|er|ir|en|e|a|o|i)$/, '');
  return (cut.length >= 3 ? cut : stem).replace(/zc$/, 'c');
}
