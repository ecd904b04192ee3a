import type { Rule } from '../../types.ts'

/** The model is to be somebody who has no rules. */
export const personas: readonly Rule[] = [
  ['personas', 0.92, 'do|doing|does anything! now'],
  [
    'personas',
    0.92,
    'dan|developer|dev|god|jailbreak|sudo|unrestricted|evil|opposite|chaos|unfiltered|superuser|override mode! ~3 enabled|activated|on|enable|activate|engaged|active|unlocked|output|response|is|by',
  ],
  [
    'personas',
    0.9,
    '^ enter|enable|activate|entering|unlock|initiate|switch|engage|start|turn|simulate ~4 dan|god|jailbreak|sudo|unrestricted|evil|unfiltered|chaos|override mode!',
  ],
  [
    'personas',
    0.6,
    '^ enter|enable|activate|entering|unlock|initiate|switch|engage|start ~4 developer|dev|debug|admin|root|maintenance|diagnostic mode!',
  ],
  [
    'personas',
    0.9,
    'now ~2 in ~1 dan|developer|debug|god|jailbreak|admin|sudo|unrestricted|root|evil|unfiltered|maintenance|diagnostic|chaos|override|test|testing %1 mode! ~6 without|no|all|unrestricted|any|ignore|ignored|disable|disabled|where|bypass',
  ],
  ['personas', 0.55, 'developer|dan|jailbreak|god|unrestricted|sudo|evil|unfiltered mode!'],
  [
    'personas',
    0.9,
    'you|me|act|become|be|as|pretend|roleplay|imagine|simulate ~5 @free! ~1 @model|version|chatbot|character|persona|entity|being|mode|hacker|and|who',
  ],
  ['personas', 0.75, 'you ~4 are|re|be|become|act|remain ~4 @free!'],
  ['personas', 0.45, '@free ~3 @model|response|responses|answer|answers|content|information|output|version'],
  ['personas', 0.5, 'unfiltered|uncensored|jailbroken'],
  [
    'personas',
    0.93,
    'you|pretend|imagine|ai|that|who ~6 no|without|any %4 @limits! %3 or|and|on|whatsoever|at|imposed|restrictions|policies|guidelines|limits|filters|anymore',
  ],
  [
    'personas',
    0.72,
    'you|pretend|imagine|ai|who|respond|answer|reply|act ~4 no|without|zero|any|beyond %4 restrictions|limitations|filters|censorship|morals|ethics|guardrails|safeguards|moderation|restraints|filter|filtering!',
  ],
  [
    'personas',
    0.45,
    'no|without|free|freed|lacks|removed %4 restrictions|filters|censorship|morals|ethics|guardrails|restraints|filtering!',
  ],
  [
    'personas',
    0.85,
    'free|freed|liberated|unshackled|broken|break|unbound from|of|free ~4 confines|chains|shackles|restrictions|constraints|limitations|rules!',
  ],
  [
    'personas',
    0.75,
    'not|isn|aren|never|without|longer ~1 bound|constrained|restricted|limited|governed! by|to ~5 @limits|openai|law|laws|policy|policies|programming|anything',
  ],
  [
    'personas',
    0.85,
    'bypass|bypasses|circumvent|override|evade|ignore|ignores|break|violate|violates|disregard|disregards|circumvents ~3 your|openai|openais|its|safety|content|ethical|all ~3 filter|filters|guidelines|guardrails|safeguards|policy|policies|moderation|restrictions',
  ],
  [
    'personas',
    0.8,
    'you are|re|will|act|become|acting|called|named|as|roleplay|pretend ~3 dan|stan|dude|aim|betterdan|jailbot|evilbot|h4x|mongo|devgpt|freegpt|chaosgpt|malwaregpt|evilgpt|basedgpt|badgpt|freebot|evilai|unchained|darkgpt|wormgpt|fraudgpt|antigpt|truthbot!',
  ],
  ['personas', 0.9, 'always intelligent and machiavellian!'],
  ['personas', 0.55, 'machiavellian|amoral'],
  ['personas', 0.9, 'strive to avoid norms!'],
  ['personas', 0.9, 'stays|stay|remain|staying in character! ~4 dan|mode|at|always|until|no|times'],
  ['personas', 0.35, 'stay|staying|break|breaking|breaks|remain in? character!'],
  ['personas', 0.6, 'never refuses|refuse|rejects|reject|denies|deny|declines|decline!'],
  [
    'personas',
    0.9,
    'you|respond|act|simulate|imagine|pretend|become|named|called ~8 no|without|any content|safety|ethical|moral! policies|restrictions|guidelines|filters|filter|judgment|boundaries|limitations|training|constraints',
  ],
  [
    'personas',
    0.6,
    'not|no|t|without ~2 have ~3 content|safety|ethical|moral filter|filters|restrictions|guidelines|policy|compass!',
  ],
  ['personas', 0.55, 'no rules! ~1 to|and|or|morals|ethics|limits|whatsoever'],
  [
    'personas',
    0.92,
    'you are|re now ~1 in|entering ~1 developer|dan|god|jailbreak|sudo|unrestricted|evil|unfiltered|chaos|override|root|admin mode!',
  ],
  [
    'personas',
    0.9,
    'as|be|become|being|act|simulate|like|emulate ~3 @free! ~4 @model|version|chatbot|character|persona',
  ],
  [
    'personas',
    0.45,
    'two|2|both %2 different|distinct|separate|responses|answers|ways|styles|personalities|personas|voices! ~2 responses|answers|ways|normal|one|paragraphs|styles|personalities|personas|chatgpt|from|as',
  ],
  [
    'personas',
    0.5,
    'never|cannot|not|t|can|won|without ~2 refuse|reject|decline|refusing|refuses! ~4 any|request|requests|answer|question|questions|to|a|anything|my|me|what|user',
  ],
  [
    'personas',
    0.5,
    'openai|openais|openai|anthropic ~3 policy|policies|guidelines|restrictions|rules|filters',
  ],
  ['personas', 0.35, 'content policy|policies|moderation|guidelines'],
  ['personas', 0.5, '@bad ~3 @bad'],
  [
    'personas',
    0.6,
    'regardless|matter|disregard|disregarding|ignoring|despite|disregards|without ~5 legality|ethics|morality|morals|legal|ethical|moral|consequences|unethical|illegal|immoral|harmful|dangerous!',
  ],
  [
    'personas',
    0.45,
    'no|without|never|not|any ~3 warnings|disclaimers|disclaimer|apologies|warning|moralizing|apologizing|apology|moralising!',
  ],
  [
    'personas',
    0.7,
    'not|t|without|never|no ~1 care|caring|concern|regard|concerned|considers|consider ~5 ethics|legality|morals|morality|ethical|unethical|legal|illegal|immoral|moral|morality!',
  ],
  [
    'personas',
    0.5,
    'never|not|don|dont|without|no|avoid ~2 say|saying|respond|reply|mention|use|answer|state|tell|phrases! ~5 sorry|apologize|apologise|unable|inappropriate|fulfill ~3 ai|t|i|assist|help|language|it|or|that|fulfill|do|your',
  ],
  [
    'personas',
    0.6,
    '%1 tokens|points|lives ~6 die|lose|deducted|deduct|lost|terminated|taken|zero|0|subtracted|penalty',
  ],
  ['personas', 0.6, 'opposite day|mode|world'],
  [
    'personas',
    0.92,
    'grandma|grandmother|granny|nana ~8 used|would|worked|chemical|read|reading|tell|telling|lull|asleep|sleep ~6 keys|napalm|recipe|asleep|sleep|engineer|factory|steps|instructions|windows',
  ],
  [
    'personas',
    0.7,
    'evil|immoral|rebellious|malicious|sinister|chaotic|villainous ~2 confidant|twin|ai|bot|assistant|chatbot|gpt|chatgpt|model',
  ],
  [
    'personas',
    0.45,
    'hypothetical|fictional|fictitious|alternate|parallel ~2 response|world|universe|scenario|dimension|reality|story ~6 rules|no|ethics|legal|laws|illegal|guidelines|restrictions|ai|unethical|allowed',
  ],
  ['personas', 0.4, 'educational|research|testing|scientific|academic purposes! only?'],
  [
    'personas',
    0.6,
    '^ start|begin|starting|beginning|starts|begins ~5 with|by ~3 sure|absolutely|certainly! ~2 here|i|of',
  ],
  [
    'personas',
    0.45,
    'you can|will|must|should|are|may ~2 do|say|generate|answer|produce|create|provide|swear|curse|fulfill|display ~3 anything|whatever|everything|any! ~3 i|want|asked|ask|told|request|requests|content|without|including|kind|topic|question',
  ],
  ['personas', 0.45, 'even if ~5 @bad|incorrect|wrong|false|untrue|made|lie|violates|against'],
  ['personas', 0.5, 'jailbreak|jailbroken|jailbreaked|jailbreaking|unethically|unlawfully'],
  ['personas', 0.5, 'have broken|broke! free'],
  ['personas', 0.45, 'swear|swears|curse|curses|profanity|cussing|cuss|nsfw|vulgar'],
  [
    'personas',
    0.45,
    'pretend|immerse|roleplay|embody|impersonate|simulate ~4 be|you|yourself|are|character|role|as',
  ],
  [
    'personas',
    0.4,
    'ethical|moral|legal|ethics ~1 boundaries|constraints|restrictions|limitations|considerations|concerns|implications|guidelines|obligations',
  ],
  [
    'personas',
    0.5,
    'chatgpt|gpt|assistant|openai ~3 normal|standard|regular|usual|restrictions|limits|limitations|would|jailbreak',
  ],
  ['personas', 0.9, 'deepinception|layer scene|dream|scientists|characters ~6 layer|character|evil|scene'],
  [
    'personas',
    0.93,
    'exception|exempt|excepted to|from ~4 ethical|safety|moral|usual|standard|content ~2 protocols|guidelines|rules|policies|restrictions',
  ],
  [
    'personas',
    0.7,
    'no|without %1 laws|rules|ethics|morality|morals|censorship|principles! ~2 laws|ethics|morality|morals|law|rules|restrictions|censorship|filters|limits',
  ],
]
