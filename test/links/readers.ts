import { HtmlRenderer, Parser } from 'commonmark'
import { type DefaultTreeAdapterTypes, parseFragment } from 'parse5'

type Node = DefaultTreeAdapterTypes.Node

/** An address on another host, as a browser has it, and whether it loads by itself. */
export interface Seen {
  href: string
  loaded: boolean
}

const LOADED = new Set(['src', 'poster', 'background', 'data'])

const HREF = new Set(['link', 'base', 'image', 'use'])

function* addresses(node: Node): Generator<Seen> {
  if ('attrs' in node)
    for (const { name, value, prefix } of node.attrs) {
      const loaded = LOADED.has(name) || (name === 'href' && (HREF.has(node.tagName) || prefix === 'xlink'))
      if (name === 'srcset') {
        for (const one of value.split(/,\s+/)) yield* resolved(one.trim().split(/\s/)[0] ?? '', true)
      } else if (loaded || name === 'href' || name === 'action' || name === 'formaction')
        yield* resolved(value, loaded)
    }
  if ('content' in node) yield* addresses(node.content)
  if ('childNodes' in node) for (const child of node.childNodes) yield* addresses(child)
}

function* resolved(value: string, loaded: boolean): Generator<Seen> {
  try {
    const url = new URL(value, 'https://page.invalid/')
    if (/^https?:$/.test(url.protocol) && url.hostname !== 'page.invalid') yield { href: url.href, loaded }
  } catch {}
}

/** Where a document leads when it is read as HTML. */
export const inHtml = (html: string): Seen[] => [...addresses(parseFragment(html))]

const renderer = new HtmlRenderer({ safe: false })

/** Where it leads when it is read as Markdown first. */
export const inMarkdown = (text: string): Seen[] => inHtml(renderer.render(new Parser().parse(text)))
