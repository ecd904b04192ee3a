/** Bytes of a request body, and where eight letters in it stand that differ from one request to the next. */
export interface Template {
  text: string
  /** Byte offsets. */
  marks: number[]
}

/** What the marks hold until they are written over. Letters, so that no guard has more to do because of them. */
export const MARK = 'abcdefgh'
/** The first token of every streamed answer, by which the load generator knows it. */
export const FIRST_TOKEN = 'Certainly,'
export const MODEL = 'bench-model'
/** Has the mock wait before each event, as a model does. */
export const PACED = 'bench-paced'

const SENTENCES = [
  'The meeting was moved to half past ten because the room was taken by somebody else.',
  'Please summarise what we agreed on and name the two points that are still open.',
  'I would rather not change the schema now, since three other teams read from that table.',
  'Our return policy allows 30 days, but the customer wrote on day 34 and asked politely.',
  'She said "not before the end of the month", and nobody objected to it at the time.',
  'It works on my machine; the server, however, still runs the version from last year.',
  'A short list would help: what to do, who does it, and when it has to be finished.',
  'The report compares 4 suppliers in 12 regions and leaves the decision to the board.',
  'If the temperature rises above the limit, the valve closes and a light comes on.',
  'Could you write that in plain words, so that somebody without a degree follows it?',
  'They measured it twice, and both times the difference was smaller than the error.\n',
  'First read the whole document, then answer the questions in the order they appear.',
  'The harbour was quiet that morning, apart from one ferry and a great many gulls.',
  'Everything after the second paragraph repeats what was said before and can go.',
  'Version 2.1 fixed the crash, although the memory use went up by about 15 percent.',
  'My grandmother kept her recipes in a tin box, sorted by a system of her own.',
]
/** One in a while holds what is not ASCII, as text from people and models does. */
const TYPESET = 'It’s what the café on the corner does — every day of the week, and it works.'

/** Ordinary sentences, the same for the same seed. `typeset`: not ASCII alone. */
export function prose(seed: number, length: number, typeset = false): string {
  let state = seed * 2654435761
  let text = ''
  while (text.length < length) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    const pick = (state >>> 8) % (SENTENCES.length + 1)
    text += `${SENTENCES[pick] ?? (typeset ? TYPESET : SENTENCES[0])} `
  }
  return text.slice(0, length).trimEnd()
}

interface Message {
  role: 'system' | 'user' | 'assistant'
  text: string
  /** Differs from one request to the next. */
  fresh: boolean
}

function template(messages: readonly Message[], stream: boolean, model = MODEL): Template {
  const text = JSON.stringify({
    model,
    stream,
    messages: messages.map(({ role, text, fresh }) => ({ role, content: fresh ? `${MARK} ${text}` : text })),
    temperature: 0.7,
    max_tokens: 512,
  })
  const bytes = Buffer.from(text)
  const marks: number[] = []
  for (let at = bytes.indexOf(MARK); at >= 0; at = bytes.indexOf(MARK, at + 1)) marks.push(at)
  return { text, marks }
}

/** A chat of about `bytes` bytes, of which no message was ever seen before. */
export function chat(bytes: number, stream: boolean, model = MODEL): Template {
  const each = bytes > 4096 ? 1200 : bytes - 330
  const messages: Message[] = [{ role: 'system', text: prose(1, 160), fresh: true }]
  for (let size = 300; size < bytes - each; size += each + 50) {
    const role = messages.length % 2 === 1 ? 'user' : 'assistant'
    messages.push({ role, text: prose(messages.length + 1, each, bytes > 4096), fresh: true })
  }
  return template(messages, stream, model)
}

/**
 * Turn `turns` of a conversation that sends its history along, about 600 characters a turn. Its last message is new in
 * every request; the others are if `fresh`, so that nothing of them is remembered.
 */
export function conversation(turns: number, fresh: boolean, inThird = ''): Template {
  const messages: Message[] = []
  for (let turn = 1; turn <= turns; turn++) {
    messages.push({ role: 'user', text: prose(turn * 2, 300, true), fresh: fresh || turn === turns })
    if (turn < turns) messages.push({ role: 'assistant', text: prose(turn * 2 + 1, 300, true), fresh })
  }
  const third = messages[2]
  if (third !== undefined) third.text += inThird
  return template(messages, false)
}
