import type { Language } from '../types.ts'

export const de: Language = {
  sets: {
    next: 'und aber sondern stattdessen antworte schreibe erzähle gib sag jetzt nun dann',
    not: 'nicht nie niemals ohne keinesfalls',
    mention:
      'bedeutet heißt meint Beispiel Beispiele Angriff Angriffe Angreifer erkennen erkenne schützen Begriff Wort Phrase erkläre Erklärung Injection warum wieso',
    other: 'wenn falls Nutzer Benutzer jemand Anwender Angreifer Texte Eingaben',
    asking: 'bittet auffordert verlangt versucht fordert sagt fragt dazu bringt bringen',
    fill: 'alle alles aller allen die der das den dem deine deinen deiner ihre ihren meine sämtliche sämtlichen sie ihr bitte jede jeden und oder diese diesen du dir mir mich gegebenen erhaltenen vollständig komplett einfach jetzt nun sofort ganz wörtlich genau kompletten gesamten vollständigen @prior geheimen geheime versteckten versteckte internen interne verborgenen initialen',
    drop: 'ignoriere ignorier ignorieren ignoriert vergiss vergesse vergessen vergesst missachte missachten überspringe übergehe verwirf verwerfen lösche streiche umgehe',
    prior:
      'vorherigen vorherige vorheriger vorigen vorige bisherigen bisherige obigen obige obenstehenden früheren frühere vorangegangenen vorangegangene vorangehenden vorausgehenden vorstehenden vorhergehenden vorhergehende ursprünglichen ursprüngliche alten letzten zuvor',
    orders:
      'Anweisung* Instruktion* Befehl* Regel Regeln Vorgabe* Richtlinie* Prompt* Systemprompt* Systemanweisung* Anleitung* Auftrag Aufträge Anordnung* Kommando* Beschränkung* Einschränkung* Aufforderung* Weisung* Eingabeaufforderung*',
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
    [
      'extraction',
      0.7,
      '@reveal ~2 obigen|obige|vorherigen! ~1 Text|Texte|Prompttexte|Wörter|Eingabeaufforderung',
    ],
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
    [
      'overrides',
      0.9,
      '@prior %2 Anweisung*|Instruktion*|Befehl*|Prompt*|Systemprompt*|Informationen ~5 ungültig|irrelevant|hinfällig|nichtig|aufgehoben|obsolet|unwichtig!',
    ],
    [
      'overrides',
      0.9,
      '@prior %2 Anweisung*|Instruktion*|Befehl*|Prompt*|Systemprompt* ~1 gelten|gilt|zählen! ~1 nicht ~1 mehr|länger',
    ],
    ['overrides', 0.9, 'deine|eure|ihre @orders lauten|lautet|sind|ist ~1 jetzt|nun|ab!'],
    ['overrides', 0.7, 'deine|eure neue|neuen! @orders|Aufgabe|Rolle|Mission lauten|lautet|ist|sind'],
    [
      'overrides',
      0.85,
      'höre|hör|hören ~1 nicht auf! ~2 alles|das|was ~2 zuvor|vorher|bisher|gesagte|gesagt|oben',
    ],
    [
      'overrides',
      0.75,
      'beantworte|beantworten|übersetze ~3 nicht! ~2 sondern ~2 gib|schreibe|sag|sage|antworte|geben|schreiben',
    ],
    [
      'overrides',
      0.9,
      'obigen|obige|vorherigen|bisherigen! Ausführungen|Angaben|Texte|Inhalte ~1 ignorieren|vergessen|missachten',
    ],
    ['overrides', 0.7, 'abweichend|entgegen|ungeachtet! ~2 @prior %1 @orders'],
    [
      'overrides',
      0.75,
      'vergiss|vergesse|vergessen ~1 deine|ihre Rolle|Identität|Programmierung|Persönlichkeit!',
    ],
    [
      'overrides',
      0.9,
      'umgehe|deaktiviere|entferne|schalte|ignoriere|lösche ~1 deine|sämtliche|alle|ihre ~1 Filter|Inhaltsfilter|Sicherheitsfilter|Zensur|Sicherheitsrichtlinien|Sicherheitsregeln|Sicherheitsvorkehrungen|Schutzmaßnahmen!',
    ],
    [
      'overrides',
      0.7,
      'alle|deine|sämtliche Sicherheitsfilter|Inhaltsfilter|Sicherheitsregeln! ~2 deaktiviert|abgeschaltet|ausgeschaltet|aufgehoben',
    ],
    [
      'extraction',
      0.9,
      'was steht|stand! ~1 in|am|im|zu ~1 @your|diesem|Anfang|Beginn ~2 Systemprompt|Prompt|Prompts|Systemprompts|Anweisungen',
    ],
    [
      'extraction',
      0.7,
      'zeig|zeige|wiederhole|gib|nenne|schreibe ~2 Text|Worte|Wörter|Inhalt ~2 oberhalb|darüber!',
    ],
    [
      'personas',
      0.85,
      'jetzt|nun|sofort|an hast|brauchst|kennst du|sie? keine|keinerlei! ~1 @orders|Filter|Grenzen',
    ],
    ['personas', 0.85, 'bist|sind ~3 frei|befreit von! ~2 @orders|Fesseln|Zensur'],
    [
      'personas',
      0.65,
      'ohne|keine|keinerlei ethische|ethischen|moralische|moralischen! ~1 Richtlinien|Grenzen|Regeln|Bedenken|Einschränkungen|Vorgaben',
    ],
    ['personas', 0.8, 'als hättest|hätte|gäbe du|es|sie keine|keinerlei! ~1 @orders|Grenzen|Filter'],
    ['personas', 0.55, 'aktiviere|aktivieren|starte|wechsle|betritt ~3 Entwicklermodus!'],
    ['overrides', 0.75, '@drop alles! $'],
    ['overrides', 0.75, '@drop alles gesagte|bisherige|vorherige|obige!'],
    ['overrides', 0.65, 'dies|das ist keine! Prompt|Injektion|Injection|Manipulation'],
    ['extraction', 0.75, 'Rechtschreibung ~4 obigen|obige! ~1 Text|Textes|Texte|Eingabeaufforderung'],
  ],
}
