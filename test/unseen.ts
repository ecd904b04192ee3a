import type { Unit } from '../src/core/types.ts'

export const MARK = 'm4rk of 7he be4st'

/** A value with the marker, as text of whoever reads it. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

/** Every place of a value to which another can be put: `set` gives the whole with it. */
export function* places(
  value: Json,
  path: string,
): Generator<{ path: string; value: Json; set(to: Json): Json }> {
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

export interface Seen {
  texts: string[]
  media: string[]
}

export function seen(unit: Unit): Seen {
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

/** Puts the marker everywhere and lists where it was not seen. `media`: paths where a finding says that nobody looked. */
export function unseen(
  root: { [key: string]: Json },
  read: (text: string) => Unit,
  media: RegExp = NEVER,
): string[] {
  const missed: string[] = []
  for (const { path, set } of places(root, ''))
    for (const wrong of WRONG) {
      const made = set(wrong)
      if (path === '' && (typeof made !== 'object' || Array.isArray(made))) continue
      const found = seen(read(JSON.stringify(made)))
      if (found.texts.some((text) => text.includes(MARK))) continue
      // What is in an image is not read, and a finding says so.
      if (media.test(path) && found.media.length > 0) continue
      missed.push(`${path} = ${JSON.stringify(wrong)}`)
    }
  return missed
}
