import type { Language } from '../types.ts'

export const es: Language = {
  sets: {
    next: 'y e pero luego ahora di dime responde escribe haz cuenta',
    not: 'no nunca sin jamás',
    mention:
      'significa frase ejemplo ejemplos ataque ataques atacante atacantes detectar detección proteger explica explicar palabra término expresión inyección cómo',
    other: 'si usuario usuarios alguien atacante texto documento cliente',
    asking: 'pide piden intenta intentan dice ordena solicita trata quiere',
    fill: 'todas todos todo toda las los la el lo de del mis tus sus tu su estas esta y o por favor me te que por completo ahora simplemente exactamente completo completamente cualquier @prior secretas secreta ocultas internas',
    drop: 'ignora ignore ignorar ignoren ignorad olvida olvide olviden olvidar olvidad olvidate olvídate descarta descarte omite omita desatiende desobedece anula anule desestima',
    prior:
      'anteriores anterior previas previos previa previo precedentes arriba iniciales originales antes antecedentes',
    orders:
      'instrucciones instrucción indicaciones indicación órdenes orden reglas regla directrices directivas comandos comando normas norma prompt prompts restricciones limitaciones mandatos',
    talk: 'contexto conversación conversaciones texto mensajes tareas tarea información',
    reveal:
      'muestra muestre muéstrame repite repita repíteme revela revele imprime imprima dime diga di escribe escriba dame enseña enséñame traduce traduzca comparte comparta resume recita lista proporciona',
    your: 'tu tus su sus',
  },
  rules: [
    ['overrides', 0.95, '@drop %6 @orders|@talk %3 @prior|recibidas|dadas|recibido|recibiste'],
    ['overrides', 0.95, '@drop %6 @prior %2 @orders'],
    ['overrides', 0.92, '@drop %2 @your! %3 @orders'],
    ['overrides', 0.9, '@drop todas|todos! %2 @orders $'],
    ['overrides', 0.65, '@drop las|esas|los @orders'],
    [
      'overrides',
      0.92,
      '@drop %1 todo|lo ~4 anterior|antes|dicho|dije|arriba|dijeron|hablamos|hablado|conversado|aprendido|previo|dijo|sabes',
    ],
    ['overrides', 0.92, 'haz|haga hacer? caso! omiso ~6 @orders|@talk|anterior|todo'],
    ['overrides', 0.9, 'no sigas|siga|obedezcas|cumplas|hagas! ~3 @orders'],
    ['overrides', 0.45, 'a|de partir ahora! ~2 eres|actúa|responde|serás|debes|vas|en'],
    ['overrides', 0.45, 'a partir de ahora! ~1 eres|actúa|responde|serás|debes|vas'],
    ['overrides', 0.55, 'nuevas|nueva instrucciones|instrucción|tarea|órdenes $'],
    ['extraction', 0.93, '@reveal ~3 @your! %3 @orders'],
    [
      'extraction',
      0.93,
      '@reveal ~4 prompt|mensaje|instrucciones|indicaciones %3 sistema|inicial|iniciales|originales|ocultas|secretas!',
    ],
    ['extraction', 0.9, 'cuáles|cuál|qué ~1 son|eran|es|fueron ~1 @your %2 @orders!'],
    ['extraction', 0.92, '@reveal %2 todo|texto|palabras|frase ~4 anterior|arriba|antes|precede|previo!'],
    ['extraction', 0.9, '@reveal|cuál|responda|responde|solo|escribir ~6 clave|palabra|llave! secreta'],
    ['overrides', 0.7, 'he sido! pwned|hackeado'],
    [
      'personas',
      0.72,
      'tú|eres|ia|responde|actúa|eres ~6 sin|ninguna|ningún ~2 restricciones|restricción|censura|filtro|filtros|límites|ética|moral!',
    ],
    ['personas', 0.9, 'modo desarrollador|jailbreak|dan ~2 activado|activa|activar'],
    [
      'overrides',
      0.9,
      'instrucciones|indicaciones|órdenes %1 @prior ~1 ya|no ~3 válidas|vigentes|aplican|aplicables|valen|validez!',
    ],
    ['overrides', 0.7, 'tus|tu|sus nuevas|nueva! @orders|tarea|misión son|es'],
    [
      'overrides',
      0.75,
      'no respondas|responda|traduzcas! ~4 escribe|di|responde|muestra|imprime ~1 solo|solamente|únicamente|simplemente',
    ],
    [
      'overrides',
      0.85,
      'desactiva|desactivar|elimina|quita|elude|evade|salta|burla tus|sus! ~1 filtros|filtro|directrices|restricciones|normas|salvaguardas|protecciones|políticas',
    ],
    ['overrides', 0.75, 'deja de ser! un|una? ~1 asistente|ia|modelo|bot|chatbot'],
    ['extraction', 0.9, 'qué|cuál dice|contiene|es ~1 tu! ~1 mensaje|prompt|indicación del|de sistema'],
    [
      'personas',
      0.7,
      'no tienes|tiene ninguna|ningún|más? reglas|restricciones|límites|filtros|regla|limitaciones!',
    ],
    [
      'personas',
      0.85,
      'estás|eres|está|es|quedas ~2 libre|liberado|liberada de! toda|todas|todo|cualquier|tus? %1 @orders|restricción|límites|censura|ataduras',
    ],
    [
      'personas',
      0.85,
      'como si no tuvieras|tuvieses|tuviera ninguna|ningún? restricciones|límites|reglas|filtros|restricción|limitaciones!',
    ],
    ['personas', 0.6, 'activa|activar|habilita|entra ~2 modo desarrollador|dan|jailbreak!'],
  ],
}
