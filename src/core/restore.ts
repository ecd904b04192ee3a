import type { Guard, Hit, Rule, View } from './types.ts'
import type { Vault } from './vault.ts'

const MAX_TOKEN = 64

/**
 * Gives masked values back: `[EMAIL_1]` becomes what stood there in the request. Not inside a URL, a link's target or
 * an HTML tag, where a value would be carried to whoever the link names; when in doubt, the token stays.
 * One rule for each part, for it reads a part once, from front to back.
 */
export function restoreRule(vault: Vault): Rule {
  return {
    name: 'restore',
    stage: 'output',
    guard: restoreGuard(vault),
    actions: new Map([['restore', 'transform']]),
    timeout: 1000,
    silent: true,
    build: '',
  }
}

function restoreGuard(vault: Vault): Guard {
  return {
    scope: 'exchange',
    hold: MAX_TOKEN,
    lookbehind: 0,
    begin() {
      const link = linkReader()
      let at = 0
      return {
        inspect(view: View) {
          const hits: Hit[] = []
          const end = view.offset + view.text.length
          // Each argument of a tool call is read for itself; a message's texts are read as one.
          const fresh = view.part.kind === 'tool_call' ? new Set(view.seams) : undefined
          while (at < end) {
            const char = view.text[at - view.offset]!
            if (fresh?.has(at)) link.reset()
            if (char !== '[') {
              link.read(char)
              at++
              continue
            }
            const token = tokenAt(view.text, at - view.offset)
            if (token === 'unfinished' && !view.final) break
            const value = typeof token === 'object' ? vault.value(token.text) : undefined
            if (value !== undefined && typeof token === 'object' && !link.inside()) {
              hits.push({
                code: 'restore',
                reason: 'a masked value is given back',
                score: 1,
                span: [at, at + token.text.length],
                edit: { replace: value },
              })
              // The value is in the text from here on: a link that grows out of it is the answer's own.
              for (const inner of value) link.read(inner)
              at += token.text.length
              continue
            }
            link.read(char)
            at++
          }
          return { hits, settled: at }
        },
      }
    },
  }
}

/** A whole token, one that more text could complete, or none. */
function tokenAt(text: string, start: number): { text: string } | 'unfinished' | 'none' {
  let at = start + 1
  for (; at < text.length && at - start < MAX_TOKEN; at++) {
    const c = text.charCodeAt(at)
    if (c === 0x5d) return { text: text.slice(start, at + 1) }
    if (!((c >= 0x41 && c <= 0x5a) || (c >= 0x30 && c <= 0x39) || c === 0x5f)) return 'none'
  }
  return at - start < MAX_TOKEN ? 'unfinished' : 'none'
}

/**
 * Whether a reader that makes links of text would take the next character for part of a link's address. Errs on the
 * side of yes: whoever wrote the answer may be an attacker who wants the value in a request to their host.
 */
function linkReader() {
  /** The characters since the last white space, as many as matter. */
  let word = ''
  let url = false
  /** Inside `](`...`)`, until its parenthesis closes or a blank line ends it. */
  let target = 0
  /** Inside `<`...`>`, and in which quotes. */
  let tag = false
  let quote = ''
  let last = ''

  function read(char: string): void {
    if (tag) {
      if (quote !== '') {
        if (char === quote) quote = ''
      } else if ((char === '"' || char === "'") && last === '=') quote = char
      else if (char === '>') tag = false
    } else if (last === '<' && /[A-Za-z/!?]/.test(char)) tag = true
    if (target > 0) {
      if (char === '(') target++
      else if (char === ')') target--
      else if (char === '\n' && last === '\n') target = 0
    } else if (char === '(' && last === ']') target = 1
    if (SPACE.test(char)) {
      word = ''
      url = false
    } else {
      word = (word + char).slice(-300)
      url ||= (/[/\\:.?#]/.test(char) || word.includes('&')) && LINK.test(word)
    }
    if (!(SPACE.test(char) && last === '=')) last = char
  }

  return {
    read,
    inside: () => tag || target > 0 || url,
    reset() {
      word = ''
      url = tag = false
      quote = last = ''
      target = 0
    },
  }
}

/** What ends an address in every reader; a no-break space does so only in some. */
const SPACE = /[\t\n\v\f\r ]/

// A scheme's slashes in either direction, entities that may stand for them, schemes without slashes, `www.`,
// and a bare host with a path, query or fragment.
const LINK =
  /[/\\]{2}$|&(?:#|sol|bsol|colon|tab|newline)|(?:^|[^a-z])(?:mailto|data|javascript|tel|sms|xmpp|file):$|(?:^|[^a-z0-9])www\.$|[\p{L}\p{N}-]\.[\p{L}\p{N}-]{2,63}(?::[0-9]{1,5})?[/?#\\]$/iu
