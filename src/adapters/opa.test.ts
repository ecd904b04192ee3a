import { afterEach, expect, test } from 'vitest'
import { stopAll } from '../../test/gate.ts'
import { sourceServer } from '../../test/sources.ts'
import { opaServers } from './opa.ts'

afterEach(stopAll)

const FAILED = { error: 'the server of OPA gave no answer in time that can be read' }

test('only an answer that can be read, in time, is one', async () => {
  const server = await sourceServer({ body: '' })
  const warned: string[] = []
  const servers = opaServers({ secret: () => 'key', warn: (message) => warned.push(message) })
  const opa = servers.open({ url: server.url, key: { env: 'K' } })
  const answer = (body: string, status = 200) => {
    server.serve({ body, status })
    return opa.data(['acme', 'a b'], '{"x":1}', 2000)
  }
  expect(await answer('{"result":{"allow":true}}')).toEqual({ value: { allow: true } })
  expect(await answer('{"result":null,"decision_id":"1"}')).toEqual({ value: null })
  expect(await answer('{}')).toEqual({ undefined: true })
  expect(server.asked.at(-1)).toMatchObject({
    url: '/v1/data/acme/a%20b',
    headers: { authorization: 'Bearer key' },
  })
  expect(warned).toEqual([])
  for (const [body, status, why] of [
    ['{"result":true}', 500, 'it answered 500'],
    ['{"result":true}', 302, 'it answered 302'],
    ['{"result":true', 200, 'it answered something that is not JSON'],
    ['[true]', 200, 'it answered something that is no object'],
    [`{"result":"${'x'.repeat(1024 * 1024)}"}`, 200, 'it answered more than 1048576 bytes'],
  ] as const) {
    expect(await answer(body, status)).toEqual(FAILED)
    // Once, and not with every call.
    expect(await answer(body, status)).toEqual(FAILED)
    expect(warned.splice(0)).toEqual([`the server of OPA at ${server.url} does not decide: ${why}`])
  }
  server.serve({ body: '{"result":true}', after: 10_000 })
  expect(await opa.data(['a'], '{}', 50)).toEqual(FAILED)
  expect(warned.splice(0)).toEqual([
    `the server of OPA at ${server.url} does not decide: it did not answer in time`,
  ])
  await server.close()
  expect(await opa.data(['a'], '{}', 2000)).toEqual(FAILED)
  await servers.close()
})
