import { isPathName } from '../../core/paths.ts'
import type { Protocol } from '../../protocols/types.ts'

/** What a path is another name for, and the model that it names. */
export interface Alias {
  path: string
  model?: string
}

const MODEL = '{model}'

/**
 * The other paths of the protocols, looked up by the path of a call. A name in a path is taken as it stands: one that
 * would have to be decoded first could be read as another by whoever comes next.
 */
export function aliases(protocols: readonly Protocol[]): (path: string) => Alias | undefined {
  const exact = new Map<string, Alias>()
  const named: { before: string; after: string; path: string }[] = []
  for (const { path, aliases = [] } of protocols)
    for (const alias of aliases) {
      const at = alias.indexOf(MODEL)
      if (at < 0) exact.set(alias, { path })
      else named.push({ before: alias.slice(0, at), after: alias.slice(at + MODEL.length), path })
    }
  return (called) => {
    const known = exact.get(called)
    if (known !== undefined) return known
    for (const { before, after, path } of named) {
      if (!called.startsWith(before) || !called.endsWith(after)) continue
      const model = called.slice(before.length, called.length - after.length)
      if (isPathName(model)) return { path, model }
    }
    return undefined
  }
}
