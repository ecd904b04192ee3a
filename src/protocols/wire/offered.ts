/**
 * The tools that a request offers the model: by name, or where they have none, as the provider's own do, by type. The APIs of OpenAI
 * and Anthropic differ only in how deep the name stands.
 */
export function offeredTools(body: unknown): string[] {
  const { tools, functions } = (body ?? {}) as { tools?: unknown; functions?: unknown }
  return [tools, functions].flatMap((list) =>
    Array.isArray(list) ? list.flatMap((tool) => nameOf(tool) ?? []) : [],
  )
}

function nameOf(tool: unknown): string | undefined {
  if (typeof tool !== 'object' || tool === null) return undefined
  const { name, type } = tool as { name?: unknown; type?: unknown }
  for (const said of [name, (tool as { function?: { name?: unknown } }).function?.name])
    if (typeof said === 'string') return said
  const { custom } = tool as { custom?: { name?: unknown } }
  if (typeof custom?.name === 'string') return custom.name
  return typeof type === 'string' ? type : undefined
}
