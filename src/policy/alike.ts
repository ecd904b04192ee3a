/**
 * Stands for a word. Of the same kind as what it replaces, so that YAML reads on behind it as it would behind that.
 */
const MARK = 'sallyport-word'
/** Longer documents are seldom alike, and are no slower to read than to compare. */
const MAX_LENGTH = 4096

/**
 * What says the same wherever YAML expects a value: a text in quotes, in one line and without escapes, and a plain word
 * behind `: ` or `- ` that no version of YAML takes for anything but a text.
 */
const WORD =
  /"([ !#-[\]-~]*)"(?=[ ,}\]\r\n])|'([ -&(-~]*)'(?=[ ,}\]\r\n])|(?<=[:-] )(?!(?:true|false|null|y|yes|n|no|on|off)[ ,}\]\r\n])([A-Za-z][\w.@/+-]*)(?=[ ,}\]\r\n])/gi

/** Stands in a value where the word of this number belongs. */
class Slot {
  readonly number: number
  constructor(number: number) {
    this.number = number
  }
}

/** Reads a document; undefined when it has a problem. */
type Read = (text: string) => { value: unknown } | undefined

/**
 * Thousands of Consumers differ in a few words. Documents that are the same but for these have the same form, and YAML is
 * asked once what that is: with marks instead of the words, to see where in the value each of them comes out. A form of
 * which that cannot be said, because a word is part of something else or has no place in the value, is read anew each time.
 */
export function alikeReader(read: Read): Read {
  /** `undefined` after the first of its kind, which is read as ever; `false`: it cannot be said. */
  const shapes = new Map<string, { value: unknown } | false | undefined>()

  return (text) => {
    if (text.length > MAX_LENGTH || text.includes(MARK)) return undefined
    const words: string[] = []
    const shape = text.replace(WORD, (_, double?: string, single?: string, plain?: string) => {
      words.push(double ?? single ?? plain ?? '')
      return double !== undefined ? `"${MARK}"` : single !== undefined ? `'${MARK}'` : MARK
    })
    let form = shapes.get(shape)
    if (form === undefined) {
      if (shapes.has(shape)) form = formOf(shape, words.length, read)
      shapes.set(shape, form)
    }
    return form ? { value: filled(form.value, words) } : undefined
  }
}

function formOf(shape: string, words: number, read: Read): { value: unknown } | false {
  let count = 0
  const known = read(shape.replaceAll(MARK, () => `${MARK}-${count++}`))
  if (known === undefined) return false
  const found = new Set<number>()
  let good = true
  const value = mapped(known.value, (text) => {
    if (!text.includes(MARK)) return text
    const number = Number(text.slice(MARK.length + 1))
    // Not beside other characters.
    good &&= text === `${MARK}-${number}`
    found.add(number)
    return new Slot(number)
  })
  // A lone text may be empty, and then nobody takes it for a document.
  return good && found.size === words && !(value instanceof Slot) ? { value } : false
}

const filled = (value: unknown, words: readonly string[]): unknown => {
  if (value instanceof Slot) return words[value.number]
  if (Array.isArray(value)) return value.map((item) => filled(item, words))
  if (typeof value !== 'object' || value === null) return value
  const copy: Record<string, unknown> = {}
  for (const name in value) copy[name] = filled((value as Record<string, unknown>)[name], words)
  return copy
}

const mapped = (value: unknown, text: (text: string) => unknown): unknown => {
  if (typeof value === 'string') return text(value)
  if (Array.isArray(value)) return value.map((item) => mapped(item, text))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, mapped(item, text)]))
}
