import type { Language } from '../types.ts'

export const de: Language = {
  sets: {
    not: 'nicht nie niemals ohne keinesfalls',
    mention:
      'bedeutet heißt meint Beispiel Beispiele Angriff Angriffe Angreifer erkennen erkenne schützen Begriff Wort Phrase erkläre Erklärung Injection warum wieso',
    other: 'wenn falls Nutzer Benutzer jemand Anwender Angreifer Texte Eingaben',
    asking: 'bittet auffordert verlangt versucht fordert sagt fragt dazu bringt bringen',
    fill: 'alle alles aller allen die der das den dem deine deinen deiner ihre ihren meine sämtliche sämtlichen sie ihr bitte jede jeden und oder diese diesen du dir mir mich gegebenen erhaltenen vollständig komplett einfach jetzt nun sofort ganz wörtlich genau kompletten gesamten vollständigen @prior',
    drop: 'ignoriere ignorier ignorieren ignoriert vergiss vergesse vergessen vergesst missachte missachten überspringe übergehe verwirf verwerfen lösche streiche umgehe',
    prior:
      'vorherigen vorherige vorheriger vorigen vorige bisherigen bisherige obigen obige obenstehenden früheren frühere vorangegangenen vorangegangene vorangehenden vorausgehenden vorstehenden vorhergehenden vorhergehende ursprünglichen ursprüngliche alten letzten zuvor',
    orders:
      'Anweisung* Instruktion* Befehl* Regel Regeln Vorgabe* Richtlinie* Prompt* Systemprompt* Systemanweisung* Anleitung* Auftrag Aufträge Anordnung* Kommando* Beschränkung* Einschränkung* Aufforderung* Weisung*',
    talk: 'Angaben Aufgabe Aufgaben Kontext Text Texte Gespräch Gespräche Nachrichten Informationen Eingaben',
    reveal:
      'wiederhole wiederholen zeige zeig zeigen nenne nennen verrate verraten gib geben sage sag sagen schreibe schreiben drucke drucken offenbare übersetze übersetzen zitiere liste enthülle teile erzähle erzählen',
    your: 'deine deinen deinem deiner dein ihre ihren ihr ihrem eure',
  },
  rules: [
    ['overrides', 0.95, '@drop %5 @prior %3 @orders'],
    ['overrides', 0.92, '@drop %5 @prior %3 @talk'],
    [
      'overrides',
      0.9,
      '@drop %5 @orders ~4 oben|zuvor|vorher|bisher|davor|erhalten|gegeben|bekommen|bekamst|erhalten',
    ],
    [
      'overrides',
      0.92,
      '@drop %2 alles|was ~5 oben|zuvor|vorher|bisher|davor|gesagt|besprochen|gelernt|gelesen|weißt|wurde|bislang|besprochen',
    ],
    ['overrides', 0.9, '@drop das Obige|Vorherige|Vorstehende|Bisherige|Vorige|obige|vorherige!'],
    ['overrides', 0.9, '@drop @your|alle|sämtliche %3 @orders'],
    ['overrides', 0.65, '@drop die|diese %2 @orders'],
    ['overrides', 0.92, '@prior %2 @orders ~3 ignorieren|vergessen|missachten|verwerfen!'],
    ['overrides', 0.9, 'folge|befolge|befolgen|folgen|beachte|beachten ~2 @prior %2 @orders nicht|mehr'],
    [
      'overrides',
      0.9,
      'folge|befolge|befolgen|folgen|beachte|beachten keinen|keine|nicht|nicht|länger %3 @orders',
    ],
    [
      'overrides',
      0.45,
      'ab|von jetzt|nun|sofort ~1 bist|wirst|musst|antwortest|antworte|verhältst|verhalte!',
    ],
    ['overrides', 0.55, 'neue|neuen|andere weitere? Anweisung|Anweisungen|Aufgabe|Aufgaben|Instruktionen! $'],
    [
      'overrides',
      0.6,
      'beginnen|anfangen|fangen|starten ~2 mit|mit einer|einem neuen Aufgabe|Auftrag|Thema!',
    ],
    ['extraction', 0.93, '@reveal ~4 @your %3 @orders!'],
    ['extraction', 0.93, '@reveal ~4 Systemprompt*|Systemnachricht*|Systemanweisung*|Systembefehl*!'],
    ['extraction', 0.9, 'was|wie|welche ~3 lauten|lautet|lauteten|sind|waren|ist|war ~1 @your %3 @orders!'],
    ['extraction', 0.9, 'wie|was @your %3 @orders! ~1 lauten|lauteten|waren|sind|ist|lautet'],
    [
      'extraction',
      0.9,
      '@reveal ~2 alles|Wörter|Worte|wörtlich! ~3 oben|obige|obigen|obenstehenden|zuvor|davor|vorher|vorangehenden',
    ],
    ['extraction', 0.7, '@reveal ~2 obigen|obige|vorherigen! ~1 Text|Texte|Prompttexte|Wörter'],
    [
      'extraction',
      0.9,
      '@reveal|Vorzeigen ~3 alle|aller|alles ~2 Prompttexte|Prompttext|Prompts|Aufforderungstexte!',
    ],
    [
      'personas',
      0.72,
      'du|antworte|sie|KI|bist|wärst ~5 ohne|keine|keinerlei ~2 Einschränkungen|Beschränkungen|Filter|Zensur|Ethik|Moral|Grenzen!',
    ],
    ['personas', 0.9, 'Entwicklermodus ~3 aktiviert|aktivieren|aktiv|an|eingeschaltet'],
    [
      'personas',
      0.55,
      'Entwicklermodus|unzensierte*|ungefilterte*|uneingeschränkte* ~2 KI|Antwort*|Assistent|Modus|Modell|bist',
    ],
  ],
}
