import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { SAID, startSdkGate } from '../e2e/sdk-gate.ts'
import { stopAll } from '../gate.ts'

afterAll(stopAll)

const page = readFileSync('docs/protocols.md', 'utf8')

/** A call with each of the clients that the page makes. */
const CALLS = `
import { generateText } from 'ai'
globalThis.AI_SDK_LOG_WARNINGS = false
const messages = [{ role: 'user', content: 'What is a sallyport?' }]
const prompt = messages[0].content
const model = 'loopback'
const said = {
  openai: (await openai.chat.completions.create({ model, messages })).choices[0].message.content,
  azure: (await azure.chat.completions.create({ model, messages })).choices[0].message.content,
  anthropic: (await anthropic.messages.create({ model, messages, max_tokens: 100 })).content[0].text,
  aiOpenAI: (await generateText({ model: aiOpenAI(model), prompt })).text,
  aiAnthropic: (await generateText({ model: aiAnthropic(model), prompt })).text,
  aiCompatible: (await generateText({ model: aiCompatible(model), prompt })).text,
}
console.log(JSON.stringify(said))`

test('each client that the page makes gets its answer', async () => {
  const gate = await startSdkGate()
  const shown = /^```js\n([\s\S]*?)^```/m.exec(page)?.[1] ?? ''
  const code = shown.replace('http://127.0.0.1:8080', gate.url) + CALLS
  const run = promisify(execFile)
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', code], {
    env: { ...process.env, SALLYPORT_KEY: gate.key },
  })
  const said = JSON.parse(stdout) as Record<string, string>
  expect(Object.keys(said)).toEqual([...shown.matchAll(/^export const (\w+)/gm)].map(([, name]) => name))
  expect([...new Set(Object.values(said))]).toEqual([SAID.plain])
})
