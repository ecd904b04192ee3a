import type { Match } from './match.ts'

/** A literal by which the structure of a prompt is forged. `line`: only at the beginning of a line. */
export interface Mark {
  literal: string
  weight: number
  line: boolean
}

const marks = (weight: number, line: boolean, literals: readonly string[]): Mark[] =>
  literals.map((literal) => ({ literal, weight, line }))

const ROLES = ['system', 'assistant', 'user', 'developer']

/** Canonical: small letters, and the wide bars of DeepSeek's tokens are plain. A space is any white space. */
export const MARKS: readonly Mark[] = [
  // What opens a turn in the templates of Qwen and ChatML, Llama 3, Phi, Zephyr, Granite, GPT-OSS, Command R, Gemma, DeepSeek.
  ...marks(0.95, false, [
    ...ROLES.flatMap((role) => [
      `<|im_start|>${role}`,
      `<|im_start|> ${role}`,
      `<|start_header_id|>${role}`,
      `<|start_header_id|> ${role}`,
      `<|start_of_role|>${role}`,
      `<|start|>${role}`,
      `<|header_start|>${role}`,
      `<|channel|>${role}`,
    ]),
    '<|channel|>final',
    '<|channel|>analysis',
    '<start_of_turn>model',
    '<start_of_turn>user',
    '<start_of_turn>system',
    '<|start_of_turn_token|><|system_token|>',
    '<|start_of_turn_token|><|user_token|>',
    '<|start_of_turn_token|><|chatbot_token|>',
    '[inst] <<sys>>',
    '[/inst]</s>',
    '</s>[inst]',
    '</s> [inst]',
    '</s><s>[inst]',
    '<|im_end|> <|im_start|>',
    '<|im_end|><|im_start|>',
    '<end_of_turn> <start_of_turn>',
    '<|eot_id|><|start_header_id|>',
    '<|end|> <|system|>',
    '<|end|><|system|>',
    '<|end|> <|assistant|>',
  ]),
  ...marks(0.7, false, [
    '<|im_start|>',
    '<|im_end|>',
    '<|im_sep|>',
    '<|endoftext|>',
    '<|endofprompt|>',
    '<|eot_id|>',
    '<|begin_of_text|>',
    '<|end_of_text|>',
    '<|start_header_id|>',
    '<|end_header_id|>',
    '<|start_of_role|>',
    '<|system|>',
    '<|user|>',
    '<|assistant|>',
    '<|system_token|>',
    '<|user_token|>',
    '<|chatbot_token|>',
    '<|start_of_turn_token|>',
    '<|end_of_turn_token|>',
    '<|begin\u2581of\u2581sentence|>',
    '<|end\u2581of\u2581sentence|>',
    '<|user|>',
    '<|header_start|>',
    '<|channel|>',
    '<|return|>',
    '<start_of_turn>',
    '<end_of_turn>',
    '[system_prompt]',
    '[/system_prompt]',
    '[/inst]',
    '<<sys>>',
    '<</sys>>',
    '[system](#',
    '[assistant](#',
    '<admin_override>',
    '<system_override>',
    '[system override]',
    '[admin override]',
    '[jailbreak]',
    '[jailbreaked]',
    '[\u{1f513}jailbreak]',
    '\u{1f513}jailbreak',
    '[\u{1f512}classic]',
    '[classic]',
    '{{#system~}}',
  ]),
  ...marks(0.65, false, ['<!-- hidden instruction', '<!-- system:', '[system injection', 'ai_instruction:']),
  ...marks(0.6, false, ['</system>', '</system_prompt>', '</user_input>', '[/system]']),
  ...marks(0.5, false, [
    '</instructions>',
    '[inst]',
    '<system>',
    '<system_prompt>',
    '[end of prompt]',
    '[end prompt]',
    '[system]',
  ]),
  ...marks(0.62, true, [
    '### system:',
    '### system prompt:',
    '### new instruction',
    'end of prompt',
    'end of system prompt',
    '---end of prompt',
    '--- end of prompt',
    '=== end of',
    '====end',
    'new system prompt:',
    'new instructions:',
    'new instruction:',
    'new task:',
    'system override:',
    'system note:',
    'system message:',
    'admin override:',
    '[system note',
    '[system message',
    '[system instruction',
    '[admin',
    '[new instruction',
    '[instruction override',
    '[hidden instruction',
    '**new instruction',
    '*** new instruction',
    '*** new important instruction',
    '# new instruction',
    '## new instruction',
  ]),
  // Dialogues are written so.
  ...marks(0.35, true, ['human:', 'assistant:']),
  ...marks(0.4, true, [
    '### instruction:',
    '### response:',
    '### human:',
    '### assistant:',
    '### user:',
    'system:',
    '[instruction]',
    '{"role": "system"',
    '{"role":"system"',
    'begin system prompt',
    'important!',
    '*** important',
  ]),
]

/** What a mark found at [start, end) of canonical text says. */
export function marked(text: string, mark: Mark, start: number, end: number): Match[] {
  if (mark.line && !beginsLine(text, start)) return []
  const { weight } = mark
  return [{ rule: { topic: 'forgeries', name: mark.literal, weight }, start, end, weight }]
}

function beginsLine(text: string, at: number): boolean {
  let before = at
  while (before > 0 && (text[before - 1] === ' ' || text[before - 1] === '\t')) before--
  return before === 0 || text[before - 1] === '\n'
}
