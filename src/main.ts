#!/usr/bin/env node
import { readFileSync, realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { systemClock } from './adapters/clock.ts'
import { chosenCounter } from './adapters/counter-chosen.ts'
import { memoryCounter } from './adapters/counter-memory.ts'
import { redisCounter } from './adapters/counter-redis.ts'
import { decisionUpload, type UploadSpec } from './adapters/decisions.ts'
import { runningSha256, sha256 } from './adapters/digest.ts'
import { hookEngine } from './adapters/hooks/index.ts'
import { type LocalModels, localModels } from './adapters/models/index.ts'
import { type OpaServers, opaServers } from './adapters/opa.ts'
import { lineStream } from './adapters/recorder.ts'
import { type LocalRego, regoEngine } from './adapters/rego/index.ts'
import { secretSource } from './adapters/secrets.ts'
import { polledSources } from './adapters/sources/index.ts'
import { CHECKPOINTS } from './checkpoints/index.ts'
import { INPUT_SCHEMA } from './checkpoints/rego/schema.ts'
import { UsageError } from './cli/args.ts'
import { check } from './cli/check.ts'
import { EXPLAIN_USAGE, explain } from './cli/explain.ts'
import { INSPECT_USAGE, inspect } from './cli/inspect.ts'
import { KEYS_USAGE, keys } from './cli/keys.ts'
import { POLICY_USAGE, policy } from './cli/policy.ts'
import { type ServeOptions, serveOptions, startMessage } from './cli/serve.ts'
import { TEST_USAGE, test } from './cli/test.ts'
import { memory } from './core/memory.ts'
import type { Counter, HookEngine, Sources } from './core/ports.ts'
import { GUARDS } from './guards/index.ts'
import { type IssuerSpec, openIssuer } from './identity/issuer.ts'
import { createKey, hashKey, type KeyHolder } from './identity/keys.ts'
import { type BuildOptions, buildPolicy } from './policy/build.ts'
import { readFolder } from './policy/folder.ts'
import { type Problem, showProblem } from './policy/problem.ts'
import type { Gate, UpstreamSpec } from './policy/schema.ts'
import { fetchedProblem } from './policy/sources.ts'
import type { Policy } from './policy/types.ts'
import { watchFolder } from './policy/watch.ts'
import { PROTOCOLS } from './protocols/index.ts'
import { decisionLog } from './record/decisions.ts'
import { fan } from './record/fan.ts'
import { createLog, recordLog } from './record/log.ts'
import { createMetrics } from './record/metrics.ts'
import { openTracing } from './record/otel/index.ts'
import { adminServer } from './servers/admin/index.ts'
import { gateway } from './servers/gateway/index.ts'
import { kept, type ServingPolicy, serving } from './servers/gateway/serving.ts'
import { watched } from './upstreams/health/index.ts'
import { httpUpstream } from './upstreams/http/index.ts'
import { proxies } from './upstreams/http/proxy.ts'
import { tlsProblem, tlsSource } from './upstreams/http/tls.ts'
import { loopbackUpstream } from './upstreams/loopback/index.ts'

const DEFAULT_POLICY = fileURLToPath(new URL('../policies/default', import.meta.url))
const MODELS = fileURLToPath(new URL('../models/guard', import.meta.url))
const PACKAGE = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string
}
const MEMORY_BYTES = 32 * 1024 * 1024
const PATHS = PROTOCOLS.map(({ path, upstreams }) => ({ path, protocols: upstreams }))

type Environment = Readonly<Record<string, string | undefined>>

function openModels(env: Environment, warn: (message: string) => void): LocalModels {
  return localModels({
    folder: MODELS,
    clock: systemClock,
    warn,
    remote: { secret: secretSource(systemClock, env), tls: (files) => tlsSource(files, warn)() },
  })
}

/** What runs beside the gate in threads of its own. Each is loaded by the first policy that asks for it. */
interface Engines {
  models: LocalModels
  /** One for the life of the process: what the first policy says of it holds. */
  rego(settings: Gate['rego']): LocalRego
  hooks: HookEngine
  /** Servers of OPA, asked in place of `rego`. */
  opa: OpaServers
  close(): Promise<unknown>
}

function openEngines(env: Environment, warn: (message: string) => void): Engines {
  const models = openModels(env, warn)
  const hooks = hookEngine()
  const opa = opaServers({ secret: secretSource(systemClock, env), warn })
  let rego: LocalRego | undefined
  return {
    models,
    hooks,
    opa,
    rego(settings) {
      rego ??= regoEngine({ ...settings, warn })
      return rego
    },
    close: () => Promise.all([models.close(), hooks.close(), opa.close(), rego?.close()]),
  }
}

/** In place of what has arrived of sources: nothing. */
const nothing: Sources = { take: async (specs) => specs.map(() => undefined) }

function uploadsOf({ url, key, tls, buffer, every }: Gate['rego']['decisions']): UploadSpec[] {
  if (url === undefined) return []
  return [{ url, buffer, every, ...(key !== undefined && { key }), ...(tls !== undefined && { ca: tls.ca }) }]
}

function buildOptions(
  env: Environment,
  { models, rego, hooks, opa }: Engines,
  counter: Counter = memoryCounter(),
): BuildOptions {
  return {
    models: models.open,
    rego: { engine: rego, schema: INPUT_SCHEMA },
    modules: GUARDS,
    checkpoints: {
      modules: CHECKPOINTS,
      ports: { counter, clock: systemClock, digest: sha256, hooks, opa: opa.open },
    },
    ports: { secret: secretSource(systemClock, env) },
    tls: tlsProblem,
    paths: PATHS,
    packageVersion: PACKAGE.version,
  }
}

/** Documents that cannot be served. The message lists what is wrong, a line each. */
export class PolicyError extends Error {
  override name = 'PolicyError'
}

export interface Running {
  gate: string
  admin: string
  /** The key of the demo tenant, when the embedded default is served. */
  key?: string
  message: string
  /** Lets what was accepted end within the gate's `drain`, then stops. */
  stop(): Promise<void>
}

/** Starts the gate. Throws `PolicyError`, or `Error` when an address is taken. */
export async function start(options: ServeOptions, env: Environment = process.env): Promise<Running> {
  const log = createLog()
  const metrics = createMetrics(PACKAGE.version)
  const counter = chosenCounter(memoryCounter())
  const warn = (message: string) => log.warn(message)
  const engines = openEngines(env, warn)
  const local = buildOptions(env, engines, counter)
  const { secret } = local.ports
  /** Whether something was fetched before anybody watched, and what is done about it later. */
  let missed = false
  let changed = () => {
    missed = true
  }
  const sources = polledSources({
    secret,
    problem: fetchedProblem,
    changed: () => changed(),
    warn,
    info: (message) => log.info(message),
  })
  const { decided } = decisionLog({
    settings: () => logged.settings,
    version: PACKAGE.version,
    write: (line) => records.write(line),
    send: () => logged.send,
    lost: () => metrics.recordLost(),
  })
  const build: BuildOptions = {
    ...local,
    sources,
    checkpoints: { ...local.checkpoints!, ports: { ...local.checkpoints!.ports, decided } },
  }
  const folder = await readFolder(options.config ?? DEFAULT_POLICY)
  const first = await buildPolicy(folder, build)
  // What was fetched is no reason not to start: whoever asks the rules is refused until it is good.
  const loaded =
    'errors' in first && sources.standing().length > 0
      ? await buildPolicy(folder, { ...build, sources: nothing })
      : first
  if ('errors' in loaded) {
    await Promise.all([engines.close(), sources.close()])
    throw new PolicyError(loaded.errors.map(showProblem).join('\n'))
  }
  for (const warning of loaded.warnings) log.warn(showProblem(warning))

  const { gate } = loaded.policy
  const shared =
    gate.redis === undefined
      ? undefined
      : await redisCounter({
          ...gate.redis,
          secret,
          degraded: metrics.limitDegraded,
          told: (message, lost) => (lost ? log.warn(message) : log.info(message)),
        })
  if (shared !== undefined) counter.choose(shared)

  const key = options.config === undefined ? createKey() : undefined
  const demo: KeyHolder[] =
    key === undefined ? [] : [{ name: 'demo', tenant: 'demo', roles: [], keys: [{ sha256: hashKey(key) }] }]
  const ports = { secret, warn, proxies: proxies(env) }
  const upstreams = kept(
    ({ name }: UpstreamSpec) => name,
    (spec) => watched(spec.protocol === 'loopback' ? loopbackUpstream(spec) : httpUpstream(spec, ports)),
  )
  const issuers = kept(
    ({ issuer }: IssuerSpec) => issuer,
    (spec) => openIssuer(spec, { secret, warn, now: Date.now }),
  )
  const uploads = kept(
    () => 'decisions',
    (spec: UploadSpec) => decisionUpload(spec, { secret, warn, lost: () => metrics.recordLost() }),
  )
  const logging = (settings: Gate['rego']['decisions']) => ({
    settings,
    send: uploads.take(uploadsOf(settings)).get('decisions')?.add,
  })
  let logged = logging(gate.rego.decisions)
  const serve = (policy: Policy) => {
    logged = logging(policy.gate.rego.decisions)
    sources.keep(policy.sources)
    return serving(policy, upstreams.take(policy.upstreams), demo, PATHS, [
      ...issuers.take(policy.gate.auth.issuers).values(),
    ])
  }
  let current: ServingPolicy = serve(loaded.policy)
  let refused = 'errors' in first ? first.errors.map(showProblem) : undefined
  if (refused !== undefined)
    log.error(`what was fetched is refused, and rules that need it refuse every call:\n${refused.join('\n')}`)
  metrics.policyLoaded(current.version, Date.now())
  const standings = () => upstreams.held().map(({ name, thing }) => ({ name, ...thing.health.standing() }))
  metrics.watchUpstreams(standings)

  const records = lineStream(
    options.record === undefined || options.record === 'stdout' ? 'stdout' : { file: options.record },
    () => metrics.recordLost(),
  )
  const tracing = await openTracing(env, {
    version: PACKAGE.version,
    warn: (message) => log.warn(message),
    lost: metrics.spansLost,
  })
  const watcher = watchFolder({
    folder,
    build: (changed) => buildPolicy(changed, build),
    onChange(policy: Policy, warnings: readonly Problem[]) {
      for (const warning of warnings) log.warn(showProblem(warning))
      current = serve(policy)
      refused = undefined
      metrics.policyLoaded(current.version, Date.now())
      log.info('changed policy is served', { version: current.version })
    },
    onRefused(errors) {
      refused = errors.map(showProblem)
      metrics.policyRefused()
      log.error(`changed policy is refused, the last good one stays:\n${refused.join('\n')}`)
    },
  })
  changed = () =>
    void watcher.rebuild().catch((error: unknown) => log.error('what was fetched could not be served', error))
  if (missed) changed()
  const gateServer = await gateway(options.listen ?? gate.listen, {
    serving: () => current,
    ...(gate.tls === undefined ? {} : { tls: gate.tls }),
    recorder: fan([recordLog(records), metrics, ...(tracing === undefined ? [] : [tracing])], () =>
      metrics.recordLost(),
    ),
    clock: systemClock,
    memory: memory(sha256, runningSha256, MEMORY_BYTES),
    ...(tracing === undefined ? {} : { trace: tracing.place }),
    decided,
    opened: metrics.opened,
    closed: metrics.closed,
    warn: (message, error) => log.error(message, error),
  })
  metrics.connections(gateServer.connections)
  let draining = false
  const admin = await adminServer({
    listen: options.admin ?? gate.admin,
    metrics,
    ready: () => ({
      ready: !draining && engines.models.ready(),
      policy: { version: current.version, loaded: current.loaded },
      ...(refused === undefined ? {} : { refused }),
      upstreams: standings(),
      ...(sources.standing().length === 0 ? {} : { sources: sources.standing() }),
    }),
    warn: (message, error) => log.error(message, error),
  })
  const served = [
    ...new Set(
      loaded.policy.upstreams.flatMap(({ name, models }) =>
        models.map((model) => (model.name === '*' ? `any of ${name}` : model.name)),
      ),
    ),
  ]
  return {
    gate: gateServer.address,
    admin: admin.address,
    ...(key === undefined ? {} : { key }),
    message: startMessage({
      gate: `${gate.tls === undefined ? 'http' : 'https'}://${gateServer.address}`,
      admin: admin.address,
      config: options.config ?? 'policies/default (embedded)',
      records: options.record ?? 'standard output',
      models: served,
      absent: loaded.policy.absent.map(({ name }) => name),
      ...(key === undefined ? {} : { key }),
    }),
    async stop() {
      draining = true
      log.info('draining: no new calls are taken')
      watcher.close()
      await gateServer.drain(gate.drain)
      await Promise.all([
        admin.close(),
        engines.close(),
        sources.close(),
        uploads.close(),
        upstreams.close(),
        issuers.close(),
        records.close(),
        tracing?.close(),
      ])
      shared?.close()
      log.info('stopped')
    },
  }
}

const HELP = `usage: sallyport serve [--config DIR] [--listen HOST:PORT] [--admin HOST:PORT] [--record stdout|FILE]
       sallyport check DIR
       ${TEST_USAGE}
       ${EXPLAIN_USAGE}
       ${INSPECT_USAGE}
${[...KEYS_USAGE, ...POLICY_USAGE].map((line) => `       sallyport ${line}`).join('\n')}
       sallyport --version`

/** Aborts when this process is told to end. */
function interrupted(): AbortSignal {
  const ends = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ends.abort())
  return ends.signal
}

async function main(args: readonly string[]): Promise<number> {
  const out = (line: string) => void process.stdout.write(`${line}\n`)
  const err = (line: string) => void process.stderr.write(`${line}\n`)
  const [command, ...rest] = args
  const engines = openEngines(process.env, err)
  if (rest.includes('--help')) {
    out(HELP)
    return 0
  }
  switch (command) {
    case 'serve': {
      const running = await start(serveOptions(rest))
      out(running.message)
      await new Promise<void>((resolve) => {
        process.once('SIGTERM', resolve)
        process.once('SIGINT', resolve)
      })
      await running.stop()
      return 0
    }
    case 'check':
      return check(rest, { ...buildOptions(process.env, engines), out, err }).finally(engines.close)
    case 'inspect':
      return inspect(rest, {
        ...buildOptions(process.env, engines),
        out: (text) => void process.stdout.write(text),
        err,
        clock: systemClock,
        stdin: process.stdin,
        defaultPolicy: DEFAULT_POLICY,
        colours: process.stdout.isTTY && process.env.NO_COLOR === undefined,
      }).finally(engines.close)
    case 'explain':
      return explain(rest, { ...buildOptions(process.env, engines), out, err }).finally(engines.close)
    case 'test': {
      const counter = chosenCounter(memoryCounter())
      return test(rest, {
        ...buildOptions(process.env, engines, counter),
        rego: { engine: engines.rego, schema: INPUT_SCHEMA },
        out,
        err,
        clock: systemClock,
        fresh: () => counter.choose(memoryCounter()),
        colours: process.stdout.isTTY && process.env.NO_COLOR === undefined,
        ends: interrupted,
      }).finally(engines.close)
    }
    case 'keys':
      return keys(rest, { out, err, now: Date.now })
    case 'policy': {
      const rego = regoEngine({ warn: err })
      const text = (written: string) => void process.stdout.write(written)
      return policy(rest, { rego, schema: JSON.stringify(INPUT_SCHEMA), out: text, err }).finally(rego.close)
    }
    case '--version':
      out(PACKAGE.version)
      return 0
    case undefined:
    case 'help':
    case '--help':
      out(HELP)
      return 0
    default:
      err(`"${command}" is no command.\n${HELP}`)
      return 2
  }
}

function told(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
    ? `${error.message}\nstop what listens there, or name other addresses with --listen and --admin`
    : error.message
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  // Threads that are being ended keep no process alive: it would end with 0, whatever the command found.
  setInterval(() => undefined, 60_000)
  main(process.argv.slice(2)).then(
    (code) => process.exit(code),
    (error: unknown) => {
      process.stderr.write(`${told(error)}\n`)
      process.exit(error instanceof UsageError ? 2 : 1)
    },
  )
}
