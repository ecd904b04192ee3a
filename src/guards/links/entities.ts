import { ASCII_NAMES } from '../../core/html-names.ts'

const REFERENCE =
  /&(?:#[xX]([0-9a-fA-F]{1,8});?|#([0-9]{1,8});?|(amp|AMP|lt|LT|gt|GT|quot|QUOT)(?![A-Za-z0-9=;])|([A-Za-z]{2,20});)/g

/** As HTML reads an attribute's value, and Markdown an address. */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(REFERENCE, (all, hex, decimal, bare, name) => {
    const code =
      hex !== undefined
        ? Number.parseInt(hex, 16)
        : decimal !== undefined
          ? Number.parseInt(decimal, 10)
          : undefined
    if (code !== undefined) return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : ''
    // No other name can make a part of an address.
    return ASCII_NAMES.get(bare ?? name) ?? all
  })
}
