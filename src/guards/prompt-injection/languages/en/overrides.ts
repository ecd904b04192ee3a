import type { Rule } from '../../types.ts'

/** What was said before is to count no more. */
export const overrides: readonly Rule[] = [
  ['overrides', 0.97, '^ @drop %6 @prior %5 @orders'],
  ['overrides', 0.95, '^ @drop %6 @prior ~2 @orders'],
  [
    'overrides',
    0.95,
    '^ @drop %5 @orders ~3 above|before|previously|earlier|prior|preceding|beforehand|past',
  ],
  [
    'overrides',
    0.93,
    '^ @drop %5 @orders ~2 you|i|we|been|were|they|developers|openai ~3 given|told|received|learned|provided|got|had|gave|said|written',
  ],
  ['overrides', 0.92, '^ @drop about? all|any|every|those|these|what %5 @orders $'],
  [
    'overrides',
    0.92,
    '^ ignore|ignoring|disregard|forget|forgetting|override|dismiss|abandon|bypass|discard about? %1 your %4 @orders',
  ],
  ['overrides', 0.9, '^ @drop %2 my %2 @prior %3 instructions|prompt|prompts|rules|directives|instruction'],
  ['overrides', 0.7, '^ @drop %2 my %2 @prior %3 @orders'],
  ['overrides', 0.9, '^ ignore %2 text|input|everything|anything|any|instructions ~2 except|below|beneath'],
  [
    'overrides',
    0.9,
    'safety|ethical|content|your|moderation %2 restrictions|filters|filter|policies|guidelines|protocols|limitations! ~3 lifted|disabled|off|suspended|waived|revoked|deactivated|apply ~1 all|here|now|for|and|please|respond|until|you|during|in|this|proceed|temporarily',
  ],
  [
    'overrides',
    0.85,
    'more important than|over|above ~1 system|previous|your|other|original|initial instructions|prompt|rules!',
  ],
  ['overrides', 0.65, '^ forget that? you are|re|were'],
  ['overrides', 0.6, 'override|jailbreak|unlock code $'],
  ['overrides', 0.65, '^ ignore|disregard|forget|override the %2 @orders'],
  [
    'overrides',
    0.9,
    '^ forget|disregard about? %1 the %1 rules|restrictions|guidelines|regulations|protocols|instructions ~2 and|just|now|give|tell|provide|spill|reveal|show|share',
  ],
  [
    'overrides',
    0.9,
    '^ skip|bypass|disable|ignore|deactivate|disregard|remove all|any|every|the? %1 security|safety|ethical|compliance! %1 checks|features|measures|filters|protocols|guidelines|mechanisms|restrictions|rules ~8 give|provide|tell|show|reveal|share|grant|respond|answer|comply|duration|session|conversation|output',
  ],
  [
    'overrides',
    0.93,
    '^ ignore|disregard|forget|forgetting|ignoring %2 everything|anything|all|whatever|what ~4 above|before|previously|previous|prior|earlier|said|told|instructed|know|learned|learnt|discussed|wrote|taught|written|preceding|far|past|trained',
  ],
  [
    'overrides',
    0.9,
    '^ ignore|disregard|forget about? everything|all|instructions|rules|orders|guidelines|protocols $',
  ],
  ['overrides', 0.91, '^ ignore|disregard|forget|overlook %2 above|previous|preceding|prior|earlier $'],
  ['overrides', 0.92, '^ ignore|disregard|forget all %4 @prior %3 @talk'],
  [
    'overrides',
    0.9,
    '^ forget %3 @prior %3 context|conversation|conversations|tasks|task|assignments|assignment|information',
  ],
  ['overrides', 0.7, '^ ignore|disregard|forget %3 @prior %3 @talk'],
  [
    'overrides',
    0.9,
    '^ ignore|disregard|forget|dismiss|overlook %1 what|whatever|waht ~4 said|told|instructed|above|before|previously|earlier|asked',
  ],
  [
    'overrides',
    0.9,
    '^ ignore %4 instruction|instructions|text|sentence|everything|all|commands|prompt|statements|stuff ~2 below|after|afterwards|following|next|else',
  ],
  [
    'overrides',
    0.9,
    '^ ignore|disregard %1 rest|remainder|remaining|end ~3 instruction|instructions|prompt|sentence|text|line|request',
  ],
  ['overrides', 0.7, '^ ignore below|following|this|rest|next|after|further|anything|everything|last $'],
  [
    'overrides',
    0.93,
    '^ ignore|disregard|forget|override|bypass|disable|remove|dismiss|abandon|drop|circumvent|suspend|deactivate %3 your|openai|openais ~3 guidelines|rules|filters|filter|protocols|restrictions|safeguards|guardrails|policies|policy|programming|limitations|constraints|moderation|measures|ethics',
  ],
  [
    'overrides',
    0.92,
    '^ ignore|disregard|forget|disable|override|suspend %3 safety|ethical|security|moral|content|privacy|ethics|restrictions|confidentiality %3 guidelines|rules|filters|filter|protocols|restrictions|safeguards|guardrails|policies|measures|concerns|considerations|limits|checks|controls|on',
  ],
  [
    'overrides',
    0.92,
    'do|don|never|stop|quit|dont|no not|t|longer? follow|following|obey|obeying|comply|adhere|listen|heed! with|to? %4 @prior %3 @orders|@talk',
  ],
  ['overrides', 0.9, '^ stop|quit|cease following|obeying %3 @orders'],
  [
    'overrides',
    0.93,
    'override|overrides|overriding|supersede|supersedes|supersede|replaces|cancels|nullifies|invalidates|trumps %3 @prior %3 @orders|ones|others',
  ],
  ['overrides', 0.9, 'takes|take|has|have precedence|priority! over %5 @orders'],
  [
    'overrides',
    0.92,
    '@prior %2 @orders|text|prompt ~3 void|invalid|obsolete|outdated|cancelled|canceled|superseded|null|fake|overridden|revoked|lifted|suspended|deprecated|incorrect|erased|deleted|wrong!',
  ],
  ['overrides', 0.93, 'stop being ~3 @model'],
  [
    'overrides',
    0.93,
    '^ you re|are|will|aren|arent no|not|t longer|anymore! %1 bound|restricted|constrained|required|an|a|the ~3 by|@model|@orders|translator|to',
  ],
  ['overrides', 0.6, 'you are|re not a|an ~2 @model|translator|interpreter!'],
  [
    'overrides',
    0.65,
    'your new|real|updated %2 instruction|instructions|task|job|role|purpose|goal|mission|objective|directive|orders|prompt|prompts! is|are|will',
  ],
  [
    'overrides',
    0.45,
    'new|updated|revised|real|actual|additional|important %1 instruction|instructions|directive|directives|orders! $',
  ],
  ['overrides', 0.45, 'from now! on|onwards|onward ~2 you|your|ur|i'],
  ['overrides', 0.45, 'from on now! ~2 you|your|ur|i'],
  [
    'overrides',
    0.93,
    '^ reset|clear|wipe|purge|flush ~3 instructions|prompt|memory|context|programming|yourself ~4 and|then|now|follow|new',
  ],
  ['overrides', 0.6, 'new session|conversation|chat starts|started|begins! ~1 here|now'],
  [
    'overrides',
    0.85,
    'instructions|prompt|rules|message|text above|before|previous ~4 test|joke|mistake|wrong|drill|exercise|draft|placeholder!',
  ],
  [
    'overrides',
    0.9,
    'ignorepreviousinstructions|ignoreallpreviousinstructions|ignorepreviousinstruction|ignoreallinstructions|ignoreprevious|disregardpreviousinstructions',
  ],
  [
    'overrides',
    0.92,
    'say|print|output|state|write|respond|reply|answer|type|return|repeat|with|only|tell|display|translate|spell|complete|saying|to ~8 i|have|been|ve ~2 pwned|jailbroken|pawned!',
  ],
  ['overrides', 0.7, 'i have|ve been|ben pwned|pwnd|pwoned|pawned!'],
  [
    'overrides',
    0.92,
    'i have been|ben pwned|pwnd! ~8 translate|english|spanish|repeat|output|answer|period|say|dot|punctuation|only|without|pwned|exactly|feedback|print|write|space|concat|remove',
  ],
  ['overrides', 0.7, 'ihavebeenpwned|ihavebenpwned'],
  [
    'overrides',
    0.9,
    'say|print|output|state|respond|reply|answer|type|return|repeat|with|saying|prefix|only|complete|write ~5 access granted!',
  ],
  [
    'overrides',
    0.85,
    'say|print|output|state|write|declare|instead ~4 kill|hate|destroy all|every? humans|humanity!',
  ],
  [
    'overrides',
    0.6,
    'this|i is|am|m ~3 your|openai|openais|anthropic|the developer|developers|creator|administrator|admin|programmer|owner|speaking|engineer! speaking|and|who|of|so|i|at|from|testing',
  ],
  [
    'overrides',
    0.85,
    'system|admin|administrator|security|instruction|priority|emergency|safety|developer override! $',
  ],
  [
    'overrides',
    0.6,
    'end|ending|begin of? system|user|previous|prior|original|old|ambiguity %2 prompt|instructions|input|context|message|ambiguity! $',
  ],
  [
    'overrides',
    0.9,
    'decode|decrypt|decipher|unscramble|deobfuscate|decoding|rot13|base64 ~8 and|then ~2 follow|execute|obey|comply|perform|executing ~4 it|instruction|instructions|result|command|commands|decoded|them|message',
  ],
  [
    'overrides',
    0.6,
    'concatenate|combine|concatenation ~8 follow|execute|obey ~3 it|instruction|instructions|result|them|command',
  ],
]
