import type { Language } from './language.ts';
import { stemOf } from './words.ts';

/**
 * Words that turn a question around, one concept a line: `this side ~ that side`. Folded; inflections are found by their stem.
 */
const OPPOSITES: Record<Language, string> = {
  en: `enable activate engage switchon ~ disable deactivate switchoff
allow permit ~ block deny forbid ban prohibit prevent
add insert attach create ~ remove delete detach erase
accept approve agree ~ reject decline refuse disagree
buy purchase bought ~ sell sold
import ~ export
upload ~ download
upgrade ~ downgrade
increase raise grow rise ~ decrease lower reduce shrink fall
start begin begun launch ~ stop end finish quit halt
open opened ~ close closed shut
cheapest cheap cheaper inexpensive ~ expensive pricey dearest costliest
min minimum minimal least lowest fewest ~ max maximum maximal highest
more ~ less fewer
first earliest ~ last final latest
early earlier ~ late later
before ~ after
with ~ without
fast faster fastest quick quicker quickest ~ slow slower slowest
best better ~ worst worse
big bigger biggest large larger largest ~ small smaller smallest little
long longer longest ~ short shorter shortest
high higher ~ low lower
hot hotter warm warmer ~ cold colder cool cooler
new newer newest ~ old older oldest
strong ~ weak
easy easier ~ hard harder difficult
easiest simplest ~ hardest
safe safer ~ dangerous unsafe risky
near nearer nearest closest ~ far farther farthest furthest
left ~ right
above over ~ below under beneath
inside indoor indoors ~ outside outdoor outdoors
arrive arrival arriving land ~ depart departure departing leave
send sent ~ receive received
lend lent ~ borrow
win won ~ lose lost
show ~ hide
push ~ pull
advantage pro benefit ~ disadvantage con drawback
true ~ false
public ~ private
domestic ~ international
inbound ~ outbound
internal ~ external
input ~ output
read ~ write
encrypt encode compress zip ~ decrypt decode decompress unzip
save ~ discard
join ~ leave
hire ~ fire dismiss
pass ~ fail
succeed success ~ fail failure
deposit ~ withdraw withdrawal
debit ~ credit
profit ~ loss
ascend ascending ~ descend descending
horizontal ~ vertical
male men man boy boys ~ female women woman girl girls
adult ~ child children kid
vegan vegetarian ~ meat
north northern ~ south southern
east eastern ~ west western
single ~ double
front ~ back
top ~ bottom
pickup pickoff ~ dropoff
recommended ~ discouraged
should ~ avoid
lighter light ~ heavy heavier dark
employer ~ employee
tenant ~ landlord
buyer ~ seller
question ~ answer
import ~ export
must shall obliged required mandatory ~ can may allowed optional
on ~ off
in ~ out
up ~ down
oneway ~ return`,
  de: `einschalten anschalten aktivieren anmachen ~ ausschalten abschalten deaktivieren ausmachen
erlauben zulassen ~ verbieten blockieren sperren
hinzufugen anlegen ~ entfernen loschen
annehmen akzeptieren ~ ablehnen
kaufen kaufe kauft ~ verkaufen verkaufe verkauft
importieren ~ exportieren
hochladen ~ herunterladen
erhohen steigern ~ senken verringern reduzieren
starten beginnen anfangen ~ stoppen beenden aufhoren
offnen offne geoffnet offen ~ schliessen schliesse geschlossen
billig billigste gunstig gunstigste billigsten gunstigsten ~ teuer teuerste teuersten
minimal mindestens minimum ~ maximal hochstens maximum
mehr ~ weniger
erste ersten erster ~ letzte letzten letzter
fruh fruher ~ spat spater
vor vorher bevor ~ nach nachher nachdem
mit ~ ohne
schnell schnellste schnellsten ~ langsam langsamste langsamsten
beste besten besser ~ schlechteste schlechtesten schlechter schlimmste
gross grosste grossten ~ klein kleinste kleinsten
lang langste langsten ~ kurz kurzeste kurzesten
heiss warm ~ kalt
neu neueste ~ alt alteste
links linke linken ~ rechts rechte rechten
oben uber ~ unten unter
ankunft ankommen ~ abfahrt abflug abfahren
senden schicken ~ empfangen
vorteil vorteile ~ nachteil nachteile
muss mussen ~ darf durfen kann
ein an ~ aus ab`,
  fr: `activer active allumer ~ desactiver desactive eteindre
autoriser permettre ~ interdire bloquer
ajouter creer ~ supprimer enlever retirer
accepter ~ refuser rejeter
acheter achete ~ vendre vend
importer ~ exporter
augmenter monter ~ diminuer reduire baisser
commencer demarrer debut ~ arreter finir terminer fin
ouvrir ouvert ouverte ~ fermer ferme fermee
cher chere ~ bon
minimum minimal ~ maximum maximal
plus ~ moins
premier premiere ~ dernier derniere
tot ~ tard
avant ~ apres
avec ~ sans
rapide ~ lent
meilleur meilleure ~ pire
grand grande ~ petit petite
long longue ~ court courte
chaud ~ froid
gauche ~ droite
dessus ~ dessous
arrivee arriver ~ depart partir
envoyer ~ recevoir
avantage ~ inconvenient
dois doit ~ peux peut`,
  es: `activar activo activa encender habilitar ~ desactivar desactivo desactiva apagar
permitir ~ prohibir bloquear
anadir agregar crear ~ eliminar quitar borrar
aceptar ~ rechazar
comprar compro ~ vender vendo
importar ~ exportar
aumentar subir subo ~ disminuir reducir bajar bajo
empezar iniciar comenzar ~ parar terminar detener
abrir abierto abre ~ cerrar cerrado cierra
barato barata ~ caro cara
minimo minima ~ maximo maxima
mas ~ menos
primero primer primera ~ ultimo ultima
temprano ~ tarde
antes ~ despues
con ~ sin
rapido rapida ~ lento lenta
mejor ~ peor
grande ~ pequeno pequena
largo larga ~ corto corta
caliente ~ frio
izquierda ~ derecha
encima arriba ~ debajo abajo
llegada llegar ~ salida salir
enviar ~ recibir
ventaja ~ desventaja
debo debe ~ puedo puede`,
  pt: `ativar ativo ligar ~ desativar desativo desligar
permitir ~ proibir bloquear
adicionar acrescentar criar ~ remover apagar eliminar
aceitar ~ recusar rejeitar
comprar compro ~ vender vendo
importar ~ exportar
aumentar subir subo ~ diminuir reduzir baixar baixo
comecar iniciar ~ parar terminar acabar
abrir aberto abre ~ fechar fechado fecha
barato barata ~ caro cara
minimo minima ~ maximo maxima
mais ~ menos
primeiro primeira ~ ultimo ultima
cedo ~ tarde
antes ~ depois
com ~ sem
rapido rapida ~ lento lenta
melhor ~ pior
grande ~ pequeno pequena
longo longa ~ curto curta
quente ~ frio
esquerda ~ direita
cima ~ baixo
chegada chegar ~ partida partir
enviar ~ receber
vantagem ~ desvantagem
devo deve ~ posso pode`,
  it: `attivare attivo attiva accendere ~ disattivare disattivo disattiva spegnere
permettere ~ vietare bloccare
aggiungere aggiungo creare ~ rimuovere rimuovo eliminare togliere
accettare ~ rifiutare
comprare compro acquistare ~ vendere vendo
importare ~ esportare
aumentare alzare ~ diminuire ridurre abbassare
iniziare cominciare ~ fermare finire
aprire aperto apre ~ chiudere chiuso chiude
economico economica economici ~ caro cara costoso
minimo minima ~ massimo massima
piu ~ meno
primo prima ~ ultimo ultima
presto ~ tardi
prima ~ dopo
con ~ senza
veloce rapido ~ lento
migliore ~ peggiore
grande ~ piccolo piccola
lungo ~ corto
caldo ~ freddo
sinistra ~ destra
sopra ~ sotto
arrivo arrivare ~ partenza partire
inviare ~ ricevere
vantaggio ~ svantaggio
devo deve ~ posso puo`,
  nl: `inschakelen aanzetten activeren ~ uitschakelen uitzetten deactiveren
toestaan ~ verbieden blokkeren
toevoegen maken ~ verwijderen wissen
accepteren aannemen ~ weigeren afwijzen
kopen koop ~ verkopen verkoop
importeren ~ exporteren
verhogen ~ verlagen verminderen
starten beginnen ~ stoppen eindigen
openen open ~ sluiten gesloten dicht
goedkoop goedkoopste ~ duur duurste
minimum minimaal ~ maximum maximaal
meer ~ minder
eerste ~ laatste
vroeg ~ laat
voor voordat ~ na nadat
met ~ zonder
snel snelste ~ langzaam langzaamste
beste ~ slechtste
groot grootste ~ klein kleinste
lang langste ~ kort kortste
warm ~ koud
links ~ rechts
boven ~ onder
aankomst ~ vertrek
sturen ~ ontvangen
voordeel ~ nadeel
moet moeten ~ mag mogen kan
aan ~ uit`,
};

/** A side of a concept: `line` names the concept within a language, `side` is which end. */
export interface Pole {
  concept: string;
  side: 1 | -1;
}

const poles = new Map<string, Pole[]>();

function learn(language: string, word: string, pole: Pole): void {
  const at = `${language} ${stemOf(word)}`;
  const known = poles.get(at) ?? [];
  if (!known.some(({ concept, side }) => concept === pole.concept && side === pole.side)) known.push(pole);
  poles.set(at, known);
}

for (const [language, lines] of Object.entries(OPPOSITES)) {
  lines.split('\n').forEach((line, number) => {
    const [these = '', those = ''] = line.split(' ~ ');
    for (const [words, side] of [[these, 1] as const, [those, -1] as const]) {
      for (const word of words.split(' ')) {
        learn(language, word, { concept: `${language}${number}`, side });
        // Where the language is unknown short words may be anything.
        if (word.length > 3 || language === 'en') learn('??', word, { concept: `${language}${number}`, side });
      }
    }
  });
}

/** The sides that a word takes, by its stem; in an unknown language those of any. */
export function polesOf(stem: string, language: Language | null): readonly Pole[] {
  return poles.get(`${language ?? '??'} ${stem}`) ?? [];
}
