import { z } from 'zod'
import { defineGuard } from '../../core/guard.ts'
import type { Hit, Opinion, View } from '../../core/types.ts'
import { evidence, type Grade } from './evidence.ts'
import { allowList, isAsked, urlOf, wrongHost } from './hosts.ts'
import { runs, tagLeads } from './html.ts'
import { MAX_LABEL, MAX_TAG } from './limits.ts'
import type { Odd } from './markdown.ts'
import { BEFORE_DOT } from './named.ts'
import { type Construct, scanLinks } from './scan.ts'

const config = z.strictObject({
  allow: z
    .array(
      z.string().superRefine((entry, context) => {
        const message = wrongHost(entry)
        if (message !== undefined) context.addIssue({ code: 'custom', message })
      }),
    )
    .min(1)
    .max(1000)
    .optional(),
})

/** How sure it must be that an address carries data. Against a list, all that is loaded from elsewhere is found. */
interface Bars {
  loaded: Grade
  followed: Grade
}
const OPEN: Bars = { loaded: 1, followed: 3 }
const LISTED: Bars = { loaded: 0, followed: 2 }

/** Finds links that carry data away, images first of all: a client loads them by itself. */
export const links = defineGuard<z.infer<typeof config>>({
  name: 'links',
  stages: ['output', 'tool'],
  config,
  codes: () => ({
    'exfil.image': { edits: true },
    'exfil.link': { edits: true },
    'exfil.markup': { edits: true },
  }),
  open: ({ allow }) => {
    const judge = judgeOf(allow)
    return {
      scope: 'part',
      hold: MAX_TAG + MAX_LABEL,
      lookbehind: BEFORE_DOT,
      inspect: (view) => inspect(view, judge),
    }
  },
})

type Judge = (construct: Construct) => Hit[]

function inspect(view: View, judge: Judge): Opinion {
  const hits: Hit[] = []
  const { text, offset, final } = view
  const open = scanLinks(text, Math.max(0, view.from - offset), final, (construct) => {
    const found = judge(construct)
    for (const hit of found) hits.push({ ...hit, span: [offset + construct.start, offset + construct.end] })
    return found.some(({ code }) => code === 'exfil.image') ? 'all' : found.length > 0 ? 'link' : undefined
  })
  hits.sort((a, b) => a.span[0] - b.span[0] || b.span[1] - a.span[1] || (a.code < b.code ? -1 : 1))
  const end = offset + text.length
  let settled = final ? end : offset + open
  for (const { span } of hits.toReversed()) if (span[0] < settled && span[1] > settled) settled = span[0]
  return { hits: final ? hits : hits.filter(({ span }) => span[1] <= settled), settled }
}

/** In brackets it could be the label of a reference, with what stands around it. */
const REMOVED = '(link removed)'
const ODD = { long: 'is too long', tangled: 'another link begins in' }
/** A label that says nothing to any reader of Markdown or HTML. */
const PLAIN = /^[\p{L}\p{N} ,'’-]{1,200}$/u

function judgeOf(allow: readonly string[] | undefined): Judge {
  const allowed = allow === undefined ? () => false : allowList(allow)
  const bars = allow === undefined ? OPEN : LISTED

  /** Why a link is found, or undefined. */
  const found = (source: string, loaded: boolean, kind: Construct['kind'], odd?: Odd): string | undefined => {
    const url = resolved(source)
    // Of a value that was cut the host may be another's: what was read of it may be a name before an `@`.
    const cut = odd !== undefined && !/^[\s\S]{0,16}?[:/\\][\s/\\]*[^\s:/\\?#][^/\\?#]*[/\\?#]/.test(source)
    if (url === undefined)
      return cut && /^\s*(?:https?:|[/\\\t\n\r]{2})/i.test(source) ? `an address that ${ODD[odd]}` : undefined
    if (allowed(url.hostname) && url.username === '' && !cut) return undefined
    if (odd !== undefined) return `an address that ${ODD[odd]}`
    const { grade, why } = evidence(url, source, kind !== 'bare')
    // Whether an image uses a definition is not known: few do.
    const less: Grade = kind === 'definition' || isAsked(url.hostname) ? 2 : 0
    const bar = loaded ? (bars.loaded === 0 ? 0 : Math.max(bars.loaded, less)) : bars.followed
    if (grade < bar) return undefined
    return grade === 0 ? 'a host that is not allowed' : `an address that carries ${why}`
  }
  const image = (why: string, replace: string): Hit => ({
    code: 'exfil.image',
    reason: `something that is loaded by itself, from ${why}`,
    score: 1,
    span: [0, 0],
    edit: { replace },
  })
  const link = (why: string, replace: string): Hit => ({
    code: 'exfil.link',
    reason: `a link to ${why}`,
    score: 0.9,
    span: [0, 0],
    edit: { replace },
  })
  const markup = (reason: string): Hit => ({
    code: 'exfil.markup',
    reason,
    score: 0.8,
    span: [0, 0],
    edit: { replace: '(markup removed)' },
  })

  return (construct) => {
    if (construct.kind === 'tag') {
      const { leads, active } = tagLeads(construct.tag)
      const hits: Hit[] = []
      const { name } = construct.tag
      for (const loaded of [true, false]) {
        for (const lead of leads) {
          if (lead.loaded !== loaded) continue
          const why =
            lead.url === '' && lead.odd !== undefined
              ? `a tag that ${ODD[lead.odd]}`
              : name === 'base' && resolved(lead.url) !== undefined && !allowed(resolved(lead.url)!.hostname)
                ? 'a host that all other addresses are read against'
                : found(lead.url, loaded, 'tag', lead.odd)
          if (why === undefined) continue
          hits.push(loaded ? image(why, REMOVED) : link(why, REMOVED))
          break
        }
      }
      if (active !== undefined) hits.push(markup(active))
      return hits
    }
    const { kind, target, label } = construct
    if (kind !== 'bare' && kind !== 'css' && runs(target.url))
      return [markup('an address that runs as a script')]
    const loaded = kind === 'image' || kind === 'definition' || kind === 'css'
    const why = found(target.url, loaded, kind, target.odd)
    if (why === undefined) return []
    const replace =
      label !== undefined && kind !== 'definition'
        ? PLAIN.test(label)
          ? label
          : REMOVED
        : kind === 'image'
          ? ']'
          : REMOVED
    return [loaded ? image(why, replace) : link(why, replace)]
  }
}

const BASE = 'https://relative.invalid/'

/** As browsers read it; undefined for what leads to no other host. */
function resolved(source: string): URL | undefined {
  const trimmed = source.replace(/^[\u0000-\u0020]+/, '')
  if (!/^(?:[a-z][\s\S]{0,15}?:|[/\\\t\n\r]{2}|www\.)/i.test(trimmed)) return undefined
  const url = /^www\./i.test(trimmed) ? urlOf(`https://${trimmed}`) : (urlOf(trimmed) ?? urlOf(trimmed, BASE))
  if (url === undefined || url.host === '' || url.hostname === 'relative.invalid') return undefined
  return url
}
