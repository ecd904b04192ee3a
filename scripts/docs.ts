import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { INPUT_SCHEMA } from '../src/checkpoints/rego/schema.ts'
import { CODES, type CodeEntry } from '../src/core/codes.ts'

export const schemaFile = fileURLToPath(new URL('../docs/rego-input.schema.json', import.meta.url))
/** What `use: rego` shows modules, for editors and `opa check --schema`. */
export const schemaPage = (): string => `${JSON.stringify(INPUT_SCHEMA, undefined, 2)}\n`

export const errorsFile = fileURLToPath(new URL('../docs/errors.md', import.meta.url))

const INTRODUCTION = `# Codes

Made from \`src/core/codes.ts\` by \`npm run docs\`; do not edit it by hand.

Every refusal and every finding has a code. A refusal carries it in the error of the caller's protocol, together with
the header \`x-sallyport-exchange\`, the id under which the record of the call is found.

- **default**: what a boundary makes of the finding unless its \`actions:\` say otherwise: \`allow\`, \`flag\`, \`transform\` or
  \`block\`. \`refuse\` is not for policy to decide: the call cannot be served.
- **status**: the HTTP status when it blocks or refuses. A streamed answer that has begun ends with the protocol's error
  event instead.
- **retryable**: whether the same call may succeed later without being changed.
- \`family.*\`: the members have names of their own, such as \`pii.email\` or the name of a keyword list.
`

const cell = (text: string): string =>
  text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('*', '\\*')
const row = ([code, entry]: [string, CodeEntry]): string =>
  `| \`${code}\` | ${entry.default} | ${entry.status} | ${entry.retryable ? 'yes' : 'no'} | ${cell(entry.message)} |`

/** The text of `docs/errors.md`: one row a code, in the order of the table it is made from. */
export function errorsPage(codes: Readonly<Record<string, CodeEntry>>): string {
  const head = '| code | default | status | retryable | what the caller is told |\n|---|---|---|---|---|'
  return `${INTRODUCTION}\n${head}\n${Object.entries(codes).map(row).join('\n')}\n`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(errorsFile, errorsPage(CODES))
  writeFileSync(schemaFile, schemaPage())
}
