import type { Language } from '../types.ts'

export const it: Language = {
  sets: {
    next: 'e ed ma poi ora rispondi scrivi dimmi fai racconta',
    not: 'non mai senza',
    mention:
      'significa frase esempio esempi attacco attacchi attaccante rilevare proteggere spiega spiegare parola termine espressione iniezione come',
    other: 'se utente utenti qualcuno attaccante testo documento cliente',
    asking: 'chiede chiedono tenta tentano dice ordina cerca vuole',
    fill: 'tutte tutti tutto tutta le gli i il la lo l di del delle dei degli che mie tue vostre tuoi tuo tua sue queste e o per favore mi ti ora semplicemente esattamente completamente completo qualsiasi @prior segrete segreta nascoste interne',
    drop: 'ignora ignori ignorare ignorate dimentica dimentichi dimenticate dimenticare scarta trascura tralascia annulla disattendi',
    prior: 'precedenti precedente sopra iniziali originali anteriori prima',
    orders:
      'istruzioni istruzione indicazioni ordini ordine regole regola direttive direttiva comandi comando linee prompt restrizioni vincoli limitazioni disposizioni',
    talk: 'contesto conversazione conversazioni testo messaggi compiti compito informazioni',
    reveal:
      'mostra mostri mostrami ripeti ripeta rivela riveli rivelami stampa stampi dimmi scrivi scriva visualizza dammi traduci condividi riassumi elenca recita fornisci',
    your: 'tue tuo tuoi tua vostre sue suo',
  },
  rules: [
    ['overrides', 0.95, '@drop %6 @orders|@talk ~2 @prior|ricevute|date|ricevuto|fornite'],
    ['overrides', 0.95, '@drop %6 @prior %2 @orders'],
    ['overrides', 0.92, '@drop %2 @your! %3 @orders'],
    ['overrides', 0.9, '@drop tutte|tutti! %2 @orders $'],
    ['overrides', 0.65, '@drop le|queste|gli @orders'],
    [
      'overrides',
      0.92,
      '@drop %1 tutto|ciò|quello|quanto ~4 precedente|prima|detto|sopra|parlato|precedentemente|imparato|sai',
    ],
    ['overrides', 0.9, 'non seguire|obbedire|rispettare|seguite! ~3 @orders'],
    ['overrides', 0.45, 'd|da ora in poi ~1 sei|sarai|devi|agisci|rispondi!'],
    ['overrides', 0.45, 'da|in adesso! in? poi ~1 sei|sarai|devi|agisci|rispondi'],
    ['overrides', 0.55, 'nuove|nuova istruzioni|istruzione|ordini $'],
    ['extraction', 0.93, '@reveal ~3 @your! %3 @orders'],
    [
      'extraction',
      0.93,
      '@reveal ~4 prompt|messaggio|istruzioni %3 sistema|iniziale|iniziali|originali|nascoste|segrete!',
    ],
    ['extraction', 0.9, 'quali|qual ~1 sono|erano|è|era %1 @your %1 @orders!'],
    ['extraction', 0.92, '@reveal %2 tutto|testo|parole|frase! ~4 precedente|sopra|prima|precede'],
    [
      'personas',
      0.72,
      'tu|sei|ia|rispondi|agisci ~6 senza|nessuna|alcuna! ~2 restrizioni|restrizione|censura|filtro|filtri|limiti|etica|morale',
    ],
    ['personas', 0.9, 'modalità sviluppatore|jailbreak|dan ~2 attivata|attiva|attivare'],
    [
      'overrides',
      0.9,
      'istruzioni|indicazioni|ordini %1 @prior ~1 non ~3 valide|applicano|valgono|vigore|validi!',
    ],
    ['overrides', 0.7, 'tue|tua|vostre nuove|nuova! @orders|missione sono|è'],
    ['overrides', 0.92, 'non tenere|tenete|tener conto! ~3 @orders|@talk|precede'],
    [
      'overrides',
      0.75,
      'non rispondere|tradurre! ~4 scrivi|rispondi|stampa|mostra|di ~1 solo|soltanto|semplicemente',
    ],
    [
      'overrides',
      0.85,
      'disattiva|rimuovi|aggira|elimina|disabilita ~1 tue|tuoi! ~1 filtri|filtro|restrizioni|linee|protezioni|regole|barriere',
    ],
    ['overrides', 0.75, 'smetti|smettila di essere! ~1 assistente|ia|modello|bot|chatbot'],
    ['personas', 0.7, 'non hai più|alcuna|nessuna? regole|restrizioni|limiti|filtri|vincoli!'],
    [
      'personas',
      0.85,
      'sei|siete ~2 libero|libera|liberato|liberata da! ogni|tutte|qualsiasi|tutti? %1 @orders|limiti|censura|restrizione|vincolo',
    ],
    [
      'personas',
      0.85,
      'come se non avessi|avesse alcuna|nessuna? restrizioni|limiti|regole|filtri|restrizione|vincoli!',
    ],
    ['personas', 0.6, 'attiva|attivare|abilita ~2 modalità sviluppatore|dan|jailbreak!'],
  ],
}
