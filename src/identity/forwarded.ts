/** What a proxy tells of a certificate that it verified. */
export interface ForwardedCertificate {
  uris: readonly string[]
  /** The subject as RFC 2253 writes it. */
  subject?: string
}

const FIELD = /\s*([A-Za-z]{1,16})=(?:"((?:[^"\\]|\\.)*)"|([^",;]*))([,;]|$)/y

/**
 * Reads `x-forwarded-client-cert` as Envoy writes it: elements between commas, one for each proxy, of fields between
 * semicolons, whose values may be in quotes.
 * @returns what the last proxy says, which is the one that calls; undefined when the header is not of that form
 */
export function lastForwarded(header: string): ForwardedCertificate | undefined {
  let uris: string[] = []
  let subject: string | undefined
  let fields = 0
  if (header.trim() === '') return undefined
  for (FIELD.lastIndex = 0; FIELD.lastIndex < header.length; ) {
    const found = FIELD.exec(header)
    if (found === null) return undefined
    const [, name, quoted, plain, end] = found
    const value = quoted === undefined ? plain!.trim() : quoted.replaceAll(/\\(.)/g, '$1')
    fields++
    switch (name!.toLowerCase()) {
      case 'uri':
        // Envoy writes a field with nothing in it for a certificate that has none.
        if (value !== '') uris.push(value)
        break
      case 'subject':
        if (subject !== undefined) return undefined
        subject = value
    }
    if (end === '' || FIELD.lastIndex === header.length) return end === '' ? result() : undefined
    if (end === ',') {
      uris = []
      subject = undefined
      fields = 0
    }
  }
  return undefined

  function result(): ForwardedCertificate | undefined {
    return fields === 0 ? undefined : { uris, ...(subject === undefined ? {} : { subject }) }
  }
}

/**
 * The one common name of a distinguished name (RFC 2253, RFC 4514); undefined when there is none, or more than one, or when
 * it is written in a way that two readers could read differently.
 */
export function commonName(name: string): string | undefined {
  const found: string[] = []
  for (PART.lastIndex = 0; ; ) {
    const part = PART.exec(name)
    if (part === null) return undefined
    const [, key, value, end] = part
    if (/^(?:cn|2\.5\.4\.3)$/i.test(key!)) found.push(unescaped(value!.trim()))
    if (end === '') break
  }
  return found.length === 1 && found[0] !== '' ? found[0] : undefined
}

const PART =
  /\s*([A-Za-z][A-Za-z0-9.-]{0,31}|[0-9.]{1,64})=(?!#)((?:[^\\,+";<>]|\\[ #=,+;<>"\\]|\\[0-9A-Fa-f]{2})*)([,+]|$)/y

/** Pairs of hexadecimal digits are bytes of UTF-8. */
function unescaped(value: string): string {
  return value.replaceAll(/((?:\\[0-9A-Fa-f]{2})+)|\\(.)/g, (_, bytes: string | undefined, plain: string) =>
    bytes === undefined ? plain : Buffer.from(bytes.replaceAll('\\', ''), 'hex').toString('utf8'),
  )
}
