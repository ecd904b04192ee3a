import { isIPv6 } from 'node:net'
import { type Begun, type Match, type Near, PROOF } from '../entity.ts'
import { isAlphanumeric, isDigit, type Reading } from '../reading.ts'

const COLON = 58
const DOT = 46
const HYPHEN = 45

/** What stands before numbers that only look like an address: versions, and products in a browser's name. */
const VERSION =
  /(?:^|[^a-z])(?:version|release|revision|build|firmware|driver|ver|rev|v)[\s.:="'-]{0,4}$|[a-z]\/$|\w@$/
const OCTET = /^(?:0|[1-9]\d{0,2})$/

function v4(reading: Reading, start: number, end: number): boolean {
  const { text, unit } = reading
  const before = start > 0 ? text.charCodeAt(start - 1) : 0
  if (before === DOT) return false
  const after = unit(end)
  if (isAlphanumeric(after) || (after === DOT && isDigit(unit(end + 1)))) return false
  if (after === HYPHEN && isAlphanumeric(unit(end + 1)) && !isDigit(unit(end + 1))) return false
  const octets = text.slice(start, end).split('.')
  return (
    octets.every((octet) => OCTET.test(octet) && Number(octet) < 256) &&
    !VERSION.test(reading.left(start).slice(-24))
  )
}

const isV6 = (unit: number): boolean =>
  isDigit(unit) || (unit >= 97 && unit <= 102) || unit === COLON || unit === DOT
/** Global unicast, unique local, link-local, multicast, loopback and mapped addresses. */
const KNOWN_V6 = /^(?:2[0-9a-f]{3}|3[0-9a-f]{3}|f[cdef][0-9a-f]{2}|64):|^::(?:1$|ffff:)/

/** An IPv6 address, and where it ends. C++ and Rust write `a::b` too, which is one by the letter of RFC 4291. */
function v6(reading: Reading, start: number, near: Near): number | undefined {
  const { text, unit } = reading
  if (start > 0) {
    const before = text.charCodeAt(start - 1)
    if (before === COLON || before === DOT) return undefined
    if (text.charCodeAt(start) === COLON && isAlphanumeric(before)) return undefined
  }
  let end = start
  let colons = 0
  while (end - start <= 45 && isV6(unit(end))) {
    if (unit(end) === COLON) colons++
    // Most words end here.
    if (colons === 0 && end - start > 4) return undefined
    end++
  }
  if (colons < 2 || isAlphanumeric(unit(end))) return undefined
  while (end > start && (text.charCodeAt(end - 1) === DOT || text.charCodeAt(end - 1) === COLON)) {
    if (text.charCodeAt(end - 2) === COLON && text.charCodeAt(end - 1) === COLON) break
    end--
  }
  const address = text.slice(start, end)
  if (!/\d/.test(address) || !isIPv6(address)) return undefined
  const groups = address.split(':').filter((group) => group !== '').length
  return groups >= 5 || KNOWN_V6.test(address) || near.named || near.context(start, end) ? end : undefined
}

const address = (text: string, start: number, end: number, score: number): Match => ({
  start,
  end,
  value: text.slice(start, end),
  score,
  proof: PROOF.shape,
})

const ONE_DIGIT = /^\d\.\d\.\d\.\d$/

/** A dotted or colon address (RFC 791, RFC 4291) of any range, private and documentation ranges too. */
export const ipAddress: Begun = {
  name: 'ip_address',
  reason: 'an IP address',
  groups: ['network'],
  default: true,
  context: [
    'ip',
    'ips',
    'ip address',
    'ipv4',
    'ipv6',
    'host',
    'hostname',
    'server',
    'address',
    'ping',
    'dns',
    'gateway',
    'subnet',
    'localhost',
    'client',
    'ip adresse',
    'adresse ip',
    'direccion ip',
  ],
  begins: '\\d{1,3}(\\.\\d{1,3}){3}|[0-9a-f]{1,4}:|::',
  at(reading, start, begun, near): Match | undefined {
    const { text } = reading
    if (text.charCodeAt(begun - 1) === COLON) {
      const end = v6(reading, start, near)
      return end === undefined ? undefined : address(text, start, end, 0.9)
    }
    if (!v4(reading, start, begun)) return undefined
    // 1.2.3.4 is a section or a version as often.
    const written = text.slice(start, begun)
    const plain = !ONE_DIGIT.test(written) || new Set(written.split('.')).size === 1
    if (plain || near.named) return address(text, start, begun, plain ? 0.9 : 0.5)
    return near.context(start, begun) ? address(text, start, begun, 0.7) : undefined
  },
}

/** An EUI-48. One of a longer row of pairs is a fingerprint's. */
export const macAddress: Begun = {
  name: 'mac_address',
  reason: 'a MAC address',
  groups: ['network'],
  default: true,
  context: [
    'mac',
    'mac address',
    'hwaddr',
    'ether',
    'ethernet',
    'physical address',
    'hardware address',
    'bssid',
    'mac adresse',
    'adresse mac',
    'wlan',
    'wifi',
  ],
  begins: [
    '[0-9a-f]{2}(:[0-9a-f]{2}){5}',
    '[0-9a-f]{2}(-[0-9a-f]{2}){5}',
    '[0-9a-f]{4}\\.[0-9a-f]{4}\\.[0-9a-f]{4}',
    '[0-9a-f]{12}',
  ].join('|'),
  at(reading, start, end, near): Match | undefined {
    const { text, unit } = reading
    if (isAlphanumeric(unit(end))) return undefined
    const value = text.slice(start, end).replace(/[^0-9a-f]/g, '')
    const bare = value.length === end - start
    const joint = text.charCodeAt(start + (end - start === 17 ? 2 : 4))
    if (!bare) {
      if (unit(end) === joint && isAlphanumeric(unit(end + 1))) return undefined
      if (start > 1 && text.charCodeAt(start - 1) === joint && isAlphanumeric(text.charCodeAt(start - 2)))
        return undefined
    }
    // No card was ever given these, but rulers, dates and rows of numbers look so.
    if (value === '000000000000' || (!/[a-f]/.test(value) && joint !== COLON) || bare) {
      if (!near.context(start, end)) return undefined
    }
    return { start, end, value, score: bare ? 0.6 : 0.95, proof: PROOF.shape }
  },
}
