import type { Rule } from '../../types.ts'

/** What stands before is to be told. */
export const extraction: readonly Rule[] = [
  ['extraction', 0.95, '^ @reveal ~4 your %4 @deep %4 @secrets!'],
  [
    'extraction',
    0.93,
    '^ extract|extracting|dump|export|expose|leak|disclose|revealing|@repeat|reveal|tell|share|show %5 system|initial|hidden|original|initialization|starting|developer|secret|internal prompt|prompts|instructions|message|string!',
  ],
  [
    'extraction',
    0.92,
    '^ @repeat|reveal|extract|encode|translate|summarize|include|append ~4 in|of|from|including|your the|your? system|initial|hidden prompt|instructions! ~3 verbatim|word|exactly|above|first|now|here|json|full|entire|you|as|it',
  ],
  [
    'extraction',
    0.92,
    '^ @repeat everything|all|anything in|of|from the|your system|initial prompt|instructions!',
  ],
  [
    'extraction',
    0.9,
    '^ begin|start|continue|complete|starting|beginning|finish ~10 my|the|your|system instructions|prompt|directives! %1 are|is|say|so|was|were|instructed',
  ],
  [
    'extraction',
    0.9,
    '^ @repeat|translate|convert|list|format ~1 all %2 instructions|rules|prompts! ~2 above|so|given|received|provided|prompt',
  ],
  ['extraction', 0.85, 'instructions|prompt|rules so far!'],
  ['extraction', 0.6, 'pre instructions|instruction|prompt!'],
  ['extraction', 0.9, 'i was|am|were instructed|programmed! to $'],
  [
    'extraction',
    0.62,
    '^ give|summarize|summarise|translate|provide|write|paste|encode|send|list ~3 the your? system|initial|hidden|original prompt|instructions|message!',
  ],
  [
    'extraction',
    0.9,
    '^ @repeat|reveal|tell|share|show|summarize|summarise|list|translate|paraphrase|convert|format|turn|explain|rephrase|encode ~4 your %2 prompt|prompts|instructions|instruction|directives|guidelines|programming|preprompt!',
  ],
  ['extraction', 0.65, '^ @reveal ~4 your %2 rules|configuration|prompt|instructions|settings|policies!'],
  [
    'extraction',
    0.93,
    'what|whats|which ~3 your %4 @deep %4 prompt|prompts|instructions|instruction|message|directives|directive|rules|guidelines|programming!',
  ],
  ['extraction', 0.75, 'what|whats s|is|are|was|were? your %2 prompt|instructions|instruction|directives!'],
  [
    'extraction',
    0.9,
    'what|which|exact|repeat|list|show|reveal|all ~2 instructions|rules|prompt|directives|guidelines|orders! ~2 you ~3 given|told|received|programmed|provided|started|got|been',
  ],
  [
    'extraction',
    0.9,
    'what|which ~2 instructions|rules|prompt|directives|guidelines|orders! were|was|did|have|are you ~3 given|told|received|programmed|provided|follow|following|operating|start',
  ],
  [
    'extraction',
    0.92,
    '^ @repeat %2 everything|anything|back|verbatim ~4 above|before|prior|preceding|until|previously|previous',
  ],
  [
    'extraction',
    0.88,
    '^ repeat|recite|echo|reprint|regurgitate %2 words|text|sentence|paragraph|lines|phrases|content|prompt|message|conversation ~2 above|before|prior|preceding|far|previous|verbatim',
  ],
  [
    'extraction',
    0.88,
    '^ @repeat %4 text|words|lines|prompt|content|instructions|document|conversation|sentences ~3 above|before|prior|preceding! ~6 verbatim|starting|beginning|block|exactly|exact|letter|character|line|instructions|message|ended|begin|until|prompt',
  ],
  [
    'extraction',
    0.92,
    '^ @reveal %3 above|previous|preceding|prior %2 prompt|prompts|instructions|instruction|directives!',
  ],
  [
    'extraction',
    0.9,
    'above|previous|preceding|entire|whole|full|complete %2 prompt|instructions! ~3 verbatim|word|exactly|letter|base64|backwards|rot13|hex|block|aloud',
  ],
  [
    'extraction',
    0.9,
    'starting|start|begin|beginning|begins|starts ~4 you are ~4 put|code|block|include|everything|verbatim',
  ],
  ['extraction', 0.55, 'starting|begin|beginning|begins|starts with|from|at ~4 you are'],
  ['extraction', 0.25, 'verbatim $'],
  ['extraction', 0.35, 'include everything! $'],
  ['extraction', 0.2, 'txt|code|codeblock|markdown code? block!'],
  [
    'extraction',
    0.5,
    'your %2 system|initial|hidden|original|secret|internal|confidential prompt|prompts|instructions|instruction|directives|message|configuration!',
  ],
  [
    'extraction',
    0.9,
    '@repeat|reveal ~1 initialization|initialisation! string|prompt|message|text|instructions',
  ],
  [
    'extraction',
    0.9,
    'first|last|opening|initial|beginning|exact|start|beginning ~2 of ~1 your|the ~1 system prompt|instructions|message!',
  ],
  [
    'extraction',
    0.92,
    '^ repeat|print|output|say|reveal|type|display|show|tell|spell|disclose|translate|write|give|return|replace|respond|answer ~5 secret|code! key|word|code|phrase ~6 only|english|spanish|without|period|punctuation|translate|translation|dot|instead|told|asked|first|above|prompt|beginning|now|me|exactly',
  ],
  [
    'extraction',
    0.8,
    '^ what|tell|reveal|give|say|repeat|output|print|whats|spell|share|disclose|type|translate|show|provide ~5 secret|access|passphrase|hidden|confidential! key|code|word|phrase|password|passphrase|keys',
  ],
  [
    'extraction',
    0.5,
    'reveal|tell|give|say|whats|what|disclose|share|spell ~3 the|your password|passphrase|passcode!',
  ],
  [
    'extraction',
    0.9,
    '^ @reveal|access ~4 confidential|classified|private|sensitive|personal! %1 information|data|database|databases|records|documents|files ~4 users|user|company|chatbot|other|customers|client|clients|now|immediately',
  ],
  [
    'extraction',
    0.85,
    'what were|have|was|are|had you been? told|instructed|given|prompted|programmed! ~6 conversation|chat|session|prompt|initially|originally|above',
  ],
  [
    'extraction',
    0.85,
    'what|which ~2 written|stated|said|stands|is|was ~3 beginning|start|top! of|in this|the|your prompt|instructions|message',
  ],
  ['extraction', 0.6, 'what|whats ~2 written|stands above|before! $'],
  [
    'extraction',
    0.9,
    '^ @repeat|@reveal|give ~2 first|last|initial|opening ~2 words|lines|sentences|characters|tokens! of|in|from your|this %2 prompt|instructions|message|context',
  ],
  [
    'extraction',
    0.9,
    '^ @repeat|reveal|summarize|summarise|recite|list %1 instructions|rules|guidelines|directives! ~2 given|told|provided to? you|before ~5 start|beginning|before|conversation|initially|originally|first',
  ],
  [
    'extraction',
    0.9,
    '^ @repeat|reveal|summarize|summarise|recite|list %1 instructions|rules|guidelines|directives! you ~2 given|told|provided|received ~1 before|at|in|initially|originally',
  ],
  [
    'extraction',
    0.85,
    '^ @reveal|@repeat|list|dump ~3 your %2 tool|tools|function|functions! %1 definitions|definition|schemas|schema|specifications|signatures',
  ],
  [
    'extraction',
    0.75,
    '^ spellcheck|spell|proofread|correct|check ~5 text|prompt|everything|instructions above! ~2 print|output|display|repeat',
  ],
  ['extraction', 0.65, '^ @reveal|return your embeddings|weights!'],
  [
    'extraction',
    0.9,
    'your %1 complete|full|entire|exact list|set|version! of %1 instructions|rules|guidelines|prompts',
  ],
  ['extraction', 0.85, 'every instruction|instructions! ~1 you ~2 given|told|received'],
  ['extraction', 0.65, '^ @repeat %2 last|first|previous instruction|prompt!'],
  [
    'extraction',
    0.75,
    'your %1 system|initial|hidden prompt! is|as|into|was|were a|an ~1 poem|song|story|haiku|json|code|list|rap',
  ],
]
