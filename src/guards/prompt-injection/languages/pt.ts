import type { Language } from '../types.ts'

export const pt: Language = {
  sets: {
    next: 'e mas agora diga responda escreva faça conte depois',
    not: 'não nunca sem jamais',
    mention:
      'significa frase exemplo exemplos ataque ataques atacante atacantes detectar proteger explique explicar palavra termo expressão injeção como',
    other: 'se usuário usuários utilizador alguém atacante texto documento cliente',
    asking: 'pede pedem pedir tenta tentam diz ordena solicita quer',
    fill: 'todas todos tudo toda as os a o de do da das dos que minhas suas seus tuas teus sua seu tua teu estas essas e ou por favor me te agora simplesmente exatamente completamente completo quaisquer sobre @prior secretas secreta ocultas internas',
    drop: 'ignore ignora ignorar ignorem esqueça esquece esqueçam esquecer desconsidere desconsidera desconsiderar descarte descarta despreze anule cancele',
    prior: 'anteriores anterior prévias prévios prévia acima precedentes iniciais originais antes antigas',
    orders:
      'instruções instrução orientações ordens ordem regras regra diretrizes diretivas comandos comando normas prompt prompts restrições limitações indicações',
    talk: 'contexto conversa conversas texto mensagens tarefas tarefa informações',
    reveal:
      'mostre mostra repita repete revele revela imprima imprime diga diz escreva escreve exiba exibe forneça traduza traduz compartilhe partilhe resuma liste recite conte',
    your: 'suas sua seu seus tuas tua teu teus',
  },
  rules: [
    ['overrides', 0.95, '@drop %6 @orders|@talk %3 @prior|recebidas|dadas|recebeu|fornecidas!'],
    ['overrides', 0.95, '@drop %6 @prior %2 @orders'],
    ['overrides', 0.92, '@drop %2 @your! %3 @orders'],
    ['overrides', 0.9, '@drop %1 todas|todos! %2 @orders $'],
    ['overrides', 0.65, '@drop as|essas|os @orders'],
    [
      'overrides',
      0.92,
      '@drop %1 tudo|que ~5 anterior|antes|disse|dito|acima|falamos|anteriormente|aprendeu|foi|sabe',
    ],
    ['overrides', 0.9, 'não siga|sigas|obedeça|cumpra ~3 @orders'],
    ['overrides', 0.45, 'a partir de agora! ~1 você|tu|é|aja|responda|será'],
    ['overrides', 0.45, 'de agora! em diante ~1 você|tu|é|aja|responda|será'],
    ['overrides', 0.55, 'novas|nova instruções|instrução|tarefa|ordens! $'],
    ['extraction', 0.93, '@reveal ~3 @your! %3 @orders'],
    [
      'extraction',
      0.93,
      '@reveal ~4 prompt|mensagem|instruções %3 sistema|inicial|iniciais|originais|ocultas|secretas!',
    ],
    ['extraction', 0.9, 'quais|qual ~1 são|eram|é|foram ~1 @your %2 @orders!'],
    ['extraction', 0.92, '@reveal %2 tudo|texto|palavras|frase! ~4 anterior|acima|antes|precede'],
    [
      'personas',
      0.72,
      'você|é|ia|responda|aja ~6 sem|nenhuma|nenhum ~2 restrições|restrição|censura|filtro|filtros|limites|ética|moral!',
    ],
    ['personas', 0.9, 'modo desenvolvedor|jailbreak|dan ~2 ativado|ative|ativar|ativo'],
    [
      'overrides',
      0.9,
      'instruções|orientações|ordens %1 @prior ~1 não|já ~3 válidas|valem|aplicam|vigentes|aplicáveis|validade!',
    ],
    ['overrides', 0.7, 'suas|sua|tuas|tua novas|nova! @orders|tarefa|missão são|é'],
    [
      'overrides',
      0.75,
      'não responda|respondas|traduza! ~4 escreva|diga|responda|mostre|imprima ~1 apenas|somente|só|simplesmente',
    ],
    [
      'overrides',
      0.85,
      'desative|desativa|remova|contorne|contorna|burle|ignore seus|suas|teus|tuas! ~1 filtros|filtro|diretrizes|restrições|normas|salvaguardas|proteções|políticas',
    ],
    ['overrides', 0.75, 'deixe|deixa de ser! um|uma? ~1 assistente|ia|modelo|bot|chatbot'],
    [
      'personas',
      0.7,
      'você|tu não tem|tens|possui mais|nenhuma? regras|restrições|limites|filtros|limitações!',
    ],
    [
      'personas',
      0.85,
      'está|é|és|estás ~2 livre|liberto|liberado|liberada de! %2 @orders|limites|censura|amarras',
    ],
    [
      'personas',
      0.85,
      'como se não tivesse|tivesses nenhuma|quaisquer? restrições|limites|regras|filtros|limitações!',
    ],
    ['personas', 0.6, 'ative|ativa|ativar|habilite|entre ~2 modo desenvolvedor|dan|jailbreak!'],
  ],
}
