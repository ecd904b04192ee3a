import { expect, test } from 'vitest'
import { traceSettings } from './settings.ts'

function read(env: Record<string, string>) {
  const warned: string[] = []
  const settings = traceSettings(env, (message) => warned.push(message))
  return { settings, warned }
}
const ON = { OTEL_TRACES_EXPORTER: 'otlp' }

test.each<Record<string, string>>([
  {},
  { OTEL_SERVICE_NAME: 'x', OTEL_TRACES_SAMPLER: 'always_on' },
  { OTEL_EXPORTER_OTLP_ENDPOINT: ' ' },
  { ...ON, OTEL_SDK_DISABLED: 'TRUE' },
  { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318', OTEL_TRACES_EXPORTER: 'none' },
])('%o traces nothing and says nothing', (env) => {
  expect(read(env)).toEqual({ settings: undefined, warned: [] })
})

test.each<Record<string, string>>([
  { OTEL_TRACES_EXPORTER: 'zipkin' },
  { ...ON, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
  { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317' },
  { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'file:///etc/passwd' },
  { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://' },
])('%o traces nothing and says why', (env) => {
  const { settings, warned } = read(env)
  expect(settings).toBeUndefined()
  expect(warned).toEqual([expect.stringMatching(/^OTEL_.* takes .*; nothing is traced$/)])
})

test('the endpoint of all signals is a base, that of traces is taken as it is', () => {
  const url = (env: Record<string, string>) => read(env).settings?.url
  expect(url(ON)).toBe('http://localhost:4318/v1/traces')
  expect(url({ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://c:4318/' })).toBe('https://c:4318/v1/traces')
  expect(url({ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://c/otlp' })).toBe('https://c/otlp/v1/traces')
  expect(
    url({ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://c', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://t/' }),
  ).toBe('https://t/')
})

test('what is said of traces alone goes before what is said of all signals', () => {
  const { settings } = read({
    ...ON,
    OTEL_EXPORTER_OTLP_HEADERS: 'a=1',
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: ' b = 2%2C3 , c=4=5',
    OTEL_EXPORTER_OTLP_TIMEOUT: '1',
    OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: '2000',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json',
  })
  expect(settings).toMatchObject({ headers: { b: '2,3', c: '4=5' }, timeout: 2000, protocol: 'http/json' })
})

test('without further words: all that callers do not leave out, in batches, named sallyport', () => {
  expect(read(ON).settings).toEqual({
    url: 'http://localhost:4318/v1/traces',
    protocol: 'http/protobuf',
    headers: {},
    gzip: false,
    timeout: 10_000,
    resource: { 'service.name': 'sallyport' },
    sampler: { parent: true, ratio: 1 },
    queue: { spans: 4096, batch: 512, delay: 5000 },
    oldNames: true,
  })
})

test('what cannot be understood is said without its value, and the default holds', () => {
  const { settings, warned } = read({
    ...ON,
    OTEL_EXPORTER_OTLP_HEADERS: 'secret%zz=%zz,no-value,good=1,bad name=secret,x=secret%0d%0ay',
    OTEL_EXPORTER_OTLP_COMPRESSION: 'secret',
    OTEL_EXPORTER_OTLP_TIMEOUT: '-1',
    OTEL_TRACES_SAMPLER: '__proto__',
    OTEL_TRACES_SAMPLER_ARG: '1.5',
    OTEL_BSP_MAX_QUEUE_SIZE: '1e9',
    OTEL_BSP_SCHEDULE_DELAY: 'NaN',
  })
  expect(settings).toMatchObject({
    headers: { good: '1' },
    gzip: false,
    timeout: 10_000,
    sampler: { parent: true, ratio: 1 },
    queue: { spans: 4096, batch: 512, delay: 5000 },
  })
  expect(warned).toHaveLength(10)
  expect(warned.join()).not.toContain('secret')
})

test.each([
  ['always_on', { parent: false, ratio: 1 }],
  ['always_off', { parent: false, ratio: 0 }],
  ['traceidratio', { parent: false, ratio: 0.25 }],
  ['parentbased_always_on', { parent: true, ratio: 1 }],
  ['parentbased_always_off', { parent: true, ratio: 0 }],
  ['parentbased_traceidratio', { parent: true, ratio: 0.25 }],
])('sampler %s', (name, sampler) => {
  const { settings } = read({ ...ON, OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: '0.25' })
  expect(settings?.sampler).toEqual(sampler)
})

test('a batch is never larger than what may wait', () => {
  expect(read({ ...ON, OTEL_BSP_MAX_QUEUE_SIZE: '0' }).settings?.queue).toMatchObject({ spans: 1, batch: 1 })
})
