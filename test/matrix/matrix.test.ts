import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { embedded } from '../../src/upstreams/loopback/embeddings.ts'
import { requestOf } from '../../src/upstreams/loopback/request.ts'
import { stopAll } from '../gate.ts'
import { expectCell } from './expect.ts'
import { withMatrix } from './page.ts'
import { runMatrix } from './run.ts'

const PAGE = 'docs/protocols.md'

// Before the tests are known, as it says which there are: the cells run side by side.
const observed = await runMatrix().finally(stopAll)

function vector(text: string): number[] {
  const request = requestOf({ model: 'm', messages: [{ role: 'user', text }] })
  return embedded({ id: '', body: { input: text }, request }).data[0]?.embedding as number[]
}

const byClient = new Map(observed.map(({ client }) => [`${client.sdk}, ${client.call}`, client]))

describe.each([...byClient])('%s', (_, client) => {
  const cells = observed.filter((cell) => cell.client === client)
  test.each(cells.map((cell) => [cell.outcome, cell.mode, cell.kind, cell] as const))(
    '%s, %s, %s',
    (_outcome, _mode, _kind, cell) => expectCell(cell, vector),
  )
})

test(`${PAGE} shows what was seen; \`UPDATE_DOCS=1 npx vitest run test/matrix\` writes it`, () => {
  const page = readFileSync(PAGE, 'utf8')
  const seen = withMatrix(page, observed)
  if (process.env.UPDATE_DOCS !== undefined) writeFileSync(PAGE, seen)
  else expect(page).toBe(seen)
})
