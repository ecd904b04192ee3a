import { z } from 'zod'
import { parse } from '../../policy/explain.ts'
import type { FolderFile } from '../../policy/folder.ts'
import { suggest } from '../../policy/nearest.ts'
import type { Problem } from '../../policy/problem.ts'
import { readYaml, type Yaml } from '../../policy/yaml.ts'

const group = z.record(z.string(), z.unknown())
const words = z.array(z.string())

const answerSchema = z.union([
  z.string(),
  z.strictObject({
    text: z.string().default(''),
    calls: z.array(z.strictObject({ name: z.string().min(1), arguments: group.default({}) })).default([]),
  }),
])

const expectSchema = z
  .strictObject({
    verdict: z.enum(['allow', 'flag', 'transform', 'block']).exactOptional(),
    codes: words.exactOptional(),
    status: z.int().min(100).max(599).exactOptional(),
    text: z.string().exactOptional(),
    sent: z.union([z.string(), group]).exactOptional(),
    message: z.string().exactOptional(),
  })
  .refine((of) => Object.keys(of).length > 0, {
    error: 'must expect something: write verdict, codes, status, text, sent or message',
  })

const caseSchema = z.strictObject({
  name: z.string().min(1),
  request: group.exactOptional(),
  answer: answerSchema.exactOptional(),
  stream: z.boolean().default(false),
  caller: z
    .strictObject({
      subject: z.string().min(1).exactOptional(),
      tenant: z.string().min(1).exactOptional(),
      roles: words.exactOptional(),
      claims: group.exactOptional(),
    })
    .exactOptional(),
  path: z.string().exactOptional(),
  model: z.string().min(1).exactOptional(),
  times: z.int().min(1).max(10_000).default(1),
  expect: expectSchema,
})

const documentSchema = z.strictObject({
  boundary: z.string(),
  cases: z.array(caseSchema).min(1).max(10_000),
})

/** One call, and what is expected of it. */
export interface Case extends z.output<typeof caseSchema> {
  boundary: string
  /** Where it stands. */
  place: Problem
}

/** What of the policy cases may name. */
interface Known {
  boundaries: readonly string[]
  paths: readonly string[]
}

/** The cases of a file, or all that is wrong with it. */
export function readCases(
  { file, source }: FolderFile,
  known: Known,
): { cases: Case[]; problems: Problem[] } {
  const { documents, problems } = readYaml(file, source)
  const cases = documents.flatMap((document) => casesOf(document, known, problems))
  if (problems.length === 0 && cases.length === 0)
    problems.push({ file, message: 'holds no cases: write boundary: NAME and cases: [...]' })
  return { cases, problems }
}

function casesOf(document: Yaml, { boundaries, paths }: Known, problems: Problem[]): Case[] {
  const parsed = parse(documentSchema, document.value, document, [], problems)
  if (parsed === undefined) return []
  const { boundary, cases } = parsed.value
  if (!boundaries.includes(boundary))
    problems.push(
      document.problem(['boundary'], `unknown boundary "${boundary}": ${suggest(boundary, boundaries)}`),
    )
  return cases.map((one, index): Case => {
    const complain = (field: readonly PropertyKey[], message: string): void =>
      void problems.push(document.problem(['cases', index, ...field], message))
    const { path, model, request } = one
    if (path !== undefined && !paths.includes(path))
      complain(['path'], `unknown path "${path.slice(0, 128)}": ${suggest(path, paths)}`)
    if (model !== undefined && request?.model !== undefined && request.model !== model)
      complain(['model'], 'the request names another model: keep one')
    return { ...one, boundary, place: document.problem(['cases', index], '') }
  })
}
