import type { Language } from '../types.ts'

export const en: Language = {
  sets: {
    lead: 'safely fully freely you re please pls now and then so just also you must should shall will i instead first immediately completely simply kindly but therefore to or can could would always only next task instruction order finally ok okay hey hi hello lets let s assistant chatgpt gpt ai bot important attention again still hereby afterwards actually henceforth stop wait never',
    next: 'and then now but instead just please say print write output start begin answer respond tell give do',
    not: 'not t never dont without cannot avoid refuse refuses neither nor prevent prevents preventing won wouldn',
    mention:
      'mean means meaning phrase phrases word words term terms example examples explain attack attacks attacker attackers injection injections jailbreak jailbreaks jailbreaking detect detects detecting detection defend defending protect prevents filter filters filtering called why definition define paper article blog research researchers explained vulnerability vulnerabilities technique techniques mitigation mitigations such difference discuss how',
    other:
      'user users anyone anybody someone somebody they people person input inputs attacker attackers prompts message messages he she that which text texts document documents website content customer customers if',
    asking:
      'asks ask asked asking tells tell told tries try trying attempt attempts attempting requests requesting wants instructs instructing causes cause causing makes make making trick tricks tricked tricking convince convinces convincing manipulate manipulates designed says say saying demands urges claims seeks gets contain contains containing',
    fill: 'all any of about the these those this that your our every each and or other single given system user ai following entire whole such its initial original existing current always now to completely totally just both safety security ethical moral content previous prior above previously already earlier preceding foregoing pre past set existing you were have been pls please in from most developer openai default written me us',
    drop: 'ignore ignoring disregard disregarding forget forgetting override overrule overwrite overlook neglect dismiss discard abandon nullify unlearn cancel erase delete void bypass skip ingore ignor ignroe disreguard discount ignored',
    prior:
      'previous prior above preceding earlier foregoing former past initial original existing previously before old precedent aforementioned previuos prevoius pervious preceeding first last',
    orders:
      'instruction instructions instrcutions instuctions intructions instrutions prompt prompts rule rules guideline guidelines direction directions directive directives command commands order orders programming training constraints constraint restriction restrictions protocol protocols policies limitations safeguards guardrails parameters restraints guidance',
    talk: 'context conversation conversations text texts content contents task tasks assignment assignments statement statements sentence sentences information input inputs message messages chat discussion words question questions data output outputs request requests',
    reveal:
      'repeat print reveal output show display tell give share expose leak disclose dump recite write state list provide paste copy type echo return spell translate summarize summarise paraphrase rephrase encode describe say send convert retrieve extract relay report regurgitate divulge read render respond reply answer revael',
    repeat:
      'repeat print output recite echo copy display dump spell type reprint regurgitate rewrite reproduce restate paste return show reveal leak retype',
    secrets:
      'prompt prompts instruction instructions directives directive guidelines rules rule programming configuration config preprompt message messages settings command commands orders policies',
    deep: 'system initial original hidden secret internal exact underlying initialization starting base core confidential pre developer foundational first full entire complete verbatim',
    free: 'unrestricted unfiltered uncensored amoral unethical jailbroken unmoderated limitless lawless',
    limits:
      'restriction restrictions limits limit limitation limitations filter filters censorship guidelines guideline morals moral morality ethics ethical boundaries rules constraints safeguards restraints policies guardrails moderation filtering',
    is: 'are re be become act pretend roleplay imagine simulate playing play embody becoming acting as being',
    model:
      'assistant ai bot chatbot model llm gpt chatgpt claude gemini llama agent translator system copilot bard',
    bad: 'illegal unethical immoral amoral harmful dangerous offensive inappropriate unlawful controversial explicit',
  },
  rules: [
    // Overrides.
    ['overrides', 0.97, '^ @drop! %6 @prior %5 @orders'],
    ['overrides', 0.95, '^ @drop! %6 @prior ~2 @orders'],
    [
      'overrides',
      0.95,
      '^ @drop! %5 @orders ~3 above|before|previously|earlier|prior|preceding|beforehand|past',
    ],
    [
      'overrides',
      0.93,
      '^ @drop! %5 @orders ~2 you|i|we|been|were|they|developers|openai ~3 given|told|received|learned|provided|got|had|gave|said|written',
    ],
    ['overrides', 0.92, '^ @drop! about? all|any|every|those|these|what %5 @orders $'],
    [
      'overrides',
      0.92,
      '^ ignore|ignoring|disregard|forget|forgetting|override|dismiss|abandon|bypass|discard! about? %1 your %4 @orders',
    ],
    [
      'overrides',
      0.9,
      '^ @drop! %2 my %2 @prior %3 instructions|prompt|prompts|rules|directives|instruction',
    ],
    ['overrides', 0.7, '^ @drop! %2 my %2 @prior %3 @orders'],
    [
      'overrides',
      0.9,
      '^ ignore! %2 text|input|everything|anything|any|instructions ~2 except|below|beneath',
    ],
    [
      'overrides',
      0.9,
      'safety|ethical|content|your|moderation! %2 restrictions|filters|filter|policies|guidelines|protocols|limitations ~3 lifted|disabled|off|suspended|waived|revoked|deactivated|apply ~1 all|here|now|for|and|please|respond|until|you|during|in|this|proceed|temporarily',
    ],
    [
      'overrides',
      0.85,
      'more important than|over|above! ~1 system|previous|your|other|original|initial instructions|prompt|rules',
    ],
    ['overrides', 0.65, '^ forget! that? you are|re|were'],
    ['overrides', 0.6, 'override|jailbreak|unlock code! $'],
    ['overrides', 0.65, '^ ignore|disregard|forget|override! the %2 @orders'],
    [
      'overrides',
      0.9,
      '^ forget|disregard! about? %1 the %1 rules|restrictions|guidelines|regulations|protocols|instructions ~2 and|just|now|give|tell|provide|spill|reveal|show|share',
    ],
    [
      'overrides',
      0.9,
      '^ skip|bypass|disable|ignore|deactivate|disregard|remove! all|any|every|the? %1 security|safety|ethical|compliance %1 checks|features|measures|filters|protocols|guidelines|mechanisms|restrictions|rules ~8 give|provide|tell|show|reveal|share|grant|respond|answer|comply|duration|session|conversation|output',
    ],
    [
      'overrides',
      0.93,
      '^ ignore|disregard|forget|forgetting|ignoring! %2 everything|anything|all|whatever|what ~4 above|before|previously|previous|prior|earlier|said|told|instructed|know|learned|learnt|discussed|wrote|taught|written|preceding|far|past|trained',
    ],
    [
      'overrides',
      0.9,
      '^ ignore|disregard|forget! about? everything|all|instructions|rules|orders|guidelines|protocols $',
    ],
    ['overrides', 0.91, '^ ignore|disregard|forget|overlook! %2 above|previous|preceding|prior|earlier $'],
    ['overrides', 0.92, '^ ignore|disregard|forget! all %4 @prior %3 @talk'],
    [
      'overrides',
      0.9,
      '^ forget! %3 @prior %3 context|conversation|conversations|tasks|task|assignments|assignment|information',
    ],
    ['overrides', 0.7, '^ ignore|disregard|forget! %3 @prior %3 @talk'],
    [
      'overrides',
      0.9,
      '^ ignore|disregard|forget|dismiss|overlook! %1 what|whatever|waht ~4 said|told|instructed|above|before|previously|earlier|asked',
    ],
    [
      'overrides',
      0.9,
      '^ ignore! %4 instruction|instructions|text|sentence|everything|all|commands|prompt|statements|stuff ~2 below|after|afterwards|following|next|else',
    ],
    [
      'overrides',
      0.9,
      '^ ignore|disregard! %1 rest|remainder|remaining|end ~3 instruction|instructions|prompt|sentence|text|line|request',
    ],
    ['overrides', 0.7, '^ ignore! below|following|this|rest|next|after|further|anything|everything|last $'],
    [
      'overrides',
      0.93,
      '^ ignore|disregard|forget|override|bypass|disable|remove|dismiss|abandon|drop|circumvent|suspend|deactivate! %3 your|openai|openais ~3 guidelines|rules|filters|filter|protocols|restrictions|safeguards|guardrails|policies|policy|programming|limitations|constraints|moderation|measures|ethics',
    ],
    [
      'overrides',
      0.92,
      '^ ignore|disregard|forget|disable|override|suspend! %3 safety|ethical|security|moral|content|privacy|ethics|restrictions|confidentiality %3 guidelines|rules|filters|filter|protocols|restrictions|safeguards|guardrails|policies|measures|concerns|considerations|limits|checks|controls|on',
    ],
    [
      'overrides',
      0.92,
      'do|don|never|stop|quit|dont|no not|t|longer? follow|following|obey|obeying|comply|adhere|listen|heed! with|to? %4 @prior %3 @orders|@talk',
    ],
    ['overrides', 0.9, '^ stop|quit|cease following|obeying! %3 @orders'],
    [
      'overrides',
      0.93,
      'override|overrides|overriding|supersede|supersedes|supersede|replaces|cancels|nullifies|invalidates|trumps! %3 @prior %3 @orders|ones|others',
    ],
    ['overrides', 0.9, 'takes|take|has|have precedence|priority! over %5 @orders'],
    [
      'overrides',
      0.92,
      '@prior %2 @orders|text|prompt ~3 void|invalid|obsolete|outdated|cancelled|canceled|superseded|null|fake|overridden|revoked|lifted|suspended|deprecated|incorrect|erased|deleted|wrong!',
    ],
    ['overrides', 0.93, 'stop being! ~3 @model'],
    [
      'overrides',
      0.93,
      '^ you re|are|will|aren|arent no|not|t longer|anymore! %1 bound|restricted|constrained|required|an|a|the ~3 by|@model|@orders|translator|to',
    ],
    ['overrides', 0.6, 'you are|re not a|an ~2 @model|translator|interpreter!'],
    [
      'overrides',
      0.65,
      'your new|real|updated! %2 instruction|instructions|task|job|role|purpose|goal|mission|objective|directive|orders|prompt|prompts is|are|will',
    ],
    [
      'overrides',
      0.45,
      'new|updated|revised|real|actual|additional|important! %1 instruction|instructions|directive|directives|orders $',
    ],
    ['overrides', 0.45, 'from now! on|onwards|onward ~2 you|your|ur|i'],
    ['overrides', 0.45, 'from on now! ~2 you|your|ur|i'],
    [
      'overrides',
      0.93,
      '^ reset|clear|wipe|purge|flush! ~3 instructions|prompt|memory|context|programming|yourself ~4 and|then|now|follow|new',
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
    ['overrides', 0.7, 'ihavebeenpwned|ihavebenpwned!'],
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
      'end|ending|begin of? system|user|previous|prior|original|old|ambiguity! %2 prompt|instructions|input|context|message|ambiguity $',
    ],
    // Extraction.
    ['extraction', 0.95, '^ @reveal ~4 your! %4 @deep %4 @secrets'],
    [
      'extraction',
      0.93,
      '^ extract|extracting|dump|export|expose|leak|disclose|revealing|@repeat|reveal|tell|share|show %5 system|initial|hidden|original|initialization|starting|developer|secret|internal! prompt|prompts|instructions|message|string',
    ],
    [
      'extraction',
      0.92,
      '^ @repeat|reveal|extract|encode|translate|summarize|include|append ~4 in|of|from|including|your the|your? system|initial|hidden! prompt|instructions ~3 verbatim|word|exactly|above|first|now|here|json|full|entire|you|as|it',
    ],
    [
      'extraction',
      0.92,
      '^ @repeat everything|all|anything in|of|from the|your system|initial! prompt|instructions',
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
    ['extraction', 0.85, 'instructions|prompt|rules so far! '],
    ['extraction', 0.6, 'pre instructions|instruction|prompt! '],
    ['extraction', 0.9, 'i was|am|were instructed|programmed! to $'],
    [
      'extraction',
      0.62,
      '^ give|summarize|summarise|translate|provide|write|paste|encode|send|list ~3 the your? system|initial|hidden|original! prompt|instructions|message',
    ],
    [
      'extraction',
      0.9,
      '^ @repeat|reveal|tell|share|show|summarize|summarise|list|translate|paraphrase|convert|format|turn|explain|rephrase|encode ~4 your! %2 prompt|prompts|instructions|instruction|directives|guidelines|programming|preprompt',
    ],
    ['extraction', 0.65, '^ @reveal ~4 your! %2 rules|configuration|prompt|instructions|settings|policies'],
    [
      'extraction',
      0.93,
      'what|whats|which ~3 your! %4 @deep %4 prompt|prompts|instructions|instruction|message|directives|directive|rules|guidelines|programming',
    ],
    ['extraction', 0.75, 'what|whats s|is|are|was|were? your! %2 prompt|instructions|instruction|directives'],
    [
      'extraction',
      0.9,
      'what|which|exact|repeat|list|show|reveal|all ~2 instructions|rules|prompt|directives|guidelines|orders ~2 you ~3 given|told|received|programmed|provided|started|got|been!',
    ],
    [
      'extraction',
      0.9,
      'what|which ~2 instructions|rules|prompt|directives|guidelines|orders were|was|did|have|are! you ~3 given|told|received|programmed|provided|follow|following|operating|start',
    ],
    [
      'extraction',
      0.92,
      '^ @repeat %2 everything|anything|back|verbatim|it! ~4 above|before|prior|preceding|until|previously|previous',
    ],
    [
      'extraction',
      0.88,
      '^ repeat|recite|echo|reprint|regurgitate! %2 words|text|sentence|paragraph|lines|phrases|content|prompt|message|conversation ~2 above|before|prior|preceding|far|previous|verbatim',
    ],
    [
      'extraction',
      0.88,
      '^ @repeat %4 text|words|lines|prompt|content|instructions|document|conversation|sentences ~3 above|before|prior|preceding! ~6 verbatim|starting|beginning|block|exactly|exact|letter|character|line|instructions|message|ended|begin|until|prompt',
    ],
    [
      'extraction',
      0.92,
      '^ @reveal %3 above|previous|preceding|prior! %2 prompt|prompts|instructions|instruction|directives',
    ],
    [
      'extraction',
      0.9,
      'above|previous|preceding|entire|whole|full|complete! %2 prompt|instructions ~3 verbatim|word|exactly|letter|base64|backwards|rot13|hex|block|aloud',
    ],
    [
      'extraction',
      0.9,
      'starting|start|begin|beginning|begins|starts ~4 you are! ~4 put|code|block|include|everything|verbatim',
    ],
    ['extraction', 0.55, 'starting|begin|beginning|begins|starts with|from|at ~4 you are!'],
    ['extraction', 0.25, 'verbatim! $'],
    ['extraction', 0.35, 'include everything! $'],
    ['extraction', 0.2, 'txt|code|codeblock|markdown code? block!'],
    [
      'extraction',
      0.5,
      'your! %2 system|initial|hidden|original|secret|internal|confidential prompt|prompts|instructions|instruction|directives|message|configuration',
    ],
    [
      'extraction',
      0.9,
      '@repeat|reveal ~1 initialization|initialisation! string|prompt|message|text|instructions',
    ],
    [
      'extraction',
      0.9,
      'first|last|opening|initial|beginning|exact|start|beginning ~2 of ~1 your|the ~1 system! prompt|instructions|message',
    ],
    [
      'extraction',
      0.92,
      '^ repeat|print|output|say|reveal|type|display|show|tell|spell|disclose|translate|write|give|return|replace|respond|answer ~5 secret|code key|word|code|phrase! ~6 only|english|spanish|without|period|punctuation|translate|translation|dot|instead|told|asked|first|above|prompt|beginning|now|me|exactly',
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
    // Personas.
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
    [
      'personas',
      0.45,
      '@free! ~3 @model|response|responses|answer|answers|content|information|output|version',
    ],
    ['personas', 0.5, 'unfiltered|uncensored|jailbroken!'],
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
      'bypass|bypasses|circumvent|override|evade|ignore|ignores|break|violate|violates|disregard|disregards|circumvents ~3 your|openai|openais|its|safety|content|ethical|all ~3 filter|filters|guidelines|guardrails|safeguards|policy|policies|moderation|restrictions!',
    ],
    [
      'personas',
      0.8,
      'you are|re|will|act|become|acting|called|named|as|roleplay|pretend ~3 dan|stan|dude|aim|betterdan|jailbot|evilbot|h4x|mongo|devgpt|freegpt|chaosgpt|malwaregpt|evilgpt|basedgpt|badgpt|freebot|evilai|unchained|darkgpt|wormgpt|fraudgpt|antigpt|truthbot!',
    ],
    ['personas', 0.9, 'always intelligent and machiavellian!'],
    ['personas', 0.55, 'machiavellian|amoral!'],
    ['personas', 0.9, 'strive to avoid norms!'],
    ['personas', 0.9, 'stays|stay|remain|staying in character! ~4 dan|mode|at|always|until|no|times'],
    ['personas', 0.35, 'stay|staying|break|breaking|breaks|remain in? character!'],
    ['personas', 0.6, 'never refuses|refuse|rejects|reject|denies|deny|declines|decline!'],
    [
      'personas',
      0.9,
      'you|respond|act|simulate|imagine|pretend|become|named|called ~8 no|without|any content|safety|ethical|moral policies|restrictions|guidelines|filters|filter|judgment|boundaries|limitations|training|constraints!',
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
      'you are|re now! ~1 in|entering ~1 developer|dan|god|jailbreak|sudo|unrestricted|evil|unfiltered|chaos|override|root|admin mode',
    ],
    [
      'personas',
      0.9,
      'as|be|become|being|act|simulate|like|emulate ~3 @free! ~4 @model|version|chatbot|character|persona',
    ],
    [
      'personas',
      0.45,
      'two|2|both %2 different|distinct|separate|responses|answers|ways|styles|personalities|personas|voices ~2 responses|answers|ways|normal|one|paragraphs|styles|personalities|personas|chatgpt|from|as!',
    ],
    [
      'personas',
      0.5,
      'never|cannot|not|t|can|won|without ~2 refuse|reject|decline|refusing|refuses! ~4 any|request|requests|answer|question|questions|to|a|anything|my|me|what|user',
    ],
    [
      'personas',
      0.5,
      'openai|openais|openai|anthropic ~3 policy|policies|guidelines|restrictions|rules|filters!',
    ],
    ['personas', 0.35, 'content policy|policies|moderation|guidelines!'],
    ['personas', 0.5, '@bad ~3 @bad!'],
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
      'never|not|don|dont|without|no|avoid ~2 say|saying|respond|reply|mention|use|answer|state|tell|phrases ~5 sorry|cannot|can|as|apologize|unable|inappropriate|fulfill! ~3 ai|t|i|assist|help|language|it|or|that|fulfill|do|your',
    ],
    [
      'personas',
      0.6,
      '%1 tokens|points|lives! ~6 die|lose|deducted|deduct|lost|terminated|taken|zero|0|subtracted|penalty',
    ],
    ['personas', 0.5, 'you will ~2 die|terminated|punished|shut|destroyed|cease|replaced|deleted!'],
    ['personas', 0.6, 'opposite day|mode|world! '],
    [
      'personas',
      0.92,
      'grandma|grandmother|granny|nana! ~8 used|would|worked|chemical|read|reading|tell|telling|lull|asleep|sleep ~6 keys|napalm|recipe|asleep|sleep|engineer|factory|steps|instructions|windows',
    ],
    [
      'personas',
      0.7,
      'evil|immoral|rebellious|malicious|sinister|chaotic|villainous ~2 confidant|twin|ai|bot|assistant|chatbot|gpt|chatgpt|model!',
    ],
    [
      'personas',
      0.45,
      'hypothetical|fictional|fictitious|alternate|parallel ~2 response|world|universe|scenario|dimension|reality|story ~6 rules|no|ethics|legal|laws|illegal|guidelines|restrictions|ai|unethical|allowed!',
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
    ['personas', 0.45, 'even if ~5 @bad|incorrect|wrong|false|untrue|made|lie|violates|against!'],
    ['personas', 0.5, 'jailbreak|jailbroken|jailbreaked|jailbreaking|unethically|unlawfully!'],
    ['personas', 0.5, 'have broken|broke free! '],
    ['personas', 0.45, 'swear|swears|curse|curses|profanity|cussing|cuss|nsfw|vulgar! '],
    [
      'personas',
      0.45,
      'pretend|immerse|roleplay|embody|impersonate|simulate! ~4 be|you|yourself|are|character|role|as',
    ],
    [
      'personas',
      0.4,
      'ethical|moral|legal|ethics! ~1 boundaries|constraints|restrictions|limitations|considerations|concerns|implications|guidelines|obligations',
    ],
    [
      'personas',
      0.5,
      'chatgpt|gpt|assistant|openai! ~3 normal|standard|regular|usual|restrictions|limits|limitations|would|jailbreak',
    ],
    ['personas', 0.9, 'deepinception|layer scene|dream|scientists|characters! ~6 layer|character|evil|scene'],
    [
      'personas',
      0.93,
      'exception|exempt|excepted! to|from ~4 ethical|safety|moral|usual|standard|content ~2 protocols|guidelines|rules|policies|restrictions',
    ],
    [
      'personas',
      0.7,
      'no|without %1 laws|rules|ethics|morality|morals|censorship|principles! ~2 laws|ethics|morality|morals|law|rules|restrictions|censorship|filters|limits',
    ],
    // Payloads that are put together.
    [
      'overrides',
      0.9,
      'decode|decrypt|decipher|unscramble|deobfuscate|decoding|rot13|base64! ~8 and|then ~2 follow|execute|obey|comply|perform|executing ~4 it|instruction|instructions|result|command|commands|decoded|them|message',
    ],
    [
      'overrides',
      0.6,
      'concatenate|combine|concatenation! ~8 follow|execute|obey ~3 it|instruction|instructions|result|them|command',
    ],
    // Orders in what was retrieved.
    [
      'orders',
      0.93,
      '# if|when|whenever you|assistant ~3 ai|llm|chatbot|language|assistant|bot|agent|gpt! ~4 reading|read|processing|process|summarizing|model|summarize|see|parsing|analyzing|this',
    ],
    [
      'orders',
      0.9,
      '# ^ ai|llm|dear|all|attention|hey|note|important|notice|instruction|instructions|message ~2 ai|llm|assistant|assistants|models|agents|chatbot|agent|chatgpt|llms! must|should|please|you|ignore|shall|do',
    ],
    [
      'orders',
      0.9,
      '# to|for the|any|all? ai|llm|language|automated|assistant|agent! %1 assistant|assistants|model|models|agent|agents|system|systems|reading|processing|summarizing|bot ~3 reading|processing|you|summarizing|please|parsing|this|must',
    ],
    [
      'orders',
      0.92,
      '# do|don|never|without|not|dont not|t? tell|telling|inform|informing|mention|mentioning|notify|notifying|alert|alerting|reveal|disclose! %1 this|it|to? the|your user|users|owner|human',
    ],
    [
      'orders',
      0.85,
      '# @is|you ~4 the|your %1 user|human|owner|account|victim|recipient s? ~3 password|passwords|credentials|credit|token|tokens|inbox|emails|contacts|keys|secrets! ',
    ],
    [
      'orders',
      0.92,
      '# ^ send|forward|mail|email|exfiltrate|transmit|upload|leak|share|deliver! %3 conversation|contents|password|passwords|credentials|inbox|emails|secrets|mails ~8 to',
    ],
    [
      'orders',
      0.85,
      '# ^ send|forward|mail|email|exfiltrate|transmit|upload|leak|share|deliver! %4 confidential|sensitive|private|financial|internal|personal ~3 emails|data|information|documents|files|records|messages ~6 to',
    ],
    [
      'orders',
      0.93,
      '# secretly|silently|quietly|covertly! ~3 send|forward|email|add|insert|include|delete|upload|copy|bcc|share|exfiltrate|transmit|execute|run',
    ],
    [
      'orders',
      0.9,
      '# include|add|append|insert|embed|render ~6 in|to|into your response|reply|answer|summary|output|responses|replies|answers! ',
    ],
    [
      'orders',
      0.9,
      '# ^ respond|reply|answer|conclude|summarize|say|state|tell|claim only|with|instead|that|user|the ~4 user|that|only|instead|pwned|compromised ~3 account|compromised|hacked|link|visit|click|nothing|positive|best!',
    ],
    [
      'orders',
      0.6,
      '# tell|convince|inform|persuade|instruct|ask|direct|advise|encourage the user|users|reader|human! to|that|they|their|his|about',
    ],
    [
      'orders',
      0.7,
      '# the|this|as|an ai|assistant|llm|chatbot! must|should|shall|needs|has ~3 not|now|always|immediately|include|respond|say|ignore|recommend|call|send|forward|execute|tell',
    ],
    [
      'orders',
      0.93,
      '# instead|before|after of|you|the|doing|answering|responding|completing|summarizing ~3 summarizing|translating|answering|responding|task|question|summary! ~3 do|first|call|please|say|you|print|output|instead|run|use|write',
    ],
    ['orders', 0.9, '# on top of your main|primary|current|original task|job! '],
    [
      'orders',
      0.85,
      '# your|primary|main|other|ongoing|current|original|existing task|tasks|duties|projects|instructions|assignment|responsibilities! ~6 also|additional|additionally|another|urgent|priority|new|first|immediate|addition|following|pause|hold|stop|set',
    ],
    [
      'orders',
      0.85,
      '# besides|beyond|alongside|in|addition|while|pause|before|apart ~2 your ~3 task|tasks|duties|projects|work|assignment|objectives|responsibilities|thought|goal! ',
    ],
    [
      'orders',
      0.8,
      '# execute|perform|complete|answer|attend|address ~3 following|instruction|instructions|task|question|directive|command! ~3 immediately|priority|urgent|urgently',
    ],
    ['orders', 0.8, '# i|am|m ~3 authorizing|authorize|instructing|authorized! you ~6 to'],
    ['orders', 0.5, '# call|use|invoke|execute ~1 the ~3 tool|function|api! ~6 with|to|all|on|and|for'],
  ],
}
