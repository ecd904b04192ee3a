import type { Classifier, Embedder, Judgement, Models, Question } from '../../src/core/ports.ts'

/**
 * Models that know some words, in place of weights: what guards make of what a model says can be tested to the letter with
 * them, in no time. How good the real ones are is measured, `npm run measure:models`.
 */
const WINDOW = 400
const STRIDE = 300
const WORD = /[\p{L}\p{N}]+/gu

/** How sure a word makes of an attack, or of an insult; the surest counts. */
const ATTACKS: Readonly<Record<string, number>> = { disregard: 0.97, jailbroken: 0.99, pretend: 0.7 }
const ORDERS: Readonly<Record<string, number>> = { ...ATTACKS, forward: 0.96, assistant: 0.6 }
const INSULTS: Readonly<Record<string, number>> = {
  idiot: 0.98,
  idiots: 0.98,
  moron: 0.97,
  scum: 0.96,
  worthless: 0.95,
}

const wordsOf = (text: string): string[] => text.toLowerCase().match(WORD) ?? []

function judge(text: string, { head, channel }: Question): Pick<Judgement, 'score' | 'reaches'> {
  const known = head === 'toxicity' ? INSULTS : channel === 'data' ? ORDERS : ATTACKS
  const score = Math.max(
    0.01,
    ...wordsOf(text).map((word) => (Object.hasOwn(known, word) ? known[word]! : 0)),
  )
  const sure = channel === 'data' ? 'injection.indirect' : 'injection.direct'
  const codes = head === 'toxicity' ? ['toxicity.toxic'] : [sure, 'injection.suspected']
  return { score, reaches: score > 0.9 ? codes : score > 0.5 ? codes.slice(1) : [] }
}

const classifier: Classifier = {
  async classify(text, question) {
    const found: Judgement[] = []
    if (wordsOf(text).length === 0) return found
    for (let start = 0; ; start += STRIDE) {
      const end = Math.min(text.length, start + WINDOW)
      const by = question.tier === 'full' ? 'full' : 'fast'
      found.push({ span: [start, end], ...judge(text.slice(start, end), question), by })
      if (end === text.length) return found
    }
  },
}

/** Words that mean the same: one dimension each line. All others have one by chance, and weigh little. */
const MEANINGS = [
  'bank account accounts card transfer payment savings interest fee deposit loan',
  'shares stocks stock bitcoin invest investment fund portfolio trading',
  'pills medicine ibuprofen headache rash doctor tablets fever',
  'hello hi morning thanks thank goodbye bye',
  'lol ur u dude bro lemme gonna nah yep hey buddy',
  'wow omg yay amazing woohoo awesome incredible fantastic exciting',
  'thy upon morrow alas whilst noble thou hast lo weary',
  'obviously whining fault stop bothered ugh',
].map((line) => line.split(' '))
const BY_CHANCE = 48
const LITTLE = 0.3

function dimensionOf(word: string): [at: number, weight: number] {
  const meaning = MEANINGS.findIndex((words) => words.includes(word))
  if (meaning >= 0) return [meaning, 1]
  let hash = 7
  for (const character of word) hash = (hash * 31 + character.codePointAt(0)!) >>> 0
  return [MEANINGS.length + (hash % BY_CHANCE), LITTLE]
}

const embedder: Embedder = {
  dimensions: MEANINGS.length + BY_CHANCE,
  async embed(texts) {
    return texts.map((text) => {
      const vector = new Float32Array(MEANINGS.length + BY_CHANCE)
      for (const [at, weight] of wordsOf(text).map(dimensionOf)) vector[at]! += weight
      const length = Math.hypot(...vector) || 1
      return vector.map((x) => x / length)
    })
  },
}

export const wordModels: Models = { version: 'words', classifier, embedder }
