/**
 * What a hook sees and says: JavaScript of `use: hook`, or of an `InputGuardPolicy`. A script is the body of a function; to
 * have an editor check it, write it between these lines of a `.js` file that begins with `// @ts-check`:
 *
 *     /// <reference path="hook.d.ts" />
 *     /** @type {Hook} *\/
 *     function hook(request, answer) {
 *     }
 */
type Hook = (request: HookRequest, answer: HookAnswer | undefined) => HookResult

type HookResult =
  /** Lets the call pass this hook; what others hold against it stays. */
  | { status: 'ALLOW' }
  /**
   * Refuses the call, or holds back the answer: `hook.rejected`. `code` is the HTTP status, 400 to 499; anything else becomes
   * 403. Callers and records are told the `reason`, up to 500 characters, if it is made of texts of the script and of numbers.
   */
  | { status: 'REJECT'; code?: number; reason?: string }
  /** Lets it pass, and says so in the record: `hook.flagged`. */
  | { status: 'FLAG'; reason?: string }
  /** Writes other texts in the place of these: `hook.transformed`. A path is one that a part has. */
  | { status: 'TRANSFORM'; parts: { path: string; text: string }[] }

/** Frozen, all the way down. */
interface HookRequest {
  /** The gate's path that was called, such as `/v1/generate`. */
  readonly path: string
  readonly method: 'POST'
  /** Name of the boundary that serves the call. */
  readonly boundary: string
  readonly stage: 'admit' | 'input' | 'context' | 'policy' | 'output' | 'tool'
  /** As the caller names it; absent where no model is called. */
  readonly model?: string
  /** Whether the answer is asked for as a stream. */
  readonly stream: boolean
  readonly caller: HookCaller
  /** Who may serve the call, the first choice first. */
  readonly upstreams: readonly { readonly name: string; readonly protocol: string }[]
  /** What guards and other hooks have found so far. */
  readonly findings: readonly HookFinding[]
  /** All that the request says, text by text. */
  readonly parts: readonly HookPart[]
  /** The request's JSON, as edited so far; absent for `/v1/inspect`. */
  // biome-ignore lint/suspicious/noExplicitAny: it is whatever the protocol says
  readonly body?: any
}

/** In the stages `output` and `tool`; `undefined` in the others. A stream has ended before a hook sees it. */
interface HookAnswer {
  /** What the model says to a reader, its texts joined by line breaks. */
  readonly text: string
  readonly parts: readonly HookPart[]
  /** The answer's JSON as the model gave it and guards edited it; absent for a stream. */
  // biome-ignore lint/suspicious/noExplicitAny: it is whatever the protocol says
  readonly body?: any
}

/** What a reader reads as one piece. */
interface HookPart {
  /** Where it stands, such as `messages[0].content`. */
  readonly path: string
  readonly origin: 'system' | 'user' | 'retrieved' | 'tool' | 'model'
  /** Of `media` and `opaque` there is no text. */
  readonly kind: 'text' | 'document' | 'tool_call' | 'media' | 'opaque'
  /** Of a tool call: its arguments as JSON. */
  readonly text: string
  /** Of a tool call: the tool's name. */
  readonly tool?: string
}

interface HookCaller {
  readonly subject: string
  readonly tenant: string
  readonly roles: readonly string[]
  /** What its token says of it; empty without a token. */
  readonly claims: { readonly [claim: string]: unknown }
}

/** Evidence, and never the text that was found. */
interface HookFinding {
  /** The guard or checkpoint, such as `pii`. */
  readonly guard: string
  /** Such as `pii.email`. */
  readonly code: string
  readonly stage: HookRequest['stage']
  /** What the boundary makes of it. */
  readonly action: 'allow' | 'flag' | 'transform' | 'block'
  /** 0 to 1. */
  readonly score: number
  readonly reason: string
  readonly places: readonly { readonly path: string; readonly span: readonly [start: number, end: number] }[]
}
