import { isIP } from 'node:net'
import { parse } from 'tldts'

const PRIVATE = { allowPrivateDomains: true, validateHostname: false }

/** As browsers read it. Node 20 has no `URL.parse`. */
export function urlOf(text: string, base?: string): URL | undefined {
  try {
    return new URL(text, base)
  } catch {
    return undefined
  }
}

/** The domain that somebody registered, which a host belongs to; undefined for an IP address or a suffix. */
export const registrable = (host: string): string | undefined => parse(host, PRIVATE).domain ?? undefined

/** Whether a host is below a suffix that is in use: `evil.com`, and not `server.js`. */
export function isNamed(host: string): boolean {
  const end = host.slice(host.lastIndexOf('.') + 1)
  if (end.length < 2 || /^\d/.test(end)) return false
  const { domain, isIcann, isPrivate } = parse(asciiHost(host) ?? '', PRIVATE)
  return domain !== null && (isIcann === true || isPrivate === true)
}

/** The ASCII form of a host as browsers have it; undefined when it is none. */
function asciiHost(host: string): string | undefined {
  const url = urlOf(`https://${host}/`)
  return url !== undefined && url.port === '' && url.username === ''
    ? url.hostname.replace(/\.$/, '')
    : undefined
}

/** What is wrong with an entry of `allow`, and what to write instead. */
export function wrongHost(entry: string): string | undefined {
  const name = entry.startsWith('*.') ? entry.slice(2) : entry
  const host = /[\s/:@?#*\\]/.test(name) ? undefined : asciiHost(name)
  if (host === undefined || (host !== name.toLowerCase() && isIP(host) > 0))
    return 'must be a host, such as example.com or "*.example.com"'
  if (isIP(host) > 0 || host === 'localhost')
    return name === entry ? undefined : 'an address has no subdomains'
  if (registrable(host) === undefined)
    return `"${host}" is nobody's own, anyone may register a name below it: write a whole domain, such as example.${host}`
  return undefined
}

/**
 * Whether a host is allowed: `example.com`, being a registered domain, is for it and all hosts below it; `docs.example.com`
 * for just that host; `*.example.com` for all below it.
 */
export function allowList(entries: readonly string[]): (host: string) => boolean {
  const exact = new Set<string>()
  const below: string[] = []
  for (const entry of entries) {
    const wild = entry.startsWith('*.')
    const host = asciiHost(wild ? entry.slice(2) : entry) ?? ''
    if (!wild) exact.add(host)
    if (wild || registrable(host) === host) below.push(`.${host}`)
  }
  return (host) => {
    const name = host.replace(/\.$/, '')
    return exact.has(name) || below.some((end) => name.endsWith(end))
  }
}

/** Where what stands in a query is read by no attacker, and is what the page is for: search, maps, calendars. `www.` left out. */
const ASKED = new Set(
  (
    'google.com google.co.uk google.de google.fr scholar.google.com maps.google.com translate.google.com bing.com duckduckgo.com ' +
    'search.brave.com yahoo.com search.yahoo.com ecosia.org startpage.com baidu.com yandex.com wolframalpha.com perplexity.ai ' +
    'wikipedia.org en.wikipedia.org de.wikipedia.org fr.wikipedia.org es.wikipedia.org commons.wikimedia.org wikidata.org ' +
    'github.com stackoverflow.com hub.docker.com pkg.go.dev developer.mozilla.org docs.python.org ' +
    'learn.microsoft.com youtube.com vimeo.com spotify.com open.spotify.com amazon.com amazon.co.uk amazon.de ebay.com etsy.com ' +
    'reddit.com x.com twitter.com facebook.com linkedin.com wa.me t.me arxiv.org pubmed.ncbi.nlm.nih.gov ncbi.nlm.nih.gov ' +
    'semanticscholar.org openstreetmap.org maps.apple.com imdb.com booking.com tripadvisor.com yelp.com airbnb.com ' +
    'calendar.google.com drive.google.com zoom.us img.shields.io fonts.googleapis.com paypal.com news.google.com play.google.com apps.apple.com goodreads.com archive.org nytimes.com bbc.co.uk'
  ).split(' '),
)

export const isAsked = (host: string): boolean => ASKED.has(host.replace(/^www\./, ''))
