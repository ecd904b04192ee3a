import type { Node } from './parse.ts'

/** Literals one of which is in every match, and how far from the match's start it can begin (UTF-16 units). */
export interface Needles {
  words: readonly string[]
  nearest: number
  farthest: number
}

interface Extent {
  /** UTF-16 units of canonical text. */
  min: number
  max: number
  /** The most characters, a surrogate pair counted once. */
  characters: number
  needles: Needles | undefined
}

const MAX_WORDS = 64
const MAX_FORMS = 16
const LONG_ENOUGH = 6

const shortest = (needles: Needles): number => Math.min(...needles.words.map((word) => word.length))

/** Longer literals are rarer; a literal that stands late in the match makes the stream wait for it. */
function worth(needles: Needles): number {
  const far = needles.farthest > 64 ? 2 : needles.farthest > 0 ? 0.5 : 0
  return Math.min(shortest(needles), LONG_ENOUGH) - far
}

function better(a: Needles | undefined, b: Needles | undefined): Needles | undefined {
  if (!a || !b) return a ?? b
  return worth(b) > worth(a) ? b : a
}

/** All that a node can match, if that is a few strings without white space. */
function exact(node: Node): readonly string[] | undefined {
  switch (node.is) {
    case 'text':
      return /\s/.test(node.text) ? undefined : [node.text]
    case 'set':
      return undefined
    case 'edge':
      return ['']
    case 'all': {
      let joined: string[] = ['']
      for (const one of node.of) {
        const forms = exact(one)
        if (!forms || forms.length * joined.length > MAX_FORMS) return undefined
        joined = joined.flatMap((head) => forms.map((tail) => head + tail))
      }
      return joined
    }
    case 'any': {
      const forms = node.of.map(exact)
      if (forms.includes(undefined)) return undefined
      const flat = [...new Set((forms as string[][]).flat())]
      return flat.length <= MAX_FORMS ? flat : undefined
    }
    case 'times': {
      if (node.min !== node.max || node.min > MAX_FORMS) return undefined
      return exact({ is: 'all', of: Array.from({ length: node.min }, () => node.of) })
    }
  }
}

function needlesOf(words: readonly string[], nearest: number, farthest: number): Needles | undefined {
  return words.some((word) => word === '') ? undefined : { words: [...new Set(words)], nearest, farthest }
}

function shift(needles: Needles | undefined, min: number, max: number): Needles | undefined {
  return needles && { ...needles, nearest: needles.nearest + min, farthest: needles.farthest + max }
}

function sequence(nodes: readonly Node[]): Extent {
  let min = 0
  let max = 0
  let characters = 0
  let best: Needles | undefined
  let run: { words: readonly string[]; min: number; max: number } = { words: [''], min: 0, max: 0 }
  const close = (): void => {
    best = better(best, needlesOf(run.words, run.min, run.max))
  }
  for (const node of nodes) {
    const extent = measure(node)
    const forms = exact(node)
    if (forms && forms.length * run.words.length <= MAX_FORMS) {
      run = { ...run, words: run.words.flatMap((head) => forms.map((tail) => head + tail)) }
    } else {
      close()
      best = better(best, shift(extent.needles, min, max))
      run = { words: forms ?? [''], min: min + (forms ? 0 : extent.min), max: max + (forms ? 0 : extent.max) }
    }
    min += extent.min
    max += extent.max
    characters += extent.characters
  }
  close()
  return { min, max, characters, needles: best }
}

function union(all: readonly (Needles | undefined)[]): Needles | undefined {
  if (all.length === 0 || all.includes(undefined)) return undefined
  const every = all as readonly Needles[]
  const words = [...new Set(every.flatMap((needles) => needles.words))]
  if (words.length > MAX_WORDS) return undefined
  return {
    words,
    nearest: Math.min(...every.map((needles) => needles.nearest)),
    farthest: Math.max(...every.map((needles) => needles.farthest)),
  }
}

/** How long a match can be, in UTF-16 units of canonical text, and which literals it cannot be without. */
export function measure(node: Node): Extent {
  switch (node.is) {
    case 'text': {
      const { length } = node.text
      return { min: length, max: length, characters: length, needles: needlesOf(exact(node) ?? [''], 0, 0) }
    }
    case 'set':
      return { min: 1, max: node.wide ? 2 : 1, characters: 1, needles: undefined }
    case 'edge':
      return { min: 0, max: 0, characters: 0, needles: undefined }
    case 'all':
      return sequence(node.of)
    case 'any': {
      const extents = node.of.map(measure)
      return {
        min: Math.min(...extents.map((extent) => extent.min)),
        max: Math.max(...extents.map((extent) => extent.max)),
        characters: Math.max(...extents.map((extent) => extent.characters)),
        needles: union(extents.map((extent) => extent.needles)),
      }
    }
    case 'times': {
      const { min, max, characters, needles } = measure(node.of)
      return {
        min: min * node.min,
        max: max * node.max,
        characters: characters * node.max,
        needles: node.min > 0 ? needles : undefined,
      }
    }
  }
}
