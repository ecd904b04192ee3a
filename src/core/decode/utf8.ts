/** Bytes as UTF-8; what is none becomes U+FFFD. */
export function utf8(bytes: ArrayLike<number>): string {
  let text = ''
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at++]!
    if (first < 0x80) {
      text += String.fromCharCode(first)
      continue
    }
    const more = first >= 0xf0 && first < 0xf5 ? 3 : first >= 0xe0 ? 2 : first >= 0xc2 ? 1 : 0
    let point = more === 0 || first >= 0xf5 ? -1 : first & (0x3f >> more)
    for (let i = 0; i < more && point >= 0; i++) {
      const next = bytes[at]
      if (next === undefined || (next & 0xc0) !== 0x80) point = -1
      else {
        point = (point << 6) | (next & 0x3f)
        at++
      }
    }
    const least = more === 3 ? 0x10000 : more === 2 ? 0x800 : 0x80
    text +=
      point < least || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)
        ? '\ufffd'
        : String.fromCodePoint(point)
  }
  return text
}
