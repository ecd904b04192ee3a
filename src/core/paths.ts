const FIELD_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,31}$/

/**
 * How a key that no schema names stands in a path: as `*` unless it looks like a field's name. Keys are text that
 * somebody wrote, and paths go into records and errors.
 */
export function shownKey(key: string): string {
  return FIELD_NAME.test(key) ? key : '*'
}

/** No text's path is longer than this and one step: a hundred nested keys are no reason for each to say all of them. */
const MAX_SHOWN = 200

/** The path of what is one step (`.key`, `[0]`) below; of what lies too deep, that of what holds it. */
export function deeper(path: string, step: string): string {
  return path.length > MAX_SHOWN ? path : path + step
}

/** Whether a name may stand as one step of a URL's path: it needs no encoding, and leads nowhere else. */
export function isPathName(name: string): boolean {
  return /^(?!\.{1,2}$)[A-Za-z0-9_.:-]{1,128}$/.test(name)
}
