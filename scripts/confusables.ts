import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { foldPoint } from '../src/core/canonical/fold.ts'

/**
 * Makes `src/core/canonical/uts39.ts` from Unicode's confusables as a JSON object, character → what it is confused with (that of
 * the package unhomoglyph, for one): `npx tsx scripts/confusables.ts FILE`. First leave the table that it makes empty.
 */
const file = process.argv[2]
if (file === undefined) throw new Error('write: npx tsx scripts/confusables.ts FILE')
const target = fileURLToPath(new URL('../src/core/canonical/uts39.ts', import.meta.url))

/** Texts of living scripts keep their letters: only who writes Latin is deceived by them, and there `unicode` sees them. */
const KEEPS =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Thai}\p{Script=Lao}\p{Script=Myanmar}\p{Script=Khmer}\p{Script=Tibetan}\p{Script=Ethiopic}\p{Script=Georgian}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Bopomofo}\p{Script=Han}]/u

const table = new Map<string, string>()
for (const [from, to] of Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>)) {
  const point = from.codePointAt(0)!
  if ([...from].length !== 1 || point < 0x80 || KEEPS.test(from) || !/^[A-Za-z0-9]{1,2}$/.test(to)) continue
  if (/^[\x20-\x7e]*$/.test(foldPoint(point))) continue
  // There l is also the capital I, and m is written as rn.
  const ascii = to === 'l' && /\p{Lu}/u.test(from) ? 'i' : to === 'rn' ? 'm' : to.toLowerCase()
  table.set(ascii, (table.get(ascii) ?? '') + from)
}
const lines = [...table].sort().map(([to, all]) => {
  const escaped = Array.from(all, (one) => `\\u{${one.codePointAt(0)!.toString(16)}}`).join('')
  return `  [${JSON.stringify(to)}, '${escaped}'],`
})
writeFileSync(
  target,
  `// Made by \`scripts/confusables.ts\` from Unicode's confusables.txt (UTS #39, version 13); do not edit it by hand.
// Copyright © 1991-2020 Unicode, Inc. All rights reserved. Distributed under the Terms of Use in https://www.unicode.org/copyright.html.

/** ASCII, and what else looks like it to Unicode. */
export const UTS39: readonly (readonly [ascii: string, alikes: string])[] = [
${lines.join('\n')}
]
`,
)
