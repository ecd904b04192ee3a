/** What is wrong with a document and what to write instead. Never holds a secret. */
export interface Problem {
  file: string
  /** Both from 1, in UTF-16 units; absent when it is about the whole file or folder. */
  line?: number
  column?: number
  message: string
}

/** `file:line:column: what is wrong, and what to write instead`. */
export function showProblem({ file, line, column, message }: Problem): string {
  return line === undefined ? `${file}: ${message}` : `${file}:${line}:${column ?? 1}: ${message}`
}

/** `file:line:column`, for a message that names a second place. */
export function showPlace(problem: Problem): string {
  return showProblem({ ...problem, message: '' }).replace(/: $/, '')
}

/** In the order in which a reader meets them. */
export function inOrder(problems: readonly Problem[]): Problem[] {
  return [...problems].sort(
    (a, b) =>
      (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) ||
      (a.line ?? 0) - (b.line ?? 0) ||
      (a.column ?? 0) - (b.column ?? 0),
  )
}
