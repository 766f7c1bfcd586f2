/** Phrases that get one through a day. */
export interface PhraseBook {
  language: string;
  asked: RegExp;
  hello: string;
  thanks: string;
  where: string;
  wifi: string;
  slowly: string;
}

/** The English of each phrase. */
export const ENGLISH: Omit<PhraseBook, 'language' | 'asked'> = {
  hello: 'Good morning',
  thanks: 'Thank you very much',
  where: 'Where is the station?',
  wifi: 'Is there Wi-Fi here?',
  slowly: 'More slowly, please',
};

export const PHRASE_BOOKS: readonly [PhraseBook, ...PhraseBook[]] = [
  {
    language: 'Portuguese',
    asked: /portugu|brazil/i,
    hello: 'Bom dia',
    thanks: 'Muito obrigado / obrigada',
    where: 'Onde fica a estação?',
    wifi: 'Há Wi-Fi aqui?',
    slowly: 'Mais devagar, por favor',
  },
  {
    language: 'Japanese',
    asked: /japan|日本/i,
    hello: 'おはようございます',
    thanks: 'どうもありがとうございます',
    where: '駅はどこですか。',
    wifi: 'ここにWi-Fiはありますか。',
    slowly: 'もっとゆっくりお願いします',
  },
  {
    language: 'Arabic',
    asked: /arab|عرب/i,
    hello: 'صباح الخير',
    thanks: 'شكرًا جزيلًا',
    where: 'أين المحطة؟',
    wifi: 'هل يوجد واي فاي هنا؟',
    slowly: 'ببطء أكثر، من فضلك',
  },
  {
    language: 'Greek',
    asked: /greek|greece|ελλην/i,
    hello: 'Καλημέρα',
    thanks: 'Ευχαριστώ πολύ',
    where: 'Πού είναι ο σταθμός;',
    wifi: 'Υπάρχει Wi-Fi εδώ;',
    slowly: 'Πιο αργά, παρακαλώ',
  },
  {
    language: 'German',
    asked: /german|deutsch/i,
    hello: 'Guten Morgen',
    thanks: 'Vielen Dank',
    where: 'Wo ist der Bahnhof?',
    wifi: 'Gibt es hier WLAN?',
    slowly: 'Langsamer, bitte',
  },
  {
    language: 'Spanish',
    asked: /spanish|spain|español/i,
    hello: 'Buenos días',
    thanks: 'Muchas gracias',
    where: '¿Dónde está la estación?',
    wifi: '¿Hay wifi aquí?',
    slowly: 'Más despacio, por favor',
  },
  {
    language: 'Hindi',
    asked: /hindi|india/i,
    hello: 'सुप्रभात',
    thanks: 'बहुत धन्यवाद',
    where: 'स्टेशन कहाँ है?',
    wifi: 'क्या यहाँ वाई-फ़ाई है?',
    slowly: 'कृपया थोड़ा धीरे',
  },
  {
    language: 'Korean',
    asked: /korea|한국/i,
    hello: '안녕하세요',
    thanks: '정말 감사합니다',
    where: '역이 어디에 있어요?',
    wifi: '여기 와이파이 있어요?',
    slowly: '조금만 천천히 말해 주세요',
  },
];
