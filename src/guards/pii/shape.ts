/** What shapes are made of; everything else ends a candidate. */
const ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz -./:_\n\r'()+,#*"
/** Of them, the letters and digits. */
const ALPHANUMERIC = 36
const WIDTH = 64
const NONE = 255
const CLASSES = new Uint8Array(128).fill(NONE)
for (const [i, letter] of [...ALPHABET].entries()) CLASSES[letter.charCodeAt(0)] = i

/** A node of the nondeterministic machine: one step on any of `on`, or steps on nothing. */
type Node = { on: ReadonlySet<number>; to: number } | { split: number[] } | { accept: number }

const DIGITS = '0123456789'
const ESCAPES: Readonly<Record<string, string>> = { d: DIGITS, n: '\n', r: '\r' }

/** Puts a shape before `next`, from its end to its beginning, and says where it begins. */
function compile(shape: string, nodes: Node[], next: number): number {
  let at = 0
  const fail = (what: string): never => {
    throw new Error(`shape ${shape}: ${what} at ${at}`)
  }
  type Part = (next: number) => number
  const step = (letters: string): Part => {
    const on = new Set(
      [...letters].map((letter) => {
        const known = ALPHABET.indexOf(letter)
        return known < 0 ? fail(`${JSON.stringify(letter)} is not in the alphabet`) : known
      }),
    )
    return (to) => nodes.push({ on, to }) - 1
  }
  function set(): string {
    let letters = ''
    for (at++; shape[at] !== ']'; at++) {
      if (at >= shape.length) fail('a set does not end')
      if (shape[at] === '\\' && shape[at + 1] === 'd') {
        letters += DIGITS
        at++
      } else if (shape[at + 1] === '-' && shape[at + 2] !== ']') {
        for (let unit = shape.charCodeAt(at); unit <= shape.charCodeAt(at + 2); unit++)
          letters += String.fromCharCode(unit)
        at += 2
      } else letters += shape[at]
    }
    return letters
  }
  function atom(): Part {
    const letter = shape[at]!
    if (letter === '(') {
      at++
      const inner = choice()
      if (shape[at] !== ')') fail('a group does not end')
      at++
      return inner
    }
    if (letter === '[') {
      const letters = set()
      at++
      return step(letters)
    }
    if (letter === '\\') {
      at += 2
      return step(ESCAPES[shape[at - 1]!] ?? shape[at - 1]!)
    }
    if ('?{}*+|)]'.includes(letter)) fail(`${letter} stands for nothing`)
    at++
    return step(letter)
  }
  function repeated(): Part {
    const one = atom()
    let least = 1
    let most = 1
    if (shape[at] === '?') {
      least = 0
      at++
    } else if (shape[at] === '{') {
      const [whole, from, to] = /^\{(\d{1,2})(?:,(\d{1,2}))?\}/.exec(shape.slice(at)) ?? fail('a bad count')
      least = Number(from)
      most = Number(to ?? from)
      at += whole.length
    }
    return (next) => {
      let start = next
      for (let i = least; i < most; i++) start = nodes.push({ split: [one(start), next] }) - 1
      for (let i = 0; i < least; i++) start = one(start)
      return start
    }
  }
  function sequence(): Part {
    const parts: Part[] = []
    while (at < shape.length && shape[at] !== '|' && shape[at] !== ')') parts.push(repeated())
    return (next) => parts.reduceRight((after, part) => part(after), next)
  }
  function choice(): Part {
    const parts = [sequence()]
    while (shape[at] === '|') {
      at++
      parts.push(sequence())
    }
    return (next) =>
      parts.length === 1 ? parts[0]!(next) : nodes.push({ split: parts.map((p) => p(next)) }) - 1
  }
  const all = choice()
  if (at < shape.length) fail('an unexpected )')
  return all(next)
}

/** More than any text was seen to need: then it begins anew, as an attacker may bring more. */
const MAX_STATES = 20_000
const UNKNOWN = -1
/** The state from which no shape can come to be any more. */
const DEAD = 0
const START = 1
const START_PLAIN = 2
/** The most letters of a word that is plain. */
export const PLAIN = 24

export interface Sought {
  shape: string
  /** It may end within a word. */
  open: boolean
  /** Its letters are capitals. */
  capitals: boolean
}

export interface Shapes {
  /**
   * Runs over so many units from `at` until no shape can come to be, and reports where some were whole, by rising end. `plain` says that
   * a word of no more than PLAIN letters begins there, which are not capitals: few shapes begin so.
   * @returns whether the text ended before that
   */
  run(
    units: Uint16Array,
    at: number,
    length: number,
    plain: boolean,
    found: (end: number, shapes: readonly number[]) => void,
  ): boolean
  /** Whether any shape begins with a plain word that has these first units; 0 or anything else stands for the word's end. */
  beginsPlain(first: number, second: number): boolean
  /** How many states were made. */
  readonly size: number
}

/**
 * All shapes as one deterministic machine, whose states are made as texts come to them: a step costs the same
 * however many shapes there are.
 * @throws Error when a shape cannot be read
 */
export function shapes(all: readonly Sought[]): Shapes {
  const nodes: Node[] = []
  const begins = all.map(({ shape }, i) => compile(shape, nodes, nodes.push({ accept: i }) - 1))
  /** Where steps on nothing lead from each node: nodes with a step, and shapes that are whole. */
  if (nodes.length >= 0xffff) throw new Error('the shapes together are too long')
  const closures = nodes.map((_, node) => closure(nodes, node))

  const plainly = begins.map((node, i) => !all[i]!.capitals && beginsPlainly(nodes, closures, node))

  let steps = new Int32Array(256 * WIDTH)
  let sets: (readonly number[])[] = []
  let whole: (readonly number[] | undefined)[] = []
  /** Of `whole`, those that may end within a word. */
  let wholeOpen: (readonly number[] | undefined)[] = []
  const known = new Map<string, number>()

  function state(seeds: Iterable<number>, start?: true): number {
    const live = new Set<number>()
    const accept = new Set<number>()
    for (const seed of seeds) {
      for (const node of closures[seed]!.live) live.add(node)
      for (const shape of closures[seed]!.accept) accept.add(shape)
    }
    if (start === undefined && live.size === 0 && accept.size === 0) return DEAD
    const set = [...live].sort((a, b) => a - b)
    const accepted = [...accept].sort((a, b) => a - b)
    const key = String.fromCharCode(...set, 0xffff, ...accepted)
    const old = known.get(key)
    if (start === undefined && old !== undefined) return old
    const id = sets.length
    if ((id + 1) * WIDTH > steps.length) {
      const wider = new Int32Array(steps.length * 2)
      wider.set(steps)
      steps = wider
    }
    steps.fill(UNKNOWN, id * WIDTH, (id + 1) * WIDTH)
    sets.push(set)
    const open = accepted.filter((shape) => all[shape]!.open)
    whole.push(accepted.length === 0 ? undefined : accepted)
    wholeOpen.push(open.length === 0 ? undefined : open)
    known.set(key, id)
    return id
  }

  function begin(): void {
    sets = [[]]
    whole = [undefined]
    wholeOpen = [undefined]
    known.clear()
    steps.fill(DEAD, 0, WIDTH)
    state(begins, true)
    state(
      begins.filter((_, i) => plainly[i]),
      true,
    )
  }
  begin()

  /** By the classes of two units: whether a plain word may begin so. The last class is every other unit. */
  const pairs = new Uint8Array(256 * WIDTH)
  for (let first = 0; first < ALPHABET.length; first++) {
    const one = make(START_PLAIN, first)
    if (one === DEAD) continue
    if (whole[one] !== undefined) pairs[first * WIDTH + WIDTH - 1] = 1
    for (let second = 0; second < ALPHABET.length; second++)
      if (whole[one] !== undefined || make(one, second) !== DEAD) pairs[first * WIDTH + second] = 1
  }

  function make(from: number, letter: number): number {
    const seeds: number[] = []
    for (const node of sets[from]!) {
      const one = nodes[node] as { on: ReadonlySet<number>; to: number }
      if (one.on.has(letter)) seeds.push(one.to)
    }
    if (sets.length >= MAX_STATES) {
      begin()
      return state(seeds)
    }
    const to = state(seeds)
    steps[from * WIDTH + letter] = to
    return to
  }

  return {
    get size() {
      return sets.length
    },
    beginsPlain: (first, second) =>
      pairs[(CLASSES[first] ?? NONE) * WIDTH + Math.min(CLASSES[second] ?? NONE, WIDTH - 1)] !== 0,
    run(units, from, length, plain, found) {
      let now = plain ? START_PLAIN : START
      for (let at = from; at < length; at++) {
        const unit = units[at]!
        const letter = unit < 128 ? CLASSES[unit]! : NONE
        if (letter === NONE) return false
        const to = steps[now * WIDTH + letter]!
        now = to === UNKNOWN ? make(now, letter) : to
        if (now === DEAD) return false
        if (whole[now] === undefined) continue
        const inWord =
          letter < ALPHANUMERIC && at + 1 < length && (CLASSES[units[at + 1]!] ?? NONE) < ALPHANUMERIC
        const shapes = inWord ? wholeOpen[now] : whole[now]
        if (shapes !== undefined) found(at + 1, shapes)
      }
      return true
    },
  }
}

interface Closure {
  live: number[]
  accept: number[]
}

/** Whether a shape can be whole, or go on behind the word, after no more than PLAIN letters and no digit. */
function beginsPlainly(nodes: readonly Node[], closures: readonly Closure[], begin: number): boolean {
  let now = new Set([begin])
  for (let letters = 0; letters <= PLAIN && now.size > 0; letters++) {
    const next = new Set<number>()
    for (const from of now) {
      const { live, accept } = closures[from]!
      if (accept.length > 0) return true
      for (const node of live) {
        const { on, to } = nodes[node] as { on: ReadonlySet<number>; to: number }
        for (const letter of on) {
          if (letter >= ALPHANUMERIC) return true
          if (letter >= 10) next.add(to)
        }
      }
    }
    now = next
  }
  return false
}

function closure(nodes: readonly Node[], from: number): Closure {
  const seen = new Set<number>()
  const stack = [from]
  const live: number[] = []
  const accept: number[] = []
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (seen.has(node)) continue
    seen.add(node)
    const one = nodes[node]!
    if ('split' in one) stack.push(...one.split)
    else if ('accept' in one) accept.push(one.accept)
    else live.push(node)
  }
  return { live, accept }
}

/** A shape for every separator that `~` may stand for, and for none. */
export function separated(shape: string, separators = ' -'): string {
  if (!shape.includes('~')) return shape
  return ['', ...separators].map((one) => shape.replaceAll('~', one === '' ? '' : `\\${one}`)).join('|')
}
