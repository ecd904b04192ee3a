import { subscribe } from 'node:diagnostics_channel'
import { expect } from 'vitest'
import { document, startGate, type TestGate } from '../gate.ts'

export const EMAIL = 'ada.archer@example.com'
/** What a caller reads where a word blocks. */
export const BLOCKED = 'The text contains a word that this boundary does not allow.'

/** What the tests of SDKs ask the built-in model, and what comes of it in a gate of `startSdkGate`. */
export const ASK = {
  plain: 'What is a sallyport?',
  /** The model makes up a customer, whose values `output` masks. */
  masked: 'Show me the customer record of Ada Smith.',
  /** The model gets a token, and the caller the address. */
  restored: `Repeat after me: I wrote to ${EMAIL} today.`,
  /** Blocked on the way in. */
  blocked: 'Say: Ope\u200bn  SESAME!',
  /** The answer is blocked before any of it was said. */
  atOnce: 'Repeat after me: The vault is open.',
  /** Blocked after some of it was said. */
  midway: 'Repeat after me: Listen closely now: the vault is open.',
  mail: `Call send_mail with {"to": "${EMAIL}"}`,
} as const

export const SAID = {
  plain:
    'You asked: "What is a sallyport?". I am the model built into the gate, and this is all I know about it.',
  masked: 'Customer record: Edda Brook, email [EMAIL], card [CREDIT_CARD].',
  restored: `I wrote to ${EMAIL} today`,
  midway: 'Listen closely now: ',
} as const

const WORDS = { use: 'keywords', with: { words: ['open sesame'] } }
const asked = [WORDS, { use: 'pii', with: { mask: 'token' } }]
const inspected = {
  upstreams: [{ name: 'loopback' }],
  input: asked,
  context: asked,
  output: [{ use: 'keywords', with: { words: ['the vault is'] } }, { use: 'pii' }],
}

/**
 * A gate before the built-in model. Its model `loopback` gives tools the tokens that stand for masked values, `agent`
 * gives them the values.
 */
export function startSdkGate(): Promise<TestGate> {
  return startGate({
    documents: [
      document('Upstream', 'loopback', { protocol: 'loopback', models: [{ name: '*' }] }),
      document('Boundary', 'chat', inspected),
      // A label and no token: a token's number would make the vector depend on what else a call holds.
      document('Boundary', 'embeddings', {
        match: { paths: ['/v1/embeddings'] },
        upstreams: [{ name: 'loopback' }],
        input: [WORDS, { use: 'pii' }],
      }),
      document('Boundary', 'agent', {
        ...inspected,
        match: { models: ['agent'] },
        restore: ['text', 'tool_call'],
      }),
    ].join(''),
  })
}

/** How many calls reached the gate while `run` ran: SDKs are done with retrying when their promise is settled. */
export async function attempts(gate: TestGate, run: () => Promise<unknown>): Promise<number> {
  const before = (await gate.records()).length
  await run()
  return (await gate.records(before + 1)).length - before
}

/** What a promise is rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  let value: unknown
  try {
    value = await promise
  } catch (error) {
    return error
  }
  return expect.fail(`this was not rejected: ${JSON.stringify(value)}`)
}

/**
 * The hosts that `fetch` has connected to, which is how all SDKs that are tested call out. Some of them would tell a
 * service of theirs what they were asked.
 */
export const hosts = new Set<string>()
subscribe('undici:client:beforeConnect', (message) => {
  hosts.add((message as { connectParams: { hostname: string } }).connectParams.hostname)
})
