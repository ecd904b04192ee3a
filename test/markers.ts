import type { Unit } from '../src/core/types.ts'

/** Text that stands nowhere else, and passes for no identifier. */
const MARK = 'm4rk of 7he be4st'

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

/** Every place of a value to which another can be put: `set` gives the whole with it. */
function* places(value: Json, path: string): Generator<{ path: string; value: Json; set(to: Json): Json }> {
  yield { path, value, set: (to) => to }
  if (Array.isArray(value))
    for (const [i, item] of value.entries())
      for (const place of places(item, `${path}[${i}]`))
        yield { ...place, set: (to) => value.map((each, k) => (k === i ? place.set(to) : each)) }
  else if (typeof value === 'object' && value !== null)
    for (const [key, item] of Object.entries(value))
      for (const place of places(item, path === '' ? key : `${path}.${key}`))
        yield { ...place, set: (to) => ({ ...value, [key]: place.set(to) }) }
}

/** The texts that are read in a unit, and what is found that cannot be. */
export function seen(unit: Unit): { texts: string[]; media: string[] } {
  const media = unit.opens
    .filter((part) => part.kind === 'media')
    .map((part) => `${part.origin} ${part.medium}`)
  return { texts: unit.writes.map((write) => write.value), media }
}

const WRONG: Json[] = [
  MARK,
  [MARK],
  { a: MARK },
  { [MARK]: 1 },
  [[{ a: [{ b: MARK }] }]],
  { type: MARK },
  { type: 'text', text: [MARK] },
  { role: MARK, content: 'x' },
]
const NEVER = /^\b$/
const BESIDE: Json[] = [{ [MARK]: 1 }, { zz: MARK }, { zz: { yy: [[MARK]] } }, { zz: { [MARK]: null } }]

/**
 * Puts the marker everywhere, in place of what stands there and beside it, and lists where it was not seen.
 * @param media paths at which nothing is read, and a finding says so
 */
export function unseen(root: { [key: string]: Json }, read: (text: string) => Unit, media = NEVER): string[] {
  const missed: string[] = []
  const look = (path: string, put: Json, made: Json) => {
    const { texts, media: found } = seen(read(JSON.stringify(made)))
    if (texts.some((text) => text.includes(MARK))) return
    if (media.test(path) && found.length > 0) return
    missed.push(`${path} = ${JSON.stringify(put)}`)
  }
  for (const { path, value, set } of places(root, '')) {
    const object = typeof value === 'object' && value !== null && !Array.isArray(value)
    for (const wrong of WRONG) {
      const made = set(wrong)
      if (path !== '' || (typeof made === 'object' && !Array.isArray(made))) look(path, wrong, made)
    }
    if (object) for (const more of BESIDE) look(path, more, set({ ...value, ...(more as object) }))
  }
  return missed
}
