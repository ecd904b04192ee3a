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
  expect(await says({ deny: [] })).toEqual({ status: 200 })
  for (const result of [undefined, null, true, [], { allow: 'yes' }])
    expect(await says(result)).toEqual(undecided)
  expect(await says({ allow: true }, 500)).toEqual(undecided)

  // An `allow` that is undefined looks like one that nobody defines: who has both says so.
  const other = await regoGate({ asks: { package: 'acme.calls', engine, rules: ['allow', 'deny'] } })
  server.serve({ body: '{"result":{"allow":true,"deny":[]}}' })
  expect(await other.ask()).toEqual({ status: 200 })
  for (const body of ['{"result":{"allow":true}}', '{"result":{"deny":[]}}']) {
    server.serve({ body })
    expect(await other.ask()).toEqual(undecided)
  }
})
