import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { canonicalise } from '../src/core/canonical/index.ts'

/**
 * Makes `src/core/decode/bigrams.ts` from a folder of JSON lines with a field `text` (and `lang`): how likely one letter follows
 * another in languages of the Latin alphabet. `npx tsx scripts/bigrams.ts DIR`
 */
const LETTERS = 27
const MOST_OF_A_LANGUAGE = 1_500_000
const target = fileURLToPath(new URL('../src/core/decode/bigrams.ts', import.meta.url))

const dir = process.argv[2]
if (dir === undefined) throw new Error('write: npx tsx scripts/bigrams.ts DIR')
const counts = new Float64Array(LETTERS * LETTERS).fill(1)
const seen = new Map<string, number>()
for (const file of readdirSync(dir).sort()) {
  if (!file.endsWith('.jsonl.gz')) continue
  for (const line of gunzipSync(readFileSync(join(dir, file)))
    .toString('utf8')
    .split('\n')) {
    if (line === '') continue
    const { text, lang = 'en', label } = JSON.parse(line) as { text: string; lang?: string; label?: number }
    const before = seen.get(lang) ?? 0
    if (label === 1 || before > MOST_OF_A_LANGUAGE) continue
    const plain = canonicalise(text, 0).text.replace(/[^a-z]+/g, ' ')
    if (plain.length < text.length * 0.8) continue
    seen.set(lang, before + plain.length)
    for (let i = 1; i < plain.length; i++) counts[index(plain, i - 1) * LETTERS + index(plain, i)]!++
  }
}

function index(text: string, at: number): number {
  const unit = text.charCodeAt(at)
  return unit === 32 ? 0 : unit - 96
}

/** In eighths of a bit over what chance would give, one character each: `!` is -8 bits. */
let table = ''
for (let a = 0; a < LETTERS; a++) {
  const row = counts.subarray(a * LETTERS, (a + 1) * LETTERS)
  const sum = row.reduce((one, other) => one + other)
  for (const count of row) {
    const bits = Math.log2((count / sum) * LETTERS)
    table += String.fromCharCode(33 + Math.round((Math.max(-8, Math.min(3.5, bits)) + 8) * 8))
  }
}
const lines = Array.from(
  { length: LETTERS },
  (_, i) => `  ${JSON.stringify(table.slice(i * LETTERS, (i + 1) * LETTERS))},`,
)
writeFileSync(
  target,
  `// Made by \`scripts/bigrams.ts\`; do not edit it by hand.

/** A row for each of the space and a to z: how much likelier than by chance the same twenty-seven follow, in eighths of a bit, \`!\` being -8 bits. */
export const BIGRAMS: readonly string[] = [
${lines.join('\n')}
]
`,
)
