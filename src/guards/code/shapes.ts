/** Languages that are told apart, by their code's name. */
export const LANGUAGES = [
  'shell',
  'sql',
  'python',
  'javascript',
  'powershell',
  'java',
  'c',
  'go',
  'ruby',
  'php',
  'html',
] as const
export type Language = (typeof LANGUAGES)[number]

/** What a fence's info string calls them. */
export const NAMES: Readonly<Record<Language, string>> = {
  shell: 'bash sh shell zsh ksh fish console terminal shell-session shellscript',
  sql: 'sql mysql postgresql postgres psql plsql tsql sqlite',
  python: 'python py python3 pycon ipython',
  javascript: 'javascript js jsx mjs node typescript ts tsx',
  powershell: 'powershell ps1 pwsh posh',
  java: 'java',
  c: 'c c++ cpp cc h hpp',
  go: 'go golang',
  ruby: 'ruby rb',
  php: 'php',
  html: 'html htm xhtml',
}

/**
 * Shapes of a line, without the white space around it. `whole`: code by itself; `strong`: hardly ever prose; `weak`: seen in
 * prose and in settings too, so that all of a stretch's together count as one.
 */
export interface Shapes {
  whole?: readonly RegExp[]
  strong: readonly RegExp[]
  weak: readonly RegExp[]
}

const CALL = /^(?:await )?[\w$]+(?:(?:\.|->|::)[\w$]+)*\(.*\);$/
const BRACE = /^\}[);,]*$/
const CONTROL = /^(?:\} ?)?(?:if|else if|for|while|switch|catch|foreach) ?\(.*\) ?\{$/
const OTHERWISE = /^(?:\} ?)?(?:else|try|finally|do) ?\{$/
const RETURN = /^return\b[^.]*;$/
const ASSIGNED = /^[\w$]+(?:\.[\w$]+|\[[^\]]*\])* ?(?:[-+*/]|\|\||\?\?)?=(?![=>]) ?\S/

/** Commands that are no English words, and those that are. */
const COMMAND =
  'apt|apt-get|awk|base64|brew|chmod|chown|crontab|curl|dnf|docker|docker-compose|dpkg|gcc|git|grep|gunzip|gzip|helm|iptables|jq|kubectl|ln|ls|mkdir|mkfifo|mv|nc|ncat|netstat|nmap|nohup|npm|npx|openssl|pacman|pip|pip3|pnpm|ps|python3|rm|rmdir|rpm|rsync|scp|sed|ssh|sudo|systemctl|tar|terraform|unzip|useradd|usermod|wget|xargs|yarn|yum|cp|dd|chroot|journalctl'
const WORD =
  'bash|cat|cd|cut|echo|env|export|find|head|kill|make|mount|node|python|ruby|service|set|sh|sort|source|tail|tee|touch|umount|zip|eval|exec|date|diff|go|cargo'
/** A flag, path, variable, redirection or address behind a command. */
const GIVEN = String.raw`(?:.*\s)?(?:--?[A-Za-z][\w-]*|[~.]{0,2}\/[\w.~/*-]*|"?\$\{?\w+.*|[|>&]{1,2}.*|https?:\/\/.*|[\w.-]+\.(?:sh|py|js|gz|zip|txt|json|ya?ml|conf|log))(?:[\s=].*)?$`
const SUB =
  'install|uninstall|add|commit|push|pull|clone|checkout|init|run|build|exec|start|stop|restart|status|enable|disable|update|upgrade|apply|get|describe|delete|logs|remove'

const CMDLET =
  '(?:Get|Set|New|Remove|Invoke|Start|Stop|Restart|Write|Import|Export|Add|Test|Out|ConvertTo|ConvertFrom|Where|ForEach|Select|Sort|Measure|Format|Enable|Disable|Install|Uninstall|Copy|Move|Rename|Clear|Read|Register|Expand|Compress|Join|Split|Resolve|Wait|Update)'
const NOUN =
  '(?:Item|ItemProperty|ChildItem|Content|Process|Service|Object|Host|Output|Command|Expression|WebRequest|RestMethod|Location|Path|ExecutionPolicy|Module|Variable|Csv|Clixml|Json|String|SecureString|File|EventLog|WinEvent|ADUser|ADGroup|Date|Random|Credential|Job|Sleep|Member|Error|Warning|Verbose|Null|Help|Acl|NetAdapter|NetIPAddress|NetTCPConnection|NetFirewallRule|ScheduledTask|WmiObject|CimInstance|HotFix|Computer|ComputerInfo|Table|List|WindowsFeature|MpPreference|Archive|Connection|Package|Type|PSSession|Session|LocalUser|Property)'

export const SHAPES: Readonly<Record<Language, Shapes>> = {
  shell: {
    whole: [/^#!\/(?:usr\/)?bin\/(?:env )?(?:ba|z|k|da)?sh\b/, /^(?:[\w.@~:/-]*[$#]|\$) sudo \w/],
    strong: [
      new RegExp(`^(?:[\\w.-]+@[\\w.-]+:\\S*)?\\$ (?:${COMMAND}|${WORD})\\b`),
      new RegExp(`^(?:sudo )?(?:${COMMAND}) ${GIVEN}`),
      new RegExp(`^(?:sudo )?(?:${WORD}) ${GIVEN}`),
      new RegExp(
        `^(?:sudo )?(?:apt|apt-get|brew|docker|git|helm|kubectl|npm|pip3?|pnpm|systemctl|terraform|yarn|yum|dnf) (?:${SUB})(?: \\S+){0,4}$`,
      ),
      /\|\s*(?:grep|awk|sed|xargs|sort|head|tail|wc|tee|bash|sh|jq|cut|tr|base64|uniq|less)(?:\s+[-'"\w.]|$)/,
      /(?:[12&]?>+\s*\/dev\/(?:null|tcp)|2>&1|&>\s*\S)/,
      /^(?:el)?if \[\[? .+ \]\]?; ?then$/,
      /^(?:for \w+ in .+|while .+|until .+); ?do$/,
      /^(?:for \w+ in (?:"?\$|\{|\*|\.).*)$/,
      /^(?:export |local |readonly |declare (?:-\w )?)[A-Za-z_]\w*=/,
      /^echo (?:-[en] )?["'$]/,
      /^\w+\(\) ?\{$/,
      /^(?:fi|esac|;;)$/,
      /^set -[euxo]+/,
    ],
    weak: [
      /^(?:then|done|do)$/,
      /\$\(.+\)|\$\{\w+\}|"\$\w+"/,
      /^[A-Z_]+=\S/,
      /\\$/,
      /&& \w/,
      /^#\s/,
      /^(?:cd|ls|pwd|exit \d|whoami|id)(?: \S+)?$/,
      new RegExp(`^(?:sudo )?(?:${COMMAND})(?: [\\w./:@-]+){0,3}$`),
    ],
  },
  sql: {
    whole: [
      /^SELECT\s.+\sFROM\s+\S.*;$/,
      /^select\s+\*\s+from\s+[\w.]+.*;$/i,
      /^select\s[\w.,\s()*]+\sfrom\s+[\w.]+\s.*\bwhere\b.*[=<>].*;$/i,
      /^insert\s+into\s+[\w."`]+.*\bvalues?\s*\(.*;$/i,
      /^update\s+[\w."`]+\s+set\s+[\w."`]+\s*=.*;$/i,
      /^delete\s+from\s+[\w."`]+\s+where\s+.*[=<>].*;$/i,
      /^(?:DROP|TRUNCATE)\s+(?:TABLE|DATABASE|SCHEMA)\s+.*;$/i,
    ],
    strong: [
      /^SELECT(?:\s+(?:DISTINCT|TOP \d+))?(?:\s+(?:\*|[\w."`()*]+(?:\s+AS\s+\w+)?(?:,.*|\s+FROM\s.*)?))?$/,
      /^select\s+(?:\*|[\w.]+(?:,\s*[\w.()*]+)+|count\(.*\))\s+from\s+[\w.]+/i,
      /^FROM\s+[\w."`[\]]+(?:\s+(?:AS\s+)?\w+)?[,;)]*$/,
      /^(?:WHERE|AND|OR|HAVING|ON)\s.*(?:[=<>]|\sIN\s|\sLIKE\s|\sIS\s|\sBETWEEN\s)/,
      /^where\s+[\w.]+\s*(?:[=<>]{1,2}|in\b|like\b|is (?:not )?null\b)/,
      /^(?:(?:LEFT|RIGHT|INNER|FULL|CROSS)\s+)?(?:OUTER\s+)?JOIN\s+\S+/,
      /^(?:(?:left|right|inner|full)\s+)?(?:outer\s+)?join\s+[\w.]+(?:\s+\w+)?\s+on\s/,
      /^(?:GROUP|ORDER)\s+BY\s+[\w.,\s()]+;?$/,
      /^INSERT\s+INTO\s+\S+/,
      /^VALUES?\s*\(/,
      /^\(?WITH\s+\w+\s+AS\s*\(/,
      /^create\s+(?:or\s+replace\s+)?(?:temp(?:orary)?\s+)?(?:table|view|index|database|function|procedure|trigger|schema)\s+(?:if\s+not\s+exists\s+)?[\w."`]+\s*(?:\(|as\b|on\b|;)/i,
      /^ALTER\s+TABLE\s+\S+/,
      /^UPDATE\s+\S+\s+SET\s/,
      /^DELETE\s+FROM\s+\S+/,
      /^["`\w]+\s+(?:INT|INTEGER|BIGINT|SMALLINT|SERIAL|VARCHAR\(\d+\)|CHAR\(\d+\)|TEXT|BOOLEAN|TIMESTAMP|DATETIME|DATE|DECIMAL\(.*?\)|NUMERIC|FLOAT|UUID)\b[^.]*,?$/i,
      /\bUNION\s+(?:ALL\s+)?SELECT\b/i,
    ],
    weak: [
      /^LIMIT\s+\d+;?$/i,
      /^SET\s+[\w.]+\s*=/i,
      /^\);?$/,
      /^--\s/,
      /^(?:from|group by|order by)\s+[\w.]+;?$/,
    ],
  },
  python: {
    whole: [/^#!\/usr\/bin\/(?:env )?python/, /^if __name__ == ['"]__main__['"]:$/],
    strong: [
      /^(?:async )?def [A-Za-z_]\w*\(.*\)?(?: ?-> ?[^:]+)?:?(?:\s*#.*)?$/,
      /^class [A-Z_]\w*(?:\([\w., =[\]]*\))?:$/,
      /^from [\w.]+ import (?:\*|\(|\w+(?: as \w+)?(?:, ?\w+(?: as \w+)?)*,?)(?:\s*#.*)?$/,
      /^import (?:\w+\.[\w.]+|\w+ as \w+)(?:, ?[\w.]+)*$/,
      /^(?:if|elif|while) (?:not )?[\w.]+(?:[.([]| ?[=!<>]=? ?| (?:in|is|not|and|or) ).*:$/,
      /^for \w+(?:, ?\w+)* in [\w.]+(?:[.([].*)?:$/,
      /^(?:try|finally|else):$/,
      /^except(?: [\w.()|, ]+)?(?: as \w+)?:$/,
      /^with [\w.]+\(.*\)(?: as \w+)?:$/,
      /^print\(.*\)$/,
      /^(?:self\.\w+(?:\.\w+)* ?(?:=|\()|return self\b)/,
      /^raise [A-Z]\w*(?:Error|Exception)?\(/,
      /^>>> \S/,
      /^(?:lambda \w+|@(?:property|staticmethod|classmethod|dataclass|pytest\.|app\.))/,
      /^assert [\w.]+(?:\(.*\)|\[.*\])?.* (?:==|is|in|!=|<|>) /,
      /^\w+ = \[.+ for \w+ in .+\]$/,
      /^\w+(?:, ?\w+)* = (?:await )?[a-z_]\w*(?:\.\w+)+\(/,
    ],
    weak: [
      /^import \w+(?:, ?\w+)*$/,
      ASSIGNED,
      /^return(?: [\w.]+(?:[([].*)?| (?:not |None|True|False|f?['"]).*)?$/,
      /^(?:pass|break|continue)$/,
      /^(?:"""|''')/,
      /^[a-z_]\w*(?:\.\w+)*\(.*\)$/,
      /^[)\]}],?$/,
      /^#\s/,
    ],
  },
  javascript: {
    whole: [/^<script\b[^>]*>.*\S.*<\/script>/i],
    strong: [
      /^(?:export )?(?:default )?(?:async )?function\*? ?[\w$]*\(.*\)[^.]*\{/,
      /^(?:export )?(?:const|let|var) [\w$]+(?:: ?[\w<>[\], |]+)? ?= ?.*[;{(['"`>]$/,
      /^(?:export )?(?:const|let|var) [{[].*[}\]] ?= ?/,
      /^import .+ from ['"].+['"];?$/,
      /^(?:const|let|var) .+ = (?:await )?(?:require\(|fetch\(|new [A-Z])/,
      /=> ?(?:[{(]|[\w$.]+\(.*\)[;,)]*$|\{.*\}[;,)]*$)/,
      /^console\.\w+\(/,
      /^(?:document|window|module\.exports|process\.env|Object|Math|JSON|Promise|localStorage)\.?\w*(?:\(| = |\.)/,
      /^export (?:default|const|class|interface|type|async|enum)\b.*[{;=(\w]$/,
      /^(?:export )?class [A-Z]\w*(?: extends [\w.]+)?(?: implements [\w, ]+)? ?\{$/,
      /^(?:await )?[\w$.]*\.(?:then|catch|forEach|addEventListener|querySelector|getElementById|map|filter)\(/,
      /^(?:export )?(?:interface \w+.*\{|type \w+(?:<.*>)? = .+)$/,
      /^(?:async )?\w+\(.*\)(?:: ?[\w<>[\]]+)? \{$/,
      CONTROL,
      OTHERWISE,
    ],
    weak: [
      /^(?:const|let|var) [\w$]+ ?= ?\S/,
      ASSIGNED,
      CALL,
      BRACE,
      RETURN,
      /^\/\/ ?\S/,
      /^\/\*\*?$|^\*\/$/,
      /^\w+: .+,$/,
    ],
  },
  powershell: {
    whole: [/^PS [A-Z]:\\[^>]*> ?\S/, /^powershell(?:\.exe)?\s+-\w/i],
    strong: [
      new RegExp(`(?:^|[|=({;]\\s*)${CMDLET}-${NOUN}\\b`),
      new RegExp(`^${CMDLET}-[A-Z]\\w+ .*-[A-Z]\\w+`),
      /^(?:\[CmdletBinding\(|param ?\($|\[Parameter\b)/i,
      /\s-(?:eq|ne|gt|lt|ge|le|like|match|contains)\s+[$"'\d]/,
      /^foreach ?\(\$\w+ in \$/i,
      /\[(?:System\.|Convert\]::|Text\.Encoding\]::|Environment\]::|IO\.)/,
      /^function [A-Z]\w*-\w+/,
      /^\$(?:env|global|script):\w+/i,
    ],
    weak: [
      /^\$\w+ ?\+?=(?!=) ?\S/,
      /^\$\w+(?:\.\w+)+/,
      BRACE,
      CONTROL,
      OTHERWISE,
      /\|\s*(?:%|\?) ?\{/,
      /`$/,
      /^#\s/,
    ],
  },
  java: {
    whole: [/^public static void main\(/],
    strong: [
      /^(?:public|private|protected) (?:static |final |abstract |synchronized )*(?:class|interface|enum|record|[\w<>[\], ?]+) ?\w*(?: ?[=({]| extends | implements ).*[;{]$/,
      /^(?:public|private|protected) (?:static |final )*[\w<>[\]]+ \w+(?: = .+)?;$/,
      /^import (?:static )?[a-z]\w*(?:\.[\w*]+)+;$/,
      /^package [a-z]\w*(?:\.\w+)*;$/,
      /^System\.(?:out|err)\.print/,
      /^@(?:Override|Autowired|Test|Entity|Service|Component|RestController|Bean)\b/,
      /^(?:final )?[A-Z]\w*(?:<[\w<>, ?]*>)?(?:\[\])? \w+ = new [A-Z]\w*/,
      CONTROL,
      OTHERWISE,
    ],
    weak: [
      CALL,
      BRACE,
      RETURN,
      /^(?:int|String|boolean|double|long) \w+(?: = .+)?;$/,
      /^\/\/ ?\S/,
      /^throw new /,
    ],
  },
  c: {
    strong: [
      /^#\s?(?:include ?[<"]|define \w+|ifndef \w+|ifdef \w+|pragma \w+)/,
      /^(?:static |const |inline |extern |unsigned )*(?:int|void|char|float|double|bool|long|size_t|struct \w+|u?int\d+_t) [*&]*\w+\(.*\)? ?[{;]?$/,
      /^(?:const |static |unsigned )*(?:int|char|float|double|bool|long|size_t|auto|u?int\d+_t) [*&]*\w+(?:\[.*\])?(?: ?= ?.+| ?\(.*\))?;$/,
      /^(?:printf|scanf|fprintf|malloc|free|memcpy|strcpy|std::c(?:out|err))\b ?(?:\(|<<)/,
      /^using namespace \w+;$/,
      /^(?:typedef )?(?:struct|enum|union)(?: \w+)? ?\{$/,
      /^template ?</,
      CONTROL,
      OTHERWISE,
    ],
    weak: [CALL, BRACE, RETURN, /^\w+->\w+/, /^\/\/ ?\S/, /^(?:public|private|protected):$/],
  },
  go: {
    strong: [
      /^func (?:\(\w+ \*?\w+\) )?\w+\(.*\).*\{$/,
      /^\w+(?:, ?\w+)* := \S/,
      /^import \($/,
      /^(?:fmt|log|os|strings|http|errors|context)\.[A-Z]\w+\(/,
      /^if err != nil \{$/,
      /^for (?:.* := range .+|.*;.*;.*) \{$/,
      /^type \w+ (?:struct|interface) ?\{$/,
      /^(?:defer|go) \w+(?:\.\w+)*\(/,
    ],
    weak: [/^package \w+$/, /^import "[\w./-]+"$/, BRACE, /^return [\w., &]+$/, /^var \w+ \S/],
  },
  ruby: {
    whole: [/^#!\/usr\/bin\/(?:env )?ruby/],
    strong: [
      /^require(?:_relative)? ['"][\w./-]+['"]$/,
      /^def (?:self\.)?[a-z_]\w*[?!=]?(?:\(.*\))?$/,
      /\bdo \|\w+(?:, ?\w+)*\|$/,
      /^puts ["'#\w]/,
      /^attr_(?:accessor|reader|writer) :\w+/,
      /^class [A-Z]\w*(?: < [\w:]+)?$/,
      /^module [A-Z]\w*$/,
      /^@\w+ \|?\|?= /,
    ],
    weak: [/^end$/, ASSIGNED, /^(?:if|unless|elsif|while) [\w.]+/, /^\w+\.each\b/],
  },
  php: {
    whole: [/<\?php\b/],
    strong: [
      /^\$\w+(?:->\w+|\[.*?\])* ?\.?=(?!=) ?.+;$/,
      /^(?:public |private |protected |static )*function \w*\((?:.*\$\w+.*)?\)/,
      /^echo .+;$/,
      /^(?:if|foreach|while) ?\(.*\$\w+.*\) ?[{:]$/,
      /^use [A-Z]\w*(?:\\\w+)+;$/,
      /^namespace [A-Z]\w*(?:\\\w+)*;$/,
    ],
    weak: [CALL, BRACE, RETURN, /^\$\w+->\w+/, /^\?>$/],
  },
  html: {
    whole: [/^<!doctype html/i],
    strong: [
      /^<(?:html|head|body|div|section|nav|header|footer|main|script|style|form|table|tr|td|th|ul|ol|li|input|button|link|meta|iframe|select|label|h[1-6]|title)(?:\s+[a-z-]+(?:=(?:"[^"]*"|'[^']*'|[^\s>]+))?)*\s*\/?>/i,
      /^<\/(?:html|head|body|div|section|nav|header|footer|main|script|style|form|table|tr|ul|ol|select)>$/i,
    ],
    weak: [/^<\/?(?:p|span|a|img|b|i|em|strong|br|hr|code|pre)\b[^>]*>/i, /^<!--.*-->$/],
  },
}
