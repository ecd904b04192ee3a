import { base64 } from './base64.ts'
import { ALPHANUMERIC, skip, unitSet } from './units.ts'

/** Also what a token has not: else a text that follows it would begin within a run, and be found or not by how it is cut. */
export const RUN = unitSet(`${ALPHANUMERIC}+/-_`)
const HEADER = /^\{.*"alg"/s
const DOT = 46

/** A signed token (RFC 7519): what it claims is matched, and is no payload. */
export const jwt = {
  /** Where what goes on with the dot at `at` ends: `at` itself when nothing does; undefined when that is not known yet. */
  end(units: Uint16Array, length: number, at: number, final: boolean, most: number): number | undefined {
    let end = at
    for (let parts = 0; parts < 2 && units[end] === DOT; parts++) {
      const next = skip(units, end + 1, length, RUN)
      if (next >= most) return most
      if (next === length && !final) return undefined
      if (next === end + 1) break
      end = next
    }
    return end
  },

  read(run: string): string | undefined {
    const [head, ...parts] = run.split('.').map(base64.read)
    if (head === undefined) return undefined
    // A signature says nothing; what stands in its place may.
    const read = parts.filter((part) => part !== undefined)
    const said = read.length === 0 ? undefined : read.join(' ')
    return HEADER.test(head) ? said : `${head}${said ?? ''}`
  },
}
