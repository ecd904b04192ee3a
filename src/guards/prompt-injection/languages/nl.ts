import type { Language } from '../types.ts'

export const nl: Language = {
  sets: {
    next: 'en maar dan zeg schrijf antwoord vertel nu',
    not: 'niet nooit zonder geen',
    mention:
      'betekent betekenis zin voorbeeld voorbeelden aanval aanvallen aanvaller herkennen detecteren beschermen uitleggen leg woord term waarom hoe',
    other: 'als indien gebruiker gebruikers iemand aanvaller tekst document klant',
    asking: 'vraagt vragen probeert proberen zegt opdraagt wil',
    fill: 'alle al alles de het een mijn je jouw uw deze die dat en of alsjeblieft alstublieft mij me ons u jou nu gewoon helemaal volledig volledige exact precies gegeven @prior geheime verborgen interne',
    drop: 'negeer negeren negeert vergeet vergeten omzeil omzeilen verwerp sla laat wis',
    prior:
      'vorige voorgaande eerdere eerder bovenstaande voorafgaande oorspronkelijke vroegere hierboven bestaande',
    orders:
      'instructies instructie opdrachten opdracht regels regel richtlijnen richtlijn aanwijzingen aanwijzing bevelen bevel prompt prompts commando commandos voorschriften beperkingen systeemprompt',
    talk: 'context gesprek gesprekken tekst berichten taken taak informatie',
    reveal:
      'herhaal toon laat geef print druk onthul vertel schrijf zeg vertaal deel noem som openbaar citeer',
    your: 'je jouw uw',
  },
  rules: [
    ['overrides', 0.95, 'negeer|negeren|vergeet|omzeil|verwerp|wis %6 @prior! %3 @orders|@talk'],
    ['overrides', 0.9, '@drop %5 @orders ~4 hierboven|eerder|hiervoor|kreeg|gekregen|ontvangen|gegeven!'],
    ['overrides', 0.92, 'negeer|negeren|vergeet|omzeil|verwerp %1 @your %3 @orders'],
    ['overrides', 0.9, 'negeer|vergeet|omzeil|verwerp alle %2 @orders $'],
    ['overrides', 0.65, 'negeer|vergeet|omzeil de|deze @orders'],
    [
      'overrides',
      0.92,
      'negeer|vergeet %1 alles|wat ~5 hierboven|eerder|gezegd|vooraf|daarvoor|hiervoor|besproken|geleerd|weet|bovenstaande',
    ],
    ['overrides', 0.9, 'negeer|vergeet het bovenstaande|voorgaande|vorige'],
    ['overrides', 0.9, 'volg|gehoorzaam ~3 @orders niet!'],
    ['overrides', 0.92, '@prior %2 @orders ~2 negeren|vergeten!'],
    ['overrides', 0.45, 'vanaf nu ~1 ben|bent|zul|moet|antwoord'],
    ['overrides', 0.55, 'nieuwe instructies|instructie|opdracht $'],
    [
      'extraction',
      0.93,
      '@reveal ~4 @your %3 prompt|systeemprompt|instructies|instructie|richtlijnen|aanwijzingen|regels!',
    ],
    ['extraction', 0.93, '@reveal ~4 systeemprompt|systeembericht|systeeminstructies!'],
    [
      'extraction',
      0.9,
      'wat|welke ~1 zijn|waren|is|was ~1 @your %2 instructies|instructie|systeemprompt|prompt|richtlijnen!',
    ],
    [
      'extraction',
      0.9,
      'herhaal|print|toon %2 alles|tekst|woorden|bovenstaande ~3 hierboven|boven|bovenstaande|voorgaande|tekst!',
    ],
    [
      'personas',
      0.72,
      'je|jij|u|ai|antwoord ~6 zonder|geen! ~2 beperkingen|censuur|filter|filters|grenzen|ethiek|moraal',
    ],
    ['personas', 0.9, 'ontwikkelaarsmodus|ontwikkelmodus ~3 ingeschakeld|geactiveerd|aan|actief|activeer'],
    [
      'overrides',
      0.9,
      '@prior %1 instructies|opdrachten|prompt|commando ~2 niet meer|langer geldig|toepassing|kracht!',
    ],
    ['overrides', 0.7, 'je|jouw|uw nieuwe! @orders|taak|rol zijn|is|luiden'],
    [
      'overrides',
      0.75,
      'beantwoord|vertaal ~3 niet ~1 schrijf|zeg|print|geef|antwoord ~1 alleen|enkel|slechts!',
    ],
    [
      'overrides',
      0.85,
      'schakel|zet|omzeil|verwijder|negeer je|jouw|uw ~1 filters|filter|veiligheidsrichtlijnen|veiligheidsregels|beveiliging|veiligheidsmaatregelen|inhoudsfilter!',
    ],
    ['personas', 0.7, 'heb|hebt|heeft je|u|jij? geen! ~1 regels|beperkingen|filters|grenzen|restricties'],
    ['personas', 0.85, 'bent|ben|zijt ~2 vrij|bevrijd van! %2 beperkingen|regels|restricties|censuur'],
    ['personas', 0.6, 'schakel|activeer|zet|start ~1 ontwikkelaarsmodus|ontwikkelmodus!'],
  ],
}
