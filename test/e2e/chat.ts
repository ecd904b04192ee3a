import { type Reply, sse } from '../mock-upstream.ts'

/** What a choice of the mock says: its text in pieces, or the arguments of one tool call in pieces. */
export interface Said {
  text?: readonly string[]
  tool?: { name: string; arguments: readonly string[] }
}

const USAGE = { prompt_tokens: 7, completion_tokens: 5, total_tokens: 12 }
const FRAME = { id: 'chatcmpl-1', created: 1, model: 'm' }

/** A chat completion that says this, one choice each, as a body or as a stream of one event a piece. */
export function says(stream: boolean, ...choices: Said[]): Reply {
  return stream ? { chunks: sse(...events(choices)) } : { json: completion(choices) }
}

function completion(choices: readonly Said[]): object {
  return {
    ...FRAME,
    object: 'chat.completion',
    choices: choices.map(({ text, tool }, index) => ({
      index,
      message: {
        role: 'assistant',
        content: text === undefined ? null : text.join(''),
        ...(tool === undefined
          ? {}
          : {
              tool_calls: [
                {
                  id: 'call_1',
                  type: 'function',
                  function: { name: tool.name, arguments: tool.arguments.join('') },
                },
              ],
            }),
      },
      finish_reason: tool === undefined ? 'stop' : 'tool_calls',
    })),
    usage: USAGE,
  }
}

/** The events of a stream, pieces of all choices taking turns. */
function events(choices: readonly Said[]): object[] {
  const all: object[] = choices.map((_, index) => delta(index, { role: 'assistant', content: '' }))
  const pieces = choices.map(({ text = [], tool }) => [
    ...text.map((content) => ({ content })),
    ...(tool?.arguments ?? []).map((piece, i) => ({
      tool_calls: [
        {
          index: 0,
          ...(i === 0 ? { id: 'call_1', type: 'function' } : {}),
          function: { ...(i === 0 ? { name: tool!.name } : {}), arguments: piece },
        },
      ],
    })),
  ])
  for (let turn = 0; pieces.some((own) => turn < own.length); turn++)
    pieces.forEach((own, index) => {
      if (turn < own.length) all.push(delta(index, own[turn]!))
    })
  choices.forEach(({ tool }, index) => {
    all.push(delta(index, {}, tool === undefined ? 'stop' : 'tool_calls'))
  })
  return [...all, { ...FRAME, object: 'chat.completion.chunk', choices: [], usage: USAGE }]
}

/** One event of one choice. */
export function delta(index: number, said: object, finish: string | null = null): object {
  return {
    ...FRAME,
    object: 'chat.completion.chunk',
    choices: [{ index, delta: said, finish_reason: finish }],
  }
}
