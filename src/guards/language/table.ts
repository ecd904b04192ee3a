import { readFile } from 'node:fs/promises'

/** What n-grams tell of languages, packed: as eld holds it, it takes 25 MB. */
export interface Table {
  /** How many n-grams there are within words, at their beginning, at their end, and as whole words. */
  sizes: readonly number[]
  /**
   * For each n-gram, sorted by where it stands and then by its bytes: what its bytes, as a number, are more than those of the one
   * before (seven bits a byte, the eighth says that more follow), how many languages know it, and of each its index and weight.
   */
  bytes: Uint8Array
}

type Gram = [key: number, known: number[]]

const LANGUAGE = /(\d{1,3}):'([a-z]{2})'/g
const GRAM = /(?:'((?:[^'\\]|\\.)*)'|"([^"]*)"|([^\s'",:{}]{1,8})):\{([\d:,]+)\}/g

/**
 * Reads the smallest table of the package eld. As text: a module, once imported, stays in memory.
 * @param languages ISO 639-1, in the order that indices count in
 */
export async function readTable(languages: readonly string[]): Promise<Table> {
  const entry = import.meta.resolve('eld/extrasmall')
  const source = await readFile(new URL('../ngrams/extrasmall.js', entry), 'utf8')
  const { dictionary } = (await import(new URL('../dictionary.js', entry).href)) as { dictionary: string[] }
  const split = source.indexOf('ngrams:{')
  const indices = new Map<string, number>()
  for (const [, number, name] of source.slice(0, split).matchAll(LANGUAGE))
    indices.set(number!, languages.indexOf(name!))

  /** eld writes each byte of UTF-8 as a character of its own. */
  const byteOf = (one: string): number => {
    const code = one.charCodeAt(0)
    return code === 39 || code === 96 || (code >= 97 && code <= 122) ? code : dictionary.indexOf(one, 128)
  }
  /** By where they stand: within a word, at its beginning (1), at its end (2), a whole word (3). */
  const groups: Gram[][] = [[], [], [], []]
  for (const [, single, double, bare, known] of source.slice(split + 'ngrams:{'.length).matchAll(GRAM)) {
    const said = single?.replaceAll(/\\(.)/g, '$1') ?? double ?? bare!
    const place = (said.startsWith(' ') ? 1 : 0) + (said.endsWith(' ') ? 2 : 0)
    const key = Array.from(said.trim(), byteOf).reduce((sum, byte) => sum * 256 + byte, 0)
    const pairs = known!.split(',').flatMap((pair) => {
      const [language, weight] = pair.split(':')
      return [indices.get(language!) ?? -1, Number(weight)]
    })
    // What is not as it was when this was written would make every language another one.
    if (!(key >= 0) || pairs.some((one) => !(one >= 0 && one < 256)))
      throw new Error('the table of eld is not of the version that this reads')
    groups[place]!.push([key, pairs])
  }
  return pack(groups)
}

function pack(groups: readonly Gram[][]): Table {
  const bytes: number[] = []
  for (const group of groups) {
    let before = 0
    for (const [key, known] of group.sort(([a], [b]) => a - b)) {
      let more = key - before
      before = key
      for (; more > 127; more = Math.floor(more / 128)) bytes.push((more % 128) + 128)
      bytes.push(more, known.length / 2, ...known)
    }
  }
  return { sizes: groups.map(({ length }) => length), bytes: Uint8Array.from(bytes) }
}
