/** Days, months, seasons and times of day, one a line, by their names in the languages known here; folded. */
const TIMES = `monday mondays montag montags lundi lunes segunda segunda-feira lunedi maandag
tuesday tuesdays dienstag dienstags mardi martes terca martedi dinsdag
wednesday wednesdays mittwoch mittwochs mercredi miercoles quarta-feira mercoledi woensdag
thursday thursdays donnerstag donnerstags jeudi jueves quinta giovedi donderdag
friday fridays freitag freitags vendredi viernes sexta venerdi vrijdag
saturday saturdays samstag samstags samedi sabado sabato zaterdag
sunday sundays sonntag sonntags dimanche domingo domenica zondag
january jan januar janvier enero janeiro gennaio januari
february feb februar fevrier febrero fevereiro febbraio februari
march marz mars marzo marco maart
april avril abril aprile apr
may mai mayo maio maggio mei
june jun juni juin junio junho giugno
july jul juli juillet julio julho luglio
august aug aout agosto augustus
september sep sept septembre septiembre setembro settembre
october oct oktober octobre octubre outubro ottobre
november nov novembre noviembre novembro
december dec dezember decembre diciembre dezembro dicembre
spring fruhling printemps primavera lente voorjaar
summer sommer ete verano verao estate zomer
autumn fall herbst automne otono outono autunno herfst
winter hiver invierno inverno
today heute hoy hoje oggi vandaag
tomorrow morgen demain manana amanha domani
yesterday gestern hier ayer ontem ieri gisteren
tonight
morning mornings morgens matin
afternoon afternoons nachmittag nachmittags tarde pomeriggio middag
evening evenings abend abends soir sera avond
night nights nachts nuit noche noite notte
noon mittag midi mediodia
midnight mitternacht minuit medianoche meia-noite mezzanotte middernacht
weekend weekends wochenende
weekday weekdays werktag
holiday holidays feiertag feiertage ferie
christmas weihnachten noel navidad natal natale kerst
easter ostern paques pascua pascoa pasqua pasen
am
pm`;
const timeOf = new Map(
  TIMES.split('\n').flatMap((line) => {
    const words = line.split(' ');
    return words.map((word) => [word, words[0] ?? word] as const);
  }),
);

/** Words that are a month or a day only where a capital, a number or a preposition says so. */
const DOUBTFUL = new Set(
  'may march mars mai mei jan jun jul sep sept oct nov dec apr aug fall ete estate hier am spring tarde segunda quinta sexta terca lente'.split(
    ' ',
  ),
);
const PERIOD =
  /^(?:week|month|year|woche|monat|jahr|semaine|mois|annee|semana|mes|ano|settimana|mese|anno|maand|jaar|term|time)s?$/;
const RELATIVE = new Map(
  'next:next nachste:next prochain:next prochaine:next proximo:next proxima:next prossimo:next volgende:next last:last letzte:last dernier:last derniere:last pasado:last pasada:last passado:last scorso:last vorige:last this:this diese:this cette:this esta:this questa:this deze:this'
    .split(' ')
    .map((pair) => pair.split(':') as [string, string]),
);

/** The time that a word names, or null. `sure`: a capital, a number or a preposition before it says that it is one. */
export function timeNamed(plain: string, sure: boolean): string | null {
  return DOUBTFUL.has(plain) && !sure ? null : (timeOf.get(plain) ?? null);
}

/** "next week", "last year": which one, or null when the two words are no such pair. */
export function periodNamed(plain: string, following: string): string | null {
  const which = RELATIVE.get(plain);
  return which !== undefined && PERIOD.test(following) ? `${which} ${following}` : null;
}
