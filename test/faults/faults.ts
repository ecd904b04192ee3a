import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { type Asked, chunk, head, type Peer, type Serve, TEXT, trickle } from './server.ts'

/** What the caller gets: the answer, an error in its place, or one that ends a stream that has begun. */
export type Outcome = 'answer' | `upstream.${string}` | `begun, then upstream.${string}`

export interface Fault {
  /** What the upstream does, as `docs/upstreams.md` has it. */
  name: string
  serve: Serve
  whole: Outcome
  streamed: Outcome
}

/** Limits of the gates that these are tried on, in milliseconds. */
export const TIMEOUTS = { connect: '1500ms', firstByte: '1500ms', idle: '1s', total: '5s' } as const

const JSON_TYPE = 'content-type: application/json'
const CHUNKED = 'transfer-encoding: chunked'

/** Up to where the model's text has been said: enough of a stream for the caller to see it begin, half of a body. */
function middle({ body, stream }: Asked): number {
  return stream ? body.indexOf('\n\n', body.indexOf(TEXT)) + 2 : body.length >> 1
}

/** Answers each request on a connection by itself. */
const each =
  (answer: (peer: Peer, asked: Asked) => unknown): Serve =>
  async (peer) => {
    for (let asked = await peer.request(); asked !== undefined; asked = await peer.request())
      await answer(peer, asked)
  }
/** Says this to the first request, and then nothing more. */
const says = (text: (asked: Asked) => string): Serve => each((peer, asked) => peer.say(text(asked)))
/** Says this to the first request, then ends the connection. */
const ends = (text: (asked: Asked) => string): Serve =>
  each(async (peer, asked) => {
    await peer.say(text(asked))
    peer.end()
  })

const begins = (asked: Asked, ...headers: string[]) =>
  head('200 OK', `content-type: ${asked.type}`, ...headers)
const sized = ({ body }: Asked, more = 0) => `content-length: ${body.length + more}`
const whole = (asked: Asked, ...headers: string[]) => begins(asked, sized(asked), ...headers) + asked.body
const status = (line: string, ...headers: string[]): Serve =>
  says(() => `${head(line, JSON_TYPE, 'content-length: 2', ...headers)}{}`)
const both = (outcome: Outcome) => ({ whole: outcome, streamed: outcome })
const broken = (code: string) =>
  ({
    whole: `upstream.${code}`,
    streamed: `begun, then upstream.${code}`,
  }) as const

async function forever(peer: Peer, piece: string, ms = 0): Promise<void> {
  while (!peer.socket.destroyed) {
    await peer.say(piece)
    if (ms > 0) await sleep(ms, undefined, { ref: false })
  }
}

/** In the order of an exchange: before the answer, its head, its body, its end. */
export const FAULTS: readonly Fault[] = [
  {
    name: 'resets the connection at once',
    serve: ({ socket }) => socket.resetAndDestroy(),
    ...both('upstream.unavailable'),
  },
  { name: 'closes the connection at once', serve: (peer) => peer.end(), ...both('upstream.unavailable') },
  {
    name: 'accepts the connection and reads nothing',
    serve: ({ socket }) => socket.pause(),
    ...both('upstream.timeout'),
  },
  { name: 'reads the request and says nothing', serve: each(() => undefined), ...both('upstream.timeout') },
  { name: 'reads the request and closes', serve: ends(() => ''), ...both('upstream.unavailable') },
  {
    name: 'reads the request and resets',
    serve: each(({ socket }) => socket.resetAndDestroy()),
    ...both('upstream.unavailable'),
  },

  { name: 'stops within the status line', serve: says(() => 'HTTP/1.1 20'), ...both('upstream.timeout') },
  {
    name: 'stops within the headers',
    serve: says(() => `HTTP/1.1 200 OK\r\n${JSON_TYPE}\r\ncont`),
    ...both('upstream.timeout'),
  },
  {
    name: 'closes within the headers',
    serve: ends(() => `HTTP/1.1 200 OK\r\n${JSON_TYPE}\r\ncont`),
    ...both('upstream.unavailable'),
  },
  {
    name: 'speaks another protocol',
    serve: says(() => 'SSH-2.0-OpenSSH_9.6\r\n'),
    ...both('upstream.invalid'),
  },
  {
    name: 'speaks another protocol before it is asked',
    serve: (peer) => peer.say('220 mail.example ESMTP\r\n'),
    ...both('upstream.invalid'),
  },
  { name: 'answers in TLS', serve: says(() => '\x15\x03\x01\x00\x02\x02\x46'), ...both('upstream.invalid') },
  {
    name: 'answers in HTTP/2',
    serve: says(() => '\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x64'),
    ...both('upstream.invalid'),
  },
  {
    name: 'answers in a version that is none',
    serve: says((asked) => whole(asked).replace('1.1', '9.9')),
    ...both('upstream.invalid'),
  },
  {
    name: 'has a status line without end',
    serve: each((peer) => peer.say('HTTP/1.1 200 ').then(() => forever(peer, 'x'.repeat(1000), 5))),
    ...both('upstream.timeout'),
  },
  {
    name: 'has one header of 64 KiB',
    serve: says((asked) => whole(asked, `x: ${'x'.repeat(65_536)}`)),
    ...both('upstream.invalid'),
  },
  {
    name: 'has 8,000 headers',
    serve: says((asked) => whole(asked, ...Array.from({ length: 8000 }, (_, i) => `x-${i}: x`))),
    ...both('upstream.invalid'),
  },
  {
    name: 'has headers without end',
    serve: each((peer) => peer.say('HTTP/1.1 200 OK\r\n').then(() => forever(peer, 'x: x\r\n'.repeat(100)))),
    ...both('upstream.invalid'),
  },
  {
    name: 'has a header with a line break and no name',
    serve: says((asked) => whole(asked, ' x', ': y')),
    ...both('upstream.invalid'),
  },
  {
    name: 'has two different content-lengths',
    serve: says((asked) => whole(asked, 'content-length: 3')),
    ...both('upstream.invalid'),
  },
  {
    name: 'has content-length and transfer-encoding',
    serve: says((asked) => begins(asked, sized(asked), CHUNKED) + chunk(asked.body) + chunk('')),
    ...both('upstream.invalid'),
  },
  {
    name: 'has a content-length that is no number',
    serve: says((asked) => begins(asked, 'content-length: -1') + asked.body),
    ...both('upstream.invalid'),
  },
  {
    name: 'has no content-type',
    serve: says((asked) => head('200 OK', sized(asked)) + asked.body),
    ...both('upstream.invalid'),
  },
  {
    name: 'has a content-type that is neither JSON nor a stream',
    serve: says((asked) => whole({ ...asked, type: 'text/html' })),
    ...both('upstream.invalid'),
  },
  {
    name: 'compresses, though it was asked not to',
    serve: each((peer, asked) => {
      const body = gzipSync(asked.body)
      return peer.say(begins(asked, 'content-encoding: gzip', `content-length: ${body.length}`), body)
    }),
    ...both('upstream.invalid'),
  },
  {
    name: 'compresses as a transfer encoding',
    serve: each(async (peer, asked) => {
      await peer.say(begins(asked, 'transfer-encoding: gzip'), gzipSync(asked.body))
      peer.end()
    }),
    whole: 'upstream.invalid',
    streamed: 'upstream.invalid',
  },

  {
    name: 'says 103 before its answer',
    serve: says((asked) => head('103 Early Hints', 'link: x') + whole(asked)),
    ...both('answer'),
  },
  {
    name: 'says 103 five hundred times before its answer',
    serve: says((asked) => head('103 Early Hints', 'link: x').repeat(500) + whole(asked)),
    ...both('answer'),
  },
  {
    name: 'says 103 without end',
    serve: each((peer) => forever(peer, head('103 Early Hints', 'link: x').repeat(10), 1)),
    ...both('upstream.timeout'),
  },
  {
    name: 'says 100, for which nobody asked',
    serve: says((asked) => head('100 Continue') + whole(asked)),
    ...both('upstream.invalid'),
  },
  {
    name: 'changes the protocol (101)',
    serve: says(() => head('101 Switching Protocols', 'connection: upgrade', 'upgrade: x')),
    ...both('upstream.invalid'),
  },
  {
    name: 'has nothing to say (204)',
    serve: says(() => head('204 No Content')),
    ...both('upstream.invalid'),
  },
  { name: 'answers 304', serve: says(() => head('304 Not Modified')), ...both('upstream.invalid') },
  { name: 'answers 206', serve: status('206 Partial Content'), ...both('upstream.invalid') },
  ...[301, 302, 303, 307, 308].map(
    (code): Fault => ({
      name: `redirects (${code})`,
      serve: status(`${code} Elsewhere`, 'location: /v1/elsewhere'),
      ...both('upstream.invalid'),
    }),
  ),
  { name: 'refuses the credentials (401)', serve: status('401 Unauthorized'), ...both('upstream.auth') },
  {
    name: 'is limited (429)',
    serve: status('429 Too Many Requests', 'retry-after: 7'),
    ...both('upstream.rate_limited'),
  },
  { name: 'fails (500)', serve: status('500 Internal Server Error'), ...both('upstream.unavailable') },
  {
    name: 'refuses the request (400) and stops within the reason',
    serve: says(() => `${head('400 Bad Request', JSON_TYPE, 'content-length: 99')}{"error":`),
    ...both('upstream.rejected'),
  },
  {
    name: 'refuses the request (400) with a reason without end',
    serve: each((peer) =>
      peer
        .say(`${head('400 Bad Request', JSON_TYPE, CHUNKED)}`)
        .then(() => forever(peer, chunk('x'.repeat(10_000)))),
    ),
    ...both('upstream.rejected'),
  },

  {
    name: 'answers in HTTP/1.0, with a length',
    serve: ends((asked) => whole(asked).replace('1.1', '1.0')),
    ...both('answer'),
  },
  {
    name: 'answers in HTTP/1.0, up to the end of the connection',
    serve: ends((asked) => begins(asked).replace('1.1', '1.0') + asked.body),
    ...both('answer'),
  },
  {
    name: 'answers a byte at a time',
    serve: each((peer, asked) => trickle(peer, begins(asked, CHUNKED) + chunk(asked.body) + chunk(''), 0)),
    ...both('answer'),
  },
  {
    name: 'answers so slowly that `firstByte` is over within the headers',
    serve: each((peer, asked) => trickle(peer, whole(asked), 50)),
    ...both('upstream.timeout'),
  },
  {
    name: 'answers so slowly that `total` is over',
    serve: each(async (peer, asked) => {
      await peer.say(begins(asked, CHUNKED), chunk(asked.body.slice(0, middle(asked))))
      for (const byte of asked.body.slice(middle(asked))) {
        await sleep(100, undefined, { ref: false })
        await peer.say(chunk(byte))
      }
    }),
    ...broken('timeout'),
  },

  {
    name: 'closes after the headers',
    serve: ends((asked) => begins(asked, sized(asked))),
    ...both('upstream.unavailable'),
  },
  {
    name: 'closes after the headers that gave no length',
    serve: ends((asked) => begins(asked, 'connection: close')),
    whole: 'upstream.invalid',
    streamed: 'upstream.unavailable',
  },
  {
    name: 'stops after the headers',
    serve: says((asked) => begins(asked, CHUNKED)),
    ...both('upstream.timeout'),
  },
  {
    name: 'stops within the body',
    serve: says((asked) => begins(asked, CHUNKED) + chunk(asked.body.slice(0, middle(asked)))),
    ...broken('timeout'),
  },
  {
    name: 'closes within the body',
    serve: ends((asked) => begins(asked, CHUNKED) + chunk(asked.body.slice(0, middle(asked)))),
    ...broken('unavailable'),
  },
  {
    name: 'closes within a body that was to end with the connection',
    serve: ends((asked) => begins(asked, 'connection: close') + asked.body.slice(0, middle(asked))),
    whole: 'upstream.invalid',
    streamed: 'begun, then upstream.unavailable',
  },
  {
    name: 'resets within the body',
    serve: each(async (peer, asked) => {
      await peer.say(begins(asked, CHUNKED), chunk(asked.body.slice(0, middle(asked))))
      await sleep(50)
      peer.socket.resetAndDestroy()
    }),
    ...broken('unavailable'),
  },
  {
    name: 'closes before as much has come as content-length says',
    serve: ends((asked) => begins(asked, sized(asked, 9)) + asked.body.slice(0, middle(asked))),
    ...broken('unavailable'),
  },
  {
    name: 'closes before that, having said that it would close',
    serve: ends(
      (asked) => begins(asked, sized(asked, 9), 'connection: close') + asked.body.slice(0, middle(asked)),
    ),
    ...broken('unavailable'),
  },
  {
    name: 'closes within a chunk, having said that it would close',
    serve: ends(
      (asked) => begins(asked, CHUNKED, 'connection: close') + chunk(asked.body).slice(0, 6 + middle(asked)),
    ),
    ...broken('unavailable'),
  },
  {
    name: 'says more than content-length says',
    serve: says((asked) => begins(asked, `content-length: ${middle(asked)}`) + asked.body),
    whole: 'upstream.invalid',
    streamed: 'begun, then upstream.unavailable',
  },
  {
    name: 'says a second answer behind the first',
    serve: says((asked) => whole(asked) + whole({ ...asked, body: '{"smuggled":1}' })),
    ...both('answer'),
  },
  {
    name: 'has a chunk whose size is no number',
    serve: says((asked) => `${begins(asked, CHUNKED) + chunk(asked.body.slice(0, middle(asked)))}zz\r\n`),
    ...broken('invalid'),
  },
  {
    name: 'has a chunk longer than it says',
    serve: says(
      (asked) => `${begins(asked, CHUNKED) + chunk(asked.body.slice(0, middle(asked)))}2\r\nxxxx\r\n`,
    ),
    ...broken('invalid'),
  },
  {
    name: 'has a chunk whose size has no bound',
    serve: says(
      (asked) => `${begins(asked, CHUNKED) + chunk(asked.body.slice(0, middle(asked)))}${'f'.repeat(20)}\r\n`,
    ),
    ...broken('invalid'),
  },
  {
    name: 'has a chunk extension without end',
    serve: each(async (peer, asked) => {
      await peer.say(begins(asked, CHUNKED), chunk(asked.body.slice(0, middle(asked))), '5;')
      await forever(peer, 'x'.repeat(1000), 5)
    }),
    ...broken('timeout'),
  },
  {
    name: 'has trailers without end',
    serve: each(async (peer, asked) => {
      await peer.say(begins(asked, CHUNKED), chunk(asked.body.slice(0, middle(asked))), '0\r\n')
      await forever(peer, 'x: x\r\n'.repeat(100))
    }),
    ...broken('invalid'),
  },
  {
    name: 'is not JSON, or events of something else',
    serve: says((asked) => whole({ ...asked, body: asked.stream ? 'data: <html>\n\n' : '<html>' })),
    ...both('upstream.invalid'),
  },
  {
    name: 'is not UTF-8',
    serve: says((asked) => whole({ ...asked, body: asked.body.replace(TEXT, '\xff\xfe') })),
    ...both('upstream.invalid'),
  },
  {
    name: 'has a body without end: one string, or one line',
    serve: each(async (peer, asked) => {
      await peer.say(begins(asked, CHUNKED), chunk(asked.stream ? 'data: {"x":"' : '{"x":"'))
      await forever(peer, chunk('x'.repeat(1_000_000)))
    }),
    ...both('upstream.invalid'),
  },
  {
    name: 'has events, or white space, without end',
    serve: each(async (peer, asked) => {
      await peer.say(begins(asked, CHUNKED), chunk(asked.stream ? asked.body.slice(0, middle(asked)) : ' '))
      const last = asked.body.slice(asked.body.lastIndexOf('data:', asked.body.indexOf(TEXT)), middle(asked))
      await forever(peer, chunk(asked.stream ? last : ' '), 10)
    }),
    ...broken('timeout'),
  },
  {
    name: 'has comments without end',
    serve: each(async (peer, asked) => {
      await peer.say(begins(asked, CHUNKED))
      await forever(peer, chunk(asked.stream ? ': x\n\n' : ' '), 10)
    }),
    ...both('upstream.timeout'),
  },

  {
    name: 'ends without saying that it does',
    serve: says((asked) =>
      whole({ ...asked, body: asked.stream ? asked.body.slice(0, middle(asked)) : asked.body }),
    ),
    whole: 'answer',
    streamed: 'begun, then upstream.unavailable',
  },
  {
    name: 'says all, but not that the body ends',
    serve: says((asked) => begins(asked, CHUNKED) + chunk(asked.body)),
    whole: 'upstream.timeout',
    streamed: 'answer',
  },
  {
    name: 'says all, and closes before the body ends',
    serve: ends((asked) => begins(asked, CHUNKED) + chunk(asked.body)),
    whole: 'upstream.unavailable',
    streamed: 'answer',
  },
]
