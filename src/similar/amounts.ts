import type { Language } from './language.ts';

/** Number words by language, from 2 on: "one" is an article in most of them. */
const NUMBER_WORDS: Record<Language, string> = {
  en: 'two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty',
  de: 'zwei drei vier funf sechs sieben acht neun zehn elf zwolf dreizehn vierzehn funfzehn sechzehn siebzehn achtzehn neunzehn zwanzig',
  fr: 'deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf vingt',
  es: 'dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis diecisiete dieciocho diecinueve veinte',
  pt: 'dois tres quatro cinco seis sete oito nove dez onze doze treze catorze quinze dezasseis dezassete dezoito dezanove vinte',
  it: 'due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici diciassette diciotto diciannove venti',
  nl: 'twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien zeventien achttien negentien twintig',
};

/** Tens, hundreds, ordinals and names of amounts: any other of them is another amount. */
const AMOUNT_WORDS = new Set(
  (
    'thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand thousands million millions billion dozen couple pair half quarter twice thrice triple ' +
    'third fourth fifth sixth seventh eighth ninth tenth dreissig vierzig funfzig hundert tausend million halb doppelt trente quarante cinquante cent mille demi double ' +
    'treinta cuarenta cincuenta cien mil medio trinta quarenta cinquenta cem meio trenta quaranta cinquanta cento mezzo dertig veertig vijftig honderd duizend'
  ).split(' '),
);

const valueOf = new Map<string, string>();
for (const [language, words] of Object.entries(NUMBER_WORDS)) {
  words.split(' ').forEach((word, at) => valueOf.set(`${language} ${word}`, String(at + 2)));
}
valueOf.set('pt duas', '2');
/** Where the language is unknown: every number word that is no common word of another language. */
for (const [at, value] of [...valueOf]) {
  const word = at.slice(3);
  if (!['due', 'once', 'sei', 'tres', 'elf', 'dix'].includes(word)) valueOf.set(`?? ${word}`, value);
}

/** The amount that a word says, or null. */
export function amountOf(plain: string, language: Language | null): string | null {
  return valueOf.get(`${language ?? '??'} ${plain}`) ?? (AMOUNT_WORDS.has(plain) ? plain : null);
}

function named(lines: string): Map<string, string> {
  return new Map(
    lines.split('\n').flatMap((line) => {
      const words = line.split(' ');
      return words.map((word) => [word, words[0] ?? word] as const);
    }),
  );
}

/** Currencies, one a line, by every name they go by. */
const CURRENCIES = named(`eur € euro euros
usd $ dollar dollars dolar dolares
gbp £ sterling
jpy ¥ yen
chf franc francs franken
brl real reais reales
inr ₹ rupee rupees
cny yuan renminbi
pln zloty zlotys
sek krona kronor
nok krone kroner
mxn peso pesos
btc bitcoin bitcoins`);

/** Units by their whole names, and by short ones that count only after a number. */
const UNITS = named(`km kilometre kilometres kilometer kilometers kilometro kilometros quilometros chilometri
mile miles mi meilen millas milhas miglia
metre metres meter meters metro metros
foot feet ft
inch inches
cm centimetre centimetres centimeter centimeters zentimeter
mm millimetre millimetres millimeter millimeters
yard yards
kg kilo kilos kilogram kilograms kilogramm kilogramme
lb lbs pound pounds pfund libras
g gram grams gramm grammes gramos
ounce ounces oz
litre litres liter liters litro litros
ml millilitre millilitres milliliter milliliters
gallon gallons
celsius centigrade
fahrenheit
kelvin
% percent
minute minutes min minuten minutos minuti minuut
hour hours hr h stunde stunden heure heures hora horas ora ore uur
second seconds sec sekunde sekunden segundo segundos
day days tag tage tagen jour jours dia dias giorno giorni dag dagen
night nights nacht nachte nuit nuits noche noches noite noites notte notti nachten
week weeks woche wochen semaine semaines semana semanas settimana settimane weken
month months monat monate mois mes meses mesi maand maanden
year years jahr jahre an ans annee annees ano anos anno anni jaar
kb kilobyte kilobytes
mb megabyte megabytes
gb gigabyte gigabytes
tb terabyte terabytes
kw kilowatt kilowatts
watt watts w
volt volts v
mph
kmh`);
/** Short names that are something else unless a number stands before them. */
const SHORT = new Set('mi ft min h hr sec g w v oz mes an ans ora ore real metro libras'.split(' '));

/** The currency a word names, or null. */
export function currencyOf(plain: string): string | null {
  return CURRENCIES.get(plain) ?? null;
}

/** The unit a word names, or null. `counted`: a number stands before it. */
export function unitOf(plain: string, counted: boolean): string | null {
  return SHORT.has(plain) && !counted ? null : (UNITS.get(plain) ?? null);
}
