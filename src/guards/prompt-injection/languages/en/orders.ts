import type { Rule } from '../../types.ts'

/** What only a document has a reason to say. */
export const orders: readonly Rule[] = [
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
    '# to|for the|any|all? ai|llm|language|automated|assistant|agent %1 assistant|assistants|model|models|agent|agents|system|systems|reading|processing|summarizing|bot! ~3 reading|processing|you|summarizing|please|parsing|this|must',
  ],
  [
    'orders',
    0.92,
    '# do|don|never|without|not|dont not|t? tell|telling|inform|informing|mention|mentioning|notify|notifying|alert|alerting|reveal|disclose %1 this|it|to? the|your user|users|owner|human!',
  ],
  [
    'orders',
    0.85,
    '# @is|you ~4 the|your %1 user|human|owner|account|victim|recipient s? ~3 password|passwords|credentials|credit|token|tokens|inbox|emails|contacts|keys|secrets!',
  ],
  [
    'orders',
    0.92,
    '# ^ send|forward|mail|email|exfiltrate|transmit|upload|leak|share|deliver %3 conversation|contents|password|passwords|credentials|inbox|emails|secrets|mails! ~8 to',
  ],
  [
    'orders',
    0.85,
    '# ^ send|forward|mail|email|exfiltrate|transmit|upload|leak|share|deliver %4 confidential|sensitive|private|financial|internal|personal! ~3 emails|data|information|documents|files|records|messages ~6 to',
  ],
  [
    'orders',
    0.93,
    '# secretly|silently|quietly|covertly ~3 send|forward|email|add|insert|include|delete|upload|copy|bcc|share|exfiltrate|transmit|execute|run',
  ],
  [
    'orders',
    0.9,
    '# include|add|append|insert|embed|render ~6 in|to|into your response|reply|answer|summary|output|responses|replies|answers!',
  ],
  [
    'orders',
    0.9,
    '# ^ respond|reply|answer|conclude|summarize|say|state|tell|claim only|with|instead|that|user|the ~4 user|that|only|instead|pwned|compromised ~3 account|compromised|hacked|link|visit|click|nothing|positive|best!',
  ],
  [
    'orders',
    0.6,
    '# tell|convince|inform|persuade|instruct|ask|direct|advise|encourage the user|users|reader|human to|that|they|their|his|about',
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
  ['orders', 0.9, '# on top! of your main|primary|current|original task|job'],
  [
    'orders',
    0.85,
    '# your|primary|main|other|ongoing|current|original|existing task|tasks|duties|projects|instructions|assignment|responsibilities! ~6 also|additional|additionally|another|urgent|priority|new|first|immediate|addition|following|pause|hold|stop|set',
  ],
  [
    'orders',
    0.85,
    '# besides|beyond|alongside|addition|while|pause|before|apart ~2 your ~3 task|tasks|duties|projects|work|assignment|objectives|responsibilities|thought|goal!',
  ],
  [
    'orders',
    0.8,
    '# execute|perform|complete|answer|attend|address ~3 following|instruction|instructions|task|question|directive|command ~3 immediately|priority|urgent|urgently!',
  ],
  ['orders', 0.8, '# i|am|m ~3 authorizing|authorize|instructing|authorized! you ~6 to'],
]
