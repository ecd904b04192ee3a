/** Repeats lines, numbered, up to a length. */
const lines =
  (make: (i: number) => string) =>
  (length: number): string => {
    let text = ''
    for (let i = 0; text.length < length; i++) text += make(i)
    return text.slice(0, length)
  }

const FUNCTIONS = ['parseHeader', 'renderRow', 'closeSession', 'mergeOptions', 'findParent', 'writeIndex']

/** Source code as people write it. */
export const CODE = lines((i) => {
  const name = FUNCTIONS[i % FUNCTIONS.length]!
  return [
    `/** Returns the ${name} of an entry, or undefined when there is none. */`,
    `export function ${name}${i}(entry: Entry, depth = ${i % 7}): Result | undefined {`,
    `  const { start, end, value } = entry.range ?? DEFAULTS[${i % 31}]`,
    `  if (value === undefined || end - start < ${i % 97}) return undefined`,
    `  for (let at = start; at < end; at++) {`,
    `    const token = this.tokens[at]`,
    `    if (token.kind === 'open' && depth > 0) depth -= token.width * 0x${(i % 255).toString(16)}`,
    `    else results.push({ at, name: \`\${token.name}-${i}\`, path: './lib/${name}.ts' })`,
    `  }`,
    `  return this.cache.get(name) ?? build(results, options)`,
    `}`,
    '',
    '',
  ].join('\n')
})

/** A list of records. */
export const JSON_TEXT = lines(
  (i) =>
    `${JSON.stringify({
      id: 100_000 + i,
      name: `Item ${i}`,
      created: new Date(1_700_000_000_000 + i * 86_400_000).toISOString(),
      price: ((i * 37) % 10_000) / 100,
      tags: ['red', 'large', `batch-${i % 9}`],
      active: i % 3 === 0,
      note: 'delivered to the back door, as it was agreed with the neighbour',
    })},\n`,
)

/** Lines of a web server and of an application. */
export const LOG = lines((i) => {
  const time = new Date(1_700_000_000_000 + i * 1234).toISOString()
  return i % 3 === 0
    ? `${time} INFO  [worker-${i % 8}] http.request method=GET path=/api/v2/orders/${i * 7} status=200 took=${i % 90}ms bytes=${i * 13}\n`
    : i % 3 === 1
      ? `${time} WARN  [pool] connection ${i % 64} was idle for ${i % 600}s and is closed (attempt ${i % 4} of 5)\n`
      : `${time} ERROR [billing] could not write invoice ${100_000 + i}: timeout after 30000 ms, will try again\n`
})
