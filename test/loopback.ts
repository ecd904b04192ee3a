import { cancellation } from '../src/core/cancellation.ts'
import { loopbackUpstream } from '../src/upstreams/loopback/index.ts'

const model = loopbackUpstream({ name: 'loopback' })

/** The transport of an official client that speaks to the built-in model, without a network. */
export async function loopbackFetch(url: string | URL | Request, init?: RequestInit): Promise<Response> {
  // Anthropic's client adds what others have in their base URL.
  const path = new URL(String(url)).pathname.replace(/^\/v1(?=\/)/, '')
  const { signal } = cancellation()
  const answer = await model.send({ path, headers: {}, body: String(init?.body), signal, stream: false })
  const headers = { 'content-type': String(answer.headers['content-type']) }
  return new Response(ReadableStream.from(answer.body), { status: answer.status, headers })
}
