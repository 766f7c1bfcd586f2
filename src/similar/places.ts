/** Languages, peoples, countries and large cities: names also where nobody wrote a capital. Folded. */
const NAMES =
  'english german french spanish portuguese italian dutch swedish norwegian danish finnish polish czech hungarian romanian greek turkish russian ukrainian arabic hebrew ' +
  'hindi urdu bengali tamil chinese mandarin cantonese japanese korean thai vietnamese indonesian malay swahili catalan basque irish welsh scottish american british ' +
  'european asian african brazilian mexican canadian australian swiss austrian belgian croatian serbian bulgarian slovak slovenian estonian latvian lithuanian icelandic ' +
  'deutsch englisch franzosisch spanisch italienisch anglais allemand francais espagnol ingles aleman frances espanol alemao portugues inglese tedesco francese spagnolo ' +
  'engels duits frans spaans ' +
  'france germany spain portugal italy netherlands holland belgium switzerland austria poland czechia hungary romania bulgaria greece turkey russia ukraine ireland england ' +
  'scotland wales britain uk usa america canada mexico brazil argentina chile peru colombia ecuador bolivia uruguay cuba japan china korea india pakistan nepal bangladesh ' +
  'thailand vietnam laos cambodia malaysia singapore indonesia bali philippines australia zealand egypt morocco tunisia algeria kenya tanzania uganda rwanda ethiopia ghana ' +
  'nigeria senegal namibia botswana israel jordan lebanon iraq iran qatar dubai oman denmark norway sweden finland iceland estonia latvia lithuania croatia serbia slovenia ' +
  'slovakia albania montenegro cyprus malta luxembourg georgia armenia azerbaijan kazakhstan europe asia africa ' +
  'london paris berlin munich hamburg cologne frankfurt vienna wien graz salzburg zurich geneva basel bern rome roma milan milano naples napoli venice florence turin bologna ' +
  'palermo madrid barcelona seville sevilla valencia malaga granada bilbao toledo lisbon lisboa porto faro coimbra braga sintra evora amsterdam rotterdam utrecht brussels ' +
  'antwerp ghent bruges lyon marseille nice bordeaux toulouse lille strasbourg dublin edinburgh glasgow manchester liverpool oxford cambridge copenhagen stockholm oslo bergen ' +
  'helsinki reykjavik tallinn riga vilnius warsaw krakow gdansk prague brno budapest bucharest sofia belgrade zagreb split hvar dubrovnik athens istanbul ankara izmir moscow ' +
  'kyiv lviv york boston chicago miami seattle portland denver austin dallas houston atlanta toronto montreal vancouver oaxaca cancun lima cusco bogota quito santiago tokyo ' +
  'osaka kyoto seoul busan beijing shanghai hongkong taipei bangkok phuket hanoi saigon jakarta manila delhi mumbai goa kathmandu sydney melbourne perth brisbane auckland ' +
  'cairo marrakesh nairobi mombasa zanzibar accra lagos dakar doha amman beirut jerusalem';

const names = new Set(NAMES.split(' '));
/** Names that are also common words, so that only a capital makes them one. */
for (const word of [
  'nice',
  'split',
  'turkey',
  'polish',
  'perth',
  'georgia',
  'jordan',
  'china',
  'faro',
  'bergen',
  'cologne',
  'toledo',
])
  names.delete(word);

/** Whether a folded word is a name even in small letters. */
export function isKnownName(plain: string): boolean {
  return names.has(plain);
}
