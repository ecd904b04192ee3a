/**
 * What stands in a hook's context before its script does: JavaScript that runs in QuickJS. It takes the built-ins that it
 * needs before a script can replace them, and takes away what a hook is not to have. A clock, chance and the making of
 * code would let the same call get another verdict, or a caller's text run.
 */
export const PRELUDE = String.raw`(function (clock, most) {
  'use strict'
  const { parse, stringify } = JSON
  const { freeze, keys, defineProperty, getPrototypeOf } = Object
  const { construct } = Reflect
  const { Error: PlainError, TypeError, Date: FullDate } = globalThis

  const refuse = (message) => () => { throw new TypeError(message) }
  defineProperty(Math, 'random', { value: refuse('a hook has no chance') })
  const noCode = refuse('a hook makes no code')
  for (const made of [function () {}, function* () {}, async function () {}, async function* () {}])
    defineProperty(getPrototypeOf(made), 'constructor', { value: noCode })
  for (const name of ['eval', 'Function', 'performance', 'WeakRef', 'FinalizationRegistry', 'SharedArrayBuffer', 'Atomics', 'queueMicrotask'])
    delete globalThis[name]
  if (!clock) {
    const noClock = refuse('a hook has no clock unless "clock: true" stands in its boundary')
    const SealedDate = function Date(...of) {
      if (new.target === undefined || of.length === 0) noClock()
      return construct(FullDate, of, new.target)
    }
    defineProperty(SealedDate, 'prototype', { value: FullDate.prototype })
    defineProperty(FullDate.prototype, 'constructor', { value: SealedDate })
    for (const name of ['parse', 'UTC']) defineProperty(SealedDate, name, { value: FullDate[name] })
    defineProperty(SealedDate, 'now', { value: noClock })
    globalThis.Date = SealedDate
  }

  const freezeAll = (root) => {
    const open = [root]
    for (let at = 0; at < open.length; at++) {
      const value = freeze(open[at])
      const names = keys(value)
      for (let i = 0; i < names.length; i++) {
        const inner = value[names[i]]
        if (typeof inner === 'object' && inner !== null) open[open.length] = inner
      }
    }
    return root
  }

  let input
  return {
    take(json) { input = freezeAll(parse(json)) },
    go(hook) {
      let text
      try {
        text = stringify(hook(input.request, input.answer))
      } catch (error) {
        let told = ''
        try { told = error.name + '\n' + error.stack } catch {}
        return '!' + told
      }
      if (typeof text !== 'string') return '-'
      return text.length > most ? '+' : '=' + text
    },
  }
})`
