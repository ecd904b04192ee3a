import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { LANGUAGES } from '../src/guards/language/detector.ts'

/**
 * Makes `src/guards/language/table.ts` from the smallest table of the package eld: `npx tsx scripts/languages.ts`.
 * For each n-gram, sorted by where it stands and then by its bytes: what its bytes, as a number, are more than those of the one before
 * (seven bits a byte, the eighth says that more follow), how many languages know it, and of each its index and weight.
 */
const home = new URL('../node_modules/eld/', import.meta.url)
const target = fileURLToPath(new URL('../src/guards/language/table.ts', import.meta.url))

interface Data {
  languages: Record<number, string>
  ngrams: Record<string, Record<number, number>>
}
const { ngramsData } = (await import(new URL('src/ngrams/extrasmall.js', home).href)) as { ngramsData: Data }
const { dictionary } = (await import(new URL('src/dictionary.js', home).href)) as { dictionary: string[] }

/** eld writes each byte of UTF-8 as a character of its own. */
const byteOf = (one: string): number => {
  const code = one.charCodeAt(0)
  if (code === 39 || code === 96 || (code >= 97 && code <= 122)) return code
  const byte = dictionary.indexOf(one, 128)
  if (byte < 0) throw new Error(`eld writes no byte as ${JSON.stringify(one)}`)
  return byte
}

const indexOf = (language: number): number => {
  const index = LANGUAGES.indexOf(ngramsData.languages[language]!)
  if (index < 0) throw new Error(`the guard does not name ${ngramsData.languages[language]}`)
  return index
}

/** By where they stand: within a word, at its beginning (1), at its end (2), a whole word (3). */
const groups: [key: number, known: [language: number, weight: number][]][][] = [[], [], [], []]
for (const [said, known] of Object.entries(ngramsData.ngrams)) {
  const place = (said.startsWith(' ') ? 1 : 0) + (said.endsWith(' ') ? 2 : 0)
  const key = Array.from(said.trim(), byteOf).reduce((sum, byte) => sum * 256 + byte, 0)
  groups[place]!.push([key, Object.entries(known).map(([one, weight]) => [indexOf(Number(one)), weight])])
}

const bytes: number[] = []
for (const group of groups) {
  let before = 0
  for (const [key, known] of group.sort(([a], [b]) => a - b)) {
    let more = key - before
    before = key
    for (; more > 127; more = Math.floor(more / 128)) bytes.push((more % 128) + 128)
    bytes.push(more, known.length, ...known.flat())
  }
}
const base64 = Buffer.from(bytes).toString('base64')
writeFileSync(
  target,
  `// Made by \`scripts/languages.ts\` from eld 2.1.0, changed in form only; do not edit it by hand.
// Copyright 2023 Nito T.M. Licensed under the Apache License, Version 2.0: https://www.apache.org/licenses/LICENSE-2.0

/** How many n-grams there are within words, at their beginning, at their end, and as whole words. */
export const SIZES = [${groups.map(({ length }) => length).join(', ')}]

/** What \`scripts/languages.ts\` says, in base64. */
export const NGRAMS =
  '${base64}'
`,
)
