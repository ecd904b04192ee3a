import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { onStop, stopAll } from '../../test/gate.ts'
import { pem, startCa } from '../../test/identity/ca.ts'
import { http } from './http.ts'

afterEach(stopAll)

test('a server is believed by its authority alone', async () => {
  const ca = startCa()
  const pair = ca.issue(['CN=opa'], ['IP:127.0.0.1'])
  const server = createServer(pem(pair), (_, response) => response.end(readFileSync(pair.cert)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onStop(async () => server.close())
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const ask = async (file?: string) => {
    const asked = http({ ...(file !== undefined && { ca: file }), connect: 2000, connections: 1 })
    onStop(() => asked.close())
    return (await asked.ask({ url, headers: {}, limit: 10_000, within: 5000 })).status
  }
  expect(await ask(ca.file)).toBe(200)
  await expect(ask()).rejects.toThrow()
  await expect(ask(startCa('other').file)).rejects.toThrow()
})
