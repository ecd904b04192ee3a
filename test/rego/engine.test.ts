import { afterEach, expect, test } from 'vitest'
import { stopAll } from '../gate.ts'
import { sourceServer } from '../sources.ts'
import { regoGate } from './gate.ts'

afterEach(stopAll)

test('a server of OPA decides, and what it does not say is denied', async () => {
  const server = await sourceServer({ body: '{"result":{"allow":true}}' })
  const engine = { url: server.url }
  const gate = await regoGate({ asks: { package: 'acme.calls', engine } })
  const says = (result: unknown, status = 200) => {
    server.serve({ body: JSON.stringify(result === undefined ? {} : { result }), status })
    return gate.ask()
  }
  const denied = { status: 403, code: 'policy.denied' }
  const undecided = { status: 403, code: 'policy.undefined' }
  expect(await says({ allow: true })).toEqual({ status: 200 })
  expect(server.asked[0]?.url).toBe('/v1/data/acme/calls')
  expect(await says({ allow: true, deny: [], other: 1 })).toEqual({ status: 200 })
  expect(await says({ allow: true, deny: ['no'] })).toEqual(denied)
  expect(await says({ allow: false })).toEqual(denied)
  // It may be one that nobody defines, or one that is undefined.
  expect(await says({ deny: [] })).toEqual(undecided)
  for (const result of [undefined, null, true, [], { allow: 'yes' }])
    expect(await says(result)).toEqual(undecided)
  expect(await says({ allow: true }, 500)).toEqual(undecided)

  const other = await regoGate({ asks: { package: 'acme.calls', engine, rules: ['deny'] } })
  server.serve({ body: '{"result":{"deny":[]}}' })
  expect(await other.ask()).toEqual({ status: 200 })
  server.serve({ body: '{"result":{"allow":true}}' })
  expect(await other.ask()).toEqual(undecided)
})
