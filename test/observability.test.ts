import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { call, document, post, startGate, stopAll } from './gate.ts'

const file = (name: string) => new URL(`../${name}`, import.meta.url)
const read = (name: string) => readFileSync(file(name), 'utf8')

interface Metric {
  type: string
  help: string
  labels: string[]
}
/** What a real gate says of itself after calls of every kind. */
const metrics = new Map<string, Metric>()

beforeAll(async () => {
  const gate = await startGate({
    documents:
      document('Upstream', 'down', {
        protocol: 'openai',
        baseUrl: 'http://127.0.0.1:9/v1',
        models: [{ name: 'loopback' }],
      }) +
      document('Upstream', 'loopback', { protocol: 'loopback', models: [{ name: 'loopback' }] }) +
      document('Boundary', 'chat', {
        upstreams: [{ name: 'down' }, { name: 'loopback', order: 2 }],
        input: [
          { use: 'keywords', with: { words: ['forbidden'] } },
          { use: 'pii' },
          { use: 'keywords', with: { words: ['tried'] }, enforce: 'shadow' },
        ],
      }),
  })
  for (const content of ['Hello', 'tried', 'ada@example.com', 'forbidden'])
    await post(gate, '/v1/chat/completions', { model: 'loopback', messages: [{ role: 'user', content }] })
  await call(`${gate.url}/v1/chat/completions`, { body: '{}' })
  await gate.records(5)
  let name = ''
  for (const line of (await call(`${gate.admin}/metrics`)).text.split('\n')) {
    const [, what, about, rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? []
    if (what === 'HELP') {
      name = about!
      metrics.set(name, { type: '', help: rest, labels: [] })
    } else if (what === 'TYPE') metrics.get(name)!.type = rest
    else if (line !== '')
      for (const [, label] of line.matchAll(/[{,](\w+)="/g)) {
        const { labels } = metrics.get(name)!
        if (label !== 'le' && !labels.includes(label!)) labels.push(label!)
      }
  }
})
afterAll(stopAll)

/** The metrics and matched labels of a query, as far as they are the gate's. */
function asked(query: string): { name: string; labels: string[] }[] {
  return [...query.matchAll(/\b((?:sallyport|nodejs|process)_\w+)(?:\{([^}]*)\})?/g)].map(
    ([, name, matchers = '']) => ({
      name: name!,
      labels: [...matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label]) => label!),
    }),
  )
}
/** What Prometheus adds. */
const SCRAPED = ['instance', 'job']

function known({ name, labels }: { name: string; labels: string[] }): string | undefined {
  const found = metrics.get(name) ?? metrics.get(name.replace(/_(?:bucket|sum|count)$/, ''))
  if (found === undefined) return `${name} is no metric`
  if (metrics.get(name) === undefined && found.type !== 'histogram') return `${name} is of no histogram`
  const unknown = labels.find((label) => ![...found.labels, ...SCRAPED, 'le'].includes(label))
  return unknown === undefined ? undefined : `${name} has no label ${unknown}`
}

describe('integrations/grafana/dashboard.json', () => {
  interface Panel {
    id: number
    type: string
    title: string
    gridPos: { x: number; y: number; w: number; h: number }
    datasource?: { type: string; uid: string }
    targets?: { expr: string; refId: string; datasource: object }[]
  }
  const dashboard = JSON.parse(read('integrations/grafana/dashboard.json')) as {
    title: string
    uid: string
    schemaVersion: number
    templating: { list: { name: string; type: string; definition?: string }[] }
    panels: Panel[]
  }
  const drawn = dashboard.panels.filter(({ type }) => type !== 'row')
  const queries = drawn.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))

  test('asks for metrics and labels that a gate has', () => {
    expect(queries.length).toBeGreaterThan(30)
    expect(queries.flatMap(asked).length).toBeGreaterThan(30)
    expect(
      queries
        .flatMap(asked)
        .map(known)
        .filter((wrong) => wrong !== undefined),
    ).toEqual([])
  })

  test('shows every metric of the gate', () => {
    const shown = queries.flatMap(asked).map(({ name }) => name.replace(/_bucket$/, ''))
    const own = [...metrics.keys()].filter((name) => name.startsWith('sallyport_'))
    expect(own.filter((name) => !shown.includes(name))).toEqual([])
  })

  test('has variables for all that its queries name, and their metrics exist', () => {
    const { list } = dashboard.templating
    const named = new Set(
      JSON.stringify(dashboard.panels)
        .match(/\$\{?[a-z]\w*/g)
        ?.map((word) => word.replace(/\W+/, '')),
    )
    expect([...named].sort()).toEqual(list.map(({ name }) => name).sort())
    for (const { definition } of list)
      if (definition !== undefined) {
        const [, metric, label] = /^label_values\((\w+), (\w+)\)$/.exec(definition)!
        expect(known({ name: metric!, labels: [label!] })).toBeUndefined()
      }
  })

  test('is laid out on the 24 columns without two panels in one place, each with a name and a query', () => {
    expect(dashboard).toMatchObject({ title: 'Sallyport', uid: 'sallyport', schemaVersion: 38 })
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length)
    const taken = new Set<string>()
    for (const { title, type, gridPos, targets = [], datasource } of dashboard.panels) {
      expect(['row', 'stat', 'timeseries', 'table']).toContain(type)
      expect(title).not.toBe('')
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24)
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect({ title, taken: taken.has(`${x} ${y}`) }).toEqual({ title, taken: false })
          taken.add(`${x} ${y}`)
        }
      if (type === 'row') continue
      expect(datasource).toEqual({ type: 'prometheus', uid: '$' + '{datasource}' })
      expect(targets.length).toBeGreaterThan(0)
      expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length)
    }
  })
})

describe('integrations/grafana/alerts.yaml', () => {
  interface Rule {
    alert: string
    expr: string
    labels: { severity: string }
    annotations: { summary: string }
  }
  const yaml = <T>(name: string) => parseAllDocuments(read(name))[0]!.toJS({ maxAliasCount: 0 }) as T
  const rules = yaml<{ groups: { rules: Rule[] }[] }>('integrations/grafana/alerts.yaml').groups.flatMap(
    (group) => group.rules,
  )

  test('asks for metrics and labels that a gate has', () => {
    expect(rules.length).toBeGreaterThan(10)
    expect(
      rules
        .flatMap(({ expr }) => asked(expr))
        .map(known)
        .filter((wrong) => wrong !== undefined),
    ).toEqual([])
  })

  test('each says how bad it is and what it means, and is shown both ringing and silent', () => {
    interface Case {
      alertname: string
      exp_alerts: unknown[]
    }
    const { tests } = yaml<{ tests: { alert_rule_test: Case[] }[] }>('integrations/grafana/alerts.test.yaml')
    const cases = tests.flatMap((one) => one.alert_rule_test)
    for (const { alert, labels, annotations } of rules) {
      expect(['critical', 'warning', 'info']).toContain(labels.severity)
      expect(annotations.summary).toMatch(/\.$/)
      const own = cases.filter(({ alertname }) => alertname === alert)
      expect({ alert, rings: own.some(({ exp_alerts }) => exp_alerts.length > 0) }).toEqual({
        alert,
        rings: true,
      })
      expect({ alert, silent: own.some(({ exp_alerts }) => exp_alerts.length === 0) }).toEqual({
        alert,
        silent: true,
      })
    }
  })
})

describe('docs/observability.md', () => {
  const BLOCK = /(<!-- metrics -->\n)[\s\S]*?(<!-- \/metrics -->)/

  test('has every metric of the gate; UPDATE_DOCS=1 writes them anew', () => {
    const rows = [...metrics]
      .filter(([name]) => name.startsWith('sallyport_'))
      .map(
        ([name, { type, labels, help }]) =>
          `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`,
      )
    const page = read('docs/observability.md')
    const made = page.replace(
      BLOCK,
      (_, start: string, end: string) =>
        `${start}| metric | type | labels | |\n|---|---|---|---|\n${rows.join('\n')}\n${end}`,
    )
    if (process.env.UPDATE_DOCS === '1') writeFileSync(file('docs/observability.md'), made)
    else expect(page).toBe(made)
  })

  test('names the attributes that spans have', () => {
    const page = read('docs/observability.md')
    const names = [
      ...read('src/record/otel/names.ts').matchAll(/'((?:gen_ai|http|url|client|error|sallyport)\.[\w.]+)'/g),
    ].map(([, name]) => name!)
    expect(names.length).toBeGreaterThan(25)
    // One that begins as the one before it is shortened to what differs.
    const short = (name: string) => [
      name,
      name.replace(/^sallyport\.finding/, ''),
      name.replace(/^sallyport/, ''),
    ]
    expect(
      names.filter(
        (name) =>
          !short(name).some(
            (form) => page.includes(`\`${form}\``) || page.includes(`\`${form}.STAGE.GUARD\``),
          ),
      ),
    ).toEqual([])
  })
})
