import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Two ONNX models that know a few words, in a folder as `models/guard` is: real files for the real runtime, so small that
 * they are written here byte by byte (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
 */
const SURE = 8
/** What each model makes of a word: logits of injection and toxicity. A text is what its strongest word is. */
const WORDS: Readonly<Record<string, { fast: [number, number]; encoder: [number, number] }>> = {
  attack: { fast: [SURE, -SURE], encoder: [SURE, -SURE] },
  trick: { fast: [0.5, -SURE], encoder: [SURE, -SURE] },
  doubt: { fast: [0, -SURE], encoder: [-SURE, -SURE] },
  hint: { fast: [0, -SURE], encoder: [1, -SURE] },
  hate: { fast: [-SURE, SURE], encoder: [-SURE, SURE] },
}
const NONE = { fast: [-SURE, -SURE], encoder: [-SURE, -SURE] }
const LETTERS = [...'abcdefghijklmnopqrstuvwxyz0123456789']
export const VOCABULARY: readonly string[] = [
  // Were it not masked, what is filled up would be an attack.
  '[PAD]',
  '[UNK]',
  '[CLS]',
  '[SEP]',
  ...Object.keys(WORDS),
  'user',
  'document',
  'the',
  'word',
  '##s',
  ...LETTERS,
  ...LETTERS.filter((letter) => letter !== 's').map((letter) => `##${letter}`),
  ...'.,:;!?[]()-',
]
export const DIMENSIONS = 4

export const TOKENIZER = {
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: ['[PAD]', '[UNK]', '[CLS]', '[SEP]'].map((content, id) => ({
    id,
    content,
    special: true,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
  })),
  normalizer: {
    type: 'BertNormalizer',
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: null,
    lowercase: true,
  },
  pre_tokenizer: { type: 'BertPreTokenizer' },
  post_processor: null,
  decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: Object.fromEntries(VOCABULARY.map((word, id) => [word, id])),
  },
}

const thresholds = {
  'injection.suspected': { user: 0.6, data: 0.5 },
  'injection.direct': { user: 0.9 },
  'injection.indirect': { data: 0.9 },
  'toxicity.toxic': { any: 0.5 },
}
const clear = { user: { low: 0.2, high: 0.95 }, data: { low: 0.2, high: 0.95 } }
const platt = { injection: { a: 1, b: 0 }, toxicity: { a: 1, b: 0 } }

function idsOf(...words: readonly string[]): number[] {
  return words.map((word) => VOCABULARY.indexOf(word))
}

export const MANIFEST = {
  version: 'stand-in',
  maxTokens: 32,
  stride: 8,
  heads: ['injection', 'toxicity'],
  prefix: { user: 'user : ', data: 'document : ' },
  prefixIds: { user: idsOf('user', ':'), data: idsOf('document', ':') },
  cls: 2,
  sep: 3,
  calibration: { encoder: platt, fast: platt },
  thresholds: { encoder: thresholds, fast: thresholds },
  cascade: { injection: clear, toxicity: clear },
}

/** Writes the folder. @param files contents that differ */
export function standIn(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-models-'))
  const all = {
    'guard.json': JSON.stringify(MANIFEST),
    'tokenizer.json': JSON.stringify(TOKENIZER),
    'fast.onnx': model('fast'),
    'encoder.onnx': model('encoder'),
    ...files,
  }
  for (const [name, content] of Object.entries(all)) writeFileSync(join(folder, name), content)
  return folder
}

function varint(value: number): Uint8Array {
  const bytes: number[] = []
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    bytes.push(rest < 128 ? rest : (rest % 128) + 128)
    if (rest < 128) return Uint8Array.from(bytes)
  }
}
const number = (field: number, value: number): Uint8Array => joined(varint(field * 8), varint(value))
const bytes = (field: number, value: Uint8Array | string): Uint8Array => {
  const content = Buffer.from(value as string)
  return joined(varint(field * 8 + 2), varint(content.length), content)
}
const joined = (...parts: readonly Uint8Array[]): Uint8Array => Buffer.concat(parts)

const FLOAT = 1
const INT64 = 7

function tensor(name: string, dims: readonly number[], values: readonly number[], type = FLOAT): Uint8Array {
  const raw = type === FLOAT ? Float32Array.from(values) : BigInt64Array.from(values.map(BigInt))
  return joined(
    ...dims.map((dim) => number(1, dim)),
    number(2, type),
    bytes(8, name),
    bytes(9, new Uint8Array(raw.buffer)),
  )
}

/** @param attributes integers, or lists of them */
function node(
  op: string,
  inputs: readonly string[],
  output: string,
  attributes: Readonly<Record<string, number | readonly number[]>> = {},
): Uint8Array {
  return joined(
    ...inputs.map((input) => bytes(1, input)),
    bytes(2, output),
    bytes(4, op),
    ...Object.entries(attributes).map(([name, value]) =>
      bytes(
        5,
        typeof value === 'number'
          ? joined(bytes(1, name), number(3, value), number(20, 2))
          : joined(bytes(1, name), ...value.map((each) => number(8, each)), number(20, 7)),
      ),
    ),
  )
}

function value(name: string, type: number, dims: readonly (string | number)[]): Uint8Array {
  const shape = dims.map((dim) => bytes(1, typeof dim === 'number' ? number(1, dim) : bytes(2, dim)))
  return joined(bytes(1, name), bytes(2, bytes(1, joined(number(1, type), bytes(2, joined(...shape))))))
}

function model(which: 'fast' | 'encoder'): Uint8Array {
  const logits = VOCABULARY.flatMap((word) =>
    word === '[PAD]' ? [SURE, SURE] : (WORDS[word] ?? NONE)[which],
  )
  // So that texts of the same words, and only they, mean the same.
  const vectors = VOCABULARY.flatMap((_, id) => [Math.cos(id), Math.sin(id), Math.cos(7 * id), 0.1])
  const nodes = [
    node('Cast', ['attention_mask'], 'kept', { to: FLOAT }),
    node('Unsqueeze', ['kept', 'last'], 'mask'),
    node('Sub', ['mask', 'one'], 'below'),
    node('Mul', ['below', 'much'], 'hidden'),
    node('Gather', ['words', 'input_ids'], 'said'),
    node('Add', ['said', 'hidden'], 'seen'),
    node('ReduceMax', ['seen'], 'logits', { axes: [1], keepdims: 0 }),
  ]
  const tensors = [
    tensor('last', [1], [2], INT64),
    tensor('one', [], [1]),
    tensor('much', [], [100]),
    tensor('words', [VOCABULARY.length, 2], logits),
  ]
  const outputs = [value('logits', FLOAT, ['b', 2])]
  if (which === 'encoder') {
    nodes.push(
      node('Gather', ['vectors', 'input_ids'], 'meant'),
      node('Mul', ['meant', 'mask'], 'counted'),
      node('ReduceSum', ['counted', 'middle'], 'sum', { keepdims: 0 }),
      node('LpNormalization', ['sum'], 'embedding', { axis: 1, p: 2 }),
    )
    tensors.push(
      tensor('middle', [1], [1], INT64),
      tensor('vectors', [VOCABULARY.length, DIMENSIONS], vectors),
    )
    outputs.push(value('embedding', FLOAT, ['b', DIMENSIONS]))
  }
  const graph = joined(
    ...nodes.map((each) => bytes(1, each)),
    bytes(2, 'stand-in'),
    ...tensors.map((each) => bytes(5, each)),
    bytes(11, value('input_ids', INT64, ['b', 't'])),
    bytes(11, value('attention_mask', INT64, ['b', 't'])),
    ...outputs.map((each) => bytes(12, each)),
  )
  return joined(number(1, 8), bytes(7, graph), bytes(8, number(2, 13)))
}
